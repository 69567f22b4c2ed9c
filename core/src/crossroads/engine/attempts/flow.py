"""Media that passes as it comes: sound from a host to a client that takes it as it is, never held whole.

Laws: until the first byte another endpoint can take over, after it nobody; what breaks off has no end, so that the
surface can let the client see it (STREAM-2); a reply in JSON is none of this (an error, or sound inside a document).
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING

from crossroads.call import Call, Head
from crossroads.dialect import media_of
from crossroads.engine import meter
from crossroads.engine.attempts.prepare import Prepared
from crossroads.errors import BadUpstream
from crossroads.wire import Headers, HttpResponse, find_header

if TYPE_CHECKING:
    from crossroads.engine.attempts.running import Running

NOT_SNIFFED = (b"x-content-type-options", b"nosniff")
"""What a host calls its bytes is no page of ours."""


def can_flow(call: Call, prepared: Prepared, response: HttpResponse) -> bool:
    """Is this reply nothing but media, for a client that wants just that?"""
    if call.stream or not (call.dialect.flows and prepared.dialect.flows):
        return False
    kind = media_of(prepared.dialect, response.headers).partition(";")[0].strip().lower()
    return kind != "application/json" and not kind.endswith("+json")


async def flow(
    call: Call, running: Running, prepared: Prepared, response: HttpResponse, identity: Headers
) -> AsyncGenerator[Head | bytes, None]:
    """One Head, then the media. identity: the headers of every reply."""
    attempt, pieces = running.attempt, aiter(response)
    data = await anext(pieces, None)
    if data is None:
        raise BadUpstream("it sent nothing.", remedy="Retry, or let other providers serve the call.")
    running.delivered()
    kind = media_of(prepared.dialect, response.headers).encode("latin-1", "replace")
    headers = [(b"content-type", kind), NOT_SNIFFED, *identity]
    length = find_header(response.headers, b"content-length")
    if length is not None and find_header(response.headers, b"content-encoding") is None:
        headers.append((b"content-length", length))  # a client sees by it, too, whether it got everything
    yield Head(200, tuple(headers))
    while data is not None:
        attempt.bytes_in += len(data)
        yield data
        data = await anext(pieces, None)
    attempt.outcome = "ok"
    attempt.usage = meter.asked(attempt, call.opened.usage, 0)
