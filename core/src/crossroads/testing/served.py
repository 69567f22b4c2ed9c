"""One call through an installed provider package whose host is a scripted one: for operations that are no chat.

result = await served("northwind", upstream, "openai-speech", body)

Where the manifest fixes the operation's address, calls for it come to the scripted host all the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from crossroads.call import Call, Head
from crossroads.client import AsyncClient
from crossroads.engine.installed.index import PROVIDERS
from crossroads.engine.transport import Http1Transport
from crossroads.testing.imports import installed
from crossroads.testing.plugins import installed_dialects
from crossroads.testing.provider_wire import Watched
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
    api_key: str = "none",
    **injected: Any,
) -> Served:
    """endpoints: instead of the manifest's. params: of the path and the query. settings: the provider's own.

    injected: as for `Exchange` (clock).
    """
    mine: dict[str, Any] = {"plugin": plugin, "name": plugin, "api_key": api_key}
    mine |= {} if endpoints is None else {"endpoints": endpoints}
    mine |= {} if settings is None else {"settings": dict(settings)}
    mine |= {"base_url": upstream.base_url} if _is_movable(plugin, dialect) else {}
    inner = Http1Transport()
    injected.setdefault("transport", Watched(inner, upstream))
    try:
        async with AsyncClient({"providers": [mine]}, **injected) as client:
            call = client.exchange.open_call(dialect, body, params={"content_type": content_type, **(params or {})})
            parts = [part async for part in client.exchange.run(call)]
    finally:
        await inner.aclose()
    head = parts[0]
    assert isinstance(head, Head)
    return Served(call, head.status, dict(head.headers), b"".join(part for part in parts if isinstance(part, bytes)))


def _is_movable(plugin: str, dialect: str) -> bool:
    """Does the address of the operation follow the base URL?"""
    operation = installed_dialects()[dialect]().operation
    served_at = installed().manifest(installed().find(PROVIDERS, plugin)).operations.get(operation)
    return served_at is None or "{base_url}" in served_at.url
