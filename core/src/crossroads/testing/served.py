"""One call through an installed provider package whose host is a scripted one: for operations that are no chat.

result = await served("northwind", upstream, "openai-speech", body)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from crossroads.call import Call, Head
from crossroads.client import AsyncClient
from crossroads.testing.upstream import ScriptedProvider


class Served(NamedTuple):
    """call: settled; its `attempt` has what was used and what it cost."""

    call: Call
    status: int
    headers: dict[bytes, bytes]
    body: bytes

    @property
    def cost_nano(self) -> int | None:
        return (
            None if self.call.attempt is None or self.call.attempt.cost is None else self.call.attempt.cost.total_nano
        )


async def served(
    plugin: str,
    upstream: ScriptedProvider,
    dialect: str,
    body: bytes,
    content_type: str = "application/json",
    *,
    params: Mapping[str, str] | None = None,
    endpoints: list[dict[str, Any]] | None = None,
    settings: Mapping[str, Any] | None = None,
    **injected: Any,
) -> Served:
    """endpoints: instead of the manifest's. params: of the path and the query. settings: the provider's own.

    injected: as for `Exchange` (clock).
    """
    mine: dict[str, Any] = {"plugin": plugin, "name": plugin, "base_url": upstream.base_url, "api_key": "none"}
    mine |= {} if endpoints is None else {"endpoints": endpoints}
    mine |= {} if settings is None else {"settings": dict(settings)}
    async with AsyncClient({"providers": [mine]}, **injected) as client:
        call = client.exchange.open_call(dialect, body, params={"content_type": content_type, **(params or {})})
        parts = [part async for part in client.exchange.run(call)]
    head = parts[0]
    assert isinstance(head, Head)
    return Served(call, head.status, dict(head.headers), b"".join(part for part in parts if isinstance(part, bytes)))
