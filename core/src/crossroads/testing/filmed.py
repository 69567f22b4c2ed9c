"""One job of videos through an installed provider package whose host is a scripted one: begun, asked for, fetched.

got = await filmed("northwind", upstream, tmp_path, [{"id": "j"}, {"status": "busy"}, done, done], model="a/m")
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

from crossroads.client import AsyncClient
from crossroads.testing.answers import Answer
from crossroads.testing.upstream import ScriptedProvider

FILM = b"MP4"


class Filmed(NamedTuple):
    """cost: what the submission is charged, in dollars; None: unknown. states: what the client was told, one by one."""

    cost: str | None
    states: list[str]
    film: bytes


async def filmed(
    plugin: str,
    upstream: ScriptedProvider,
    home: Path,
    told: Sequence[Any],
    *,
    model: str,
    prompt: str = "a cat",
    steps: int = 1,
    endpoints: list[dict[str, Any]] | None = None,
    **asked: Any,
) -> Filmed:
    """told: the host's documents: of as many requests as the submission takes (`steps`), of each time that the client
    asks, and the one that says where the film is, which is served last. asked: of the client, e.g. `duration`.
    """
    upstream.script(*(Answer(raw=(json.dumps(one).encode(),)) for one in told))
    upstream.script(Answer(raw=(FILM,), content_type="video/mp4"))
    mine: dict[str, Any] = {"plugin": plugin, "name": plugin, "base_url": upstream.base_url, "api_key": "k"}
    mine |= {} if endpoints is None else {"endpoints": endpoints}
    with patch.dict(os.environ, {"CROSSROADS_HOME": str(home)}):
        async with AsyncClient({"providers": [mine]}) as client:
            job = await client.video(model, prompt, **asked)
            states = [await client.video_state(job) for _ in told[steps:-1]]
            film = b"".join([piece async for piece in client.video_content(job)])
    usage = job.usage
    cost = None if usage is None or usage.cost is None else str(usage.cost)
    return Filmed(cost, [state.status for state in states], film)
