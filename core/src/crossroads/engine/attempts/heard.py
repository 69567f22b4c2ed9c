"""What strategies hear of a reply: once all of it has left, it is read again as one document.

Laws: nothing waits for it but the end of the body; what is kept meanwhile is bounded; what fails here harms no reply.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TYPE_CHECKING

from crossroads.call import Call, Head
from crossroads.engine.attempts.joined import joined
from crossroads.engine.installed.plugins import Hook, is_failure
from crossroads.errors import CrossroadsError

if TYPE_CHECKING:
    from crossroads.engine.exchange import Exchange

HEARD_BYTES_MAX = 1 << 20
"""A longer reply is not heard: reading it would keep every other call waiting."""


async def heard(
    call: Call, parts: AsyncGenerator[Head | bytes, None], x: Exchange
) -> AsyncGenerator[Head | bytes, None]:
    """As `parts`; at their end the listeners of this call are told."""
    listeners = () if call.dialect.makes_jobs else x.strategies.listeners(call)
    kept: list[bytes] = []
    size = 0
    async with aclosing(parts):
        async for part in parts:
            yield part
            if listeners and isinstance(part, bytes):
                size += len(part)
                kept.append(part)
                if size > HEARD_BYTES_MAX:
                    listeners = ()
                    kept.clear()
    if listeners:
        _tell(call, b"".join(kept), listeners, x)


def _tell(call: Call, body: bytes, listeners: tuple[Hook, ...], x: Exchange) -> None:
    attempt = call.attempt
    if attempt is None or attempt.outcome != "ok":
        return
    try:
        reply = joined(call, body)
    except (CrossroadsError, ValueError, LookupError, TypeError) as error:
        x.plugin_failed(call.dialect.name, "strategy_heard", error)
        return
    for listener in listeners if reply is not None else ():
        try:
            listener.call(call, attempt, reply)
        except BaseException as error:
            if not is_failure(error):
                raise
            x.plugin_failed(listener.plugin, "strategy_heard", error)
