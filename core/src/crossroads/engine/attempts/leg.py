"""One attempt: reserved, prepared, sent, and its reply carried to the caller, to the end of it.

Laws: it ends with exactly one outcome, its usage and its cost, also when the caller hangs up in the middle; closing the
generator closes the upstream.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from typing import TYPE_CHECKING

import msgspec

from crossroads.call import Call, Head
from crossroads.dialect import Relay, stream_headers_of
from crossroads.engine import meter
from crossroads.engine.attempts.flow import NOT_SNIFFED, can_flow, flow
from crossroads.engine.attempts.insurance import NO_COMPLETION, insured
from crossroads.engine.attempts.prepare import Prepared, prepare
from crossroads.engine.attempts.replies import expect_stream, identity, refusal, relay_of, stamp_of, success, whole
from crossroads.engine.attempts.running import Running
from crossroads.engine.attempts.steps import stepped, takes_steps
from crossroads.errors import BadUpstream, DeadlineExceeded, UpstreamTimeout
from crossroads.route import Attempt, Candidate
from crossroads.types.usage import Usage
from crossroads.wire import HttpResponse, was_unsent

if TYPE_CHECKING:
    from crossroads.engine.attempts.resume import Story
    from crossroads.engine.exchange import Exchange

HELD_BYTES_MAX = 16 << 20
"""Of a stream before its first token (an image may be the first): beyond it, it is not one."""


async def whole_leg(running: Running, x: Exchange) -> tuple[Head, bytes]:
    """Of a call whose reply comes whole (`comes_whole`): all of it. Raises what it failed of, as CrossroadsError."""
    response = None
    with running:  # however it ends, it is measured once
        try:
            prepared, response = await _send(running, x)
            if takes_steps(prepared):
                response = await stepped(running.call, running.attempt, prepared, response, x)
            return await _told(running, prepared, response, x)
        finally:
            if response is not None:
                await response.aclose()


def comes_whole(call: Call) -> bool:
    """Neither a stream nor media that may pass as they come."""
    return not (call.stream or call.dialect.flows)


async def leg(running: Running, x: Exchange, story: Story | None = None) -> AsyncGenerator[Head | bytes, None]:
    """A Head, then body bytes. Raises what it failed of, as CrossroadsError. story: of a stream that may be resumed."""
    call, attempt, candidate = running.call, running.attempt, running.candidate
    if comes_whole(call):
        for part in await whole_leg(running, x):
            yield part
        return
    response, out, limit_s = None, None, x.config.routing.first_token_s
    with running:  # however it ends, it is measured once
        try:
            async with nullcontext() if limit_s is None or not call.stream else _in_time(limit_s, candidate, x):
                prepared, response = await _send(running, x)
                if takes_steps(prepared):
                    response = await stepped(call, attempt, prepared, response, x)
                if call.stream:
                    stamp = stamp_of(running, x)
                    made = story.relay(running, prepared.dialect, stamp) if story is not None else None
                    relay = running.relay = made or relay_of(call, prepared.dialect, stamp)
                    await expect_stream(attempt, response, prepared, x)
                    pieces = aiter(response)
                    out = await _first(attempt, pieces, relay)
            if can_flow(call, prepared, response):
                async for part in flow(call, running, prepared, response, identity(call)):
                    yield part
                return
            if not call.stream:
                for part in await _told(running, prepared, response, x):
                    yield part
                return
            if out:
                running.delivered()
                yield Head(200, (*stream_headers_of(call.dialect), *identity(call)))
                yield out
                moved = x.clock.monotonic()
                while (data := await anext(pieces, None)) is not None:
                    attempt.bytes_in += len(data)
                    if out := relay.feed(data):
                        yield out
                        moved = x.clock.monotonic()  # what the client took its time for is no stall
                    elif x.clock.monotonic() - moved > x.config.routing.stall_s:
                        raise UpstreamTimeout("The stream has stalled.", remedy="Retry the call.")
            attempt.outcome = "ok"
            end = _end(running, relay, response, x)
            if attempt.first_token_s is None:
                running.serves()
                yield Head(200, (*stream_headers_of(call.dialect), *identity(call)))
            yield end
        finally:
            if response is not None:
                await response.aclose()


async def _told(running: Running, prepared: Prepared, response: HttpResponse, x: Exchange) -> tuple[Head, bytes]:
    """A whole reply, delivered."""
    call = running.call
    reply = await whole(running, response, prepared.dialect, stamp_of(running, x), x)
    running.delivered()
    running.attempt.outcome = "ok"
    told = reply.content_type if reply.content_type.isprintable() else "application/octet-stream"  # a host wrote it
    kind = (b"content-type", told.encode("latin-1", "replace"))
    sniffed = () if told == "application/json" else (NOT_SNIFFED,)
    return Head(success(call), (kind, *sniffed, *identity(call, reply.body))), reply.body


def _end(running: Running, relay: Relay, response: HttpResponse, x: Exchange) -> bytes:
    """The last bytes of a stream. Raises StreamCut: it was none."""
    attempt = running.attempt
    asked = running.call.opened.usage
    usage = relay.usage or meter.asked(attempt, asked, relay.seen_tokens) or Usage(quality="estimated")
    if x.config.routing.insurance and insured(running.call.operation, usage, relay.finish_reason):
        running.waive(NO_COMPLETION)
    return relay.close(framed=response.framed, usage=usage)


async def _first(attempt: Attempt, pieces: AsyncIterator[bytes], relay: Relay) -> bytes | None:
    """What a stream starts with, held back until it is a token; None: it ended before that."""
    while (data := await anext(pieces, None)) is not None:
        attempt.bytes_in += len(data)
        if out := relay.feed(data):
            return out
        if attempt.bytes_in > HELD_BYTES_MAX:
            raise BadUpstream("it sent no token for too long.", remedy="Retry the call.")
    return None


@asynccontextmanager
async def _in_time(seconds: float, candidate: Candidate, x: Exchange) -> AsyncGenerator[None, None]:
    """Raises UpstreamTimeout: no first token within `routing.first_token_s`."""
    try:
        async with x.clock.timeout_at(x.clock.monotonic() + seconds):
            yield
    except TimeoutError:
        provider = candidate.endpoint.provider
        raise UpstreamTimeout(f"Provider {provider} gave no token in time.", remedy="Retry the call.") from None


async def _send(running: Running, x: Exchange) -> tuple[Prepared, HttpResponse]:
    """Reserve, prepare, send: the head of a success. Raises for anything else, with the response closed."""
    call, attempt, candidate = running.call, running.attempt, running.candidate
    prepared = x.providers.ready(candidate.endpoint, call.operation, call.dialect.name)
    prepared = prepared or await _opened(call, candidate, x)
    await x.reserve(call, attempt)
    request = prepare(call, attempt, prepared)
    running.lost = call.lost
    if (limit := x.config.routing.attempt_s) is not None:
        until = x.clock.monotonic() + limit
        request = msgspec.structs.replace(request, deadline=min(until, call.deadline or until))
    transport = x.providers.transport(prepared.instance)
    attempt.bytes_out = len(request.body)
    try:
        response = await transport.send(request)
    except asyncio.CancelledError as error:
        if was_unsent(error):
            attempt.bytes_out = 0
        raise
    attempt.upstream_status = response.status
    x.guard.quotas.heard(candidate.endpoint, response.status, response.headers, x.clock.monotonic(), x.clock.time())
    if 200 <= response.status < 300:
        return prepared, response
    try:
        raise await refusal(attempt, response, prepared, x)
    finally:
        await response.aclose()


async def _opened(call: Call, candidate: Candidate, x: Exchange) -> Prepared:
    """The first call of a provider waits until it is open, but not beyond its deadline."""
    until = nullcontext() if call.deadline is None else x.clock.timeout_at(call.deadline)
    try:
        async with until:
            return await x.providers.prepared(candidate.endpoint, call.operation, call.dialect.name)
    except TimeoutError:
        if call.deadline is None or x.clock.monotonic() < call.deadline:
            raise
        provider = candidate.endpoint.provider
        raise DeadlineExceeded(f"Provider {provider} was not ready in time.", remedy="Retry in a while.") from None
