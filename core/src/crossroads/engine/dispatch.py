"""Attempts and failover: one candidate after another, until one has given its first token.

Laws: after the first content byte no other attempt's content is appended (DISP-1); every attempt ends with exactly one
outcome, its usage and its cost, also when the caller hangs up in the middle; closing the generator closes the upstream.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager, nullcontext
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from crossroads import native
from crossroads.call import Call, Head
from crossroads.dialect import Dialect, Relay, Reply, Stamp, media_of, stream_headers_of
from crossroads.engine import meter
from crossroads.engine.flow import can_flow, flow
from crossroads.engine.plugins import is_failure
from crossroads.engine.prepare import Prepared, prepare
from crossroads.engine.relay import Translated
from crossroads.engine.running import Price, Running
from crossroads.engine.steps import stepped, takes_steps
from crossroads.engine.turns import Turns
from crossroads.errors import BadUpstream, CrossroadsError, DeadlineExceeded, UpstreamTimeout
from crossroads.explained import router_metadata
from crossroads.route import Attempt, Candidate, Route
from crossroads.types.usage import Usage
from crossroads.wire import HttpResponse, find_header

if TYPE_CHECKING:
    from crossroads.engine.exchange import Exchange

ERROR_BYTES_MAX = 1 << 20
HELD_BYTES_MAX = 16 << 20
"""Of a stream before its first token (an image may be the first): beyond it, it is not one."""


async def attempts(call: Call, route: Route, x: Exchange) -> AsyncGenerator[Head | bytes, None]:
    """One Head, then body bytes, of the first candidate that delivers. Raises the last error when none does."""
    if hasattr(call.dialect, "success_status"):
        x.jobs.make_ready()
    turns = Turns(call, route, x)
    while (candidate := await turns.next()) is not None:
        running = Running(call, route, candidate, x)
        attempt = running.attempt
        try:
            with running:  # however it ends, it is measured once
                async with aclosing(_one(call, running, candidate, x)) as parts:
                    async for part in parts:
                        yield part
            return
        except CrossroadsError as error:
            if attempt.first_token_s is not None:
                raise
            turns.failed(candidate, error)
    raise turns.last()


async def _one(call: Call, running: Running, candidate: Candidate, x: Exchange) -> AsyncGenerator[Head | bytes, None]:
    """One attempt, from its reservation to the end of its reply."""
    attempt, response, out, first_token_s = running.attempt, None, None, x.config.routing.first_token_s
    try:
        async with nullcontext() if first_token_s is None or not call.stream else _in_time(first_token_s, candidate, x):
            prepared, response = await _send(call, attempt, candidate, x)
            if takes_steps(prepared):
                response = await stepped(call, attempt, prepared, response, x)
            stamp = _stamp(call, attempt, running.price, x)
            if call.stream:
                relay = running.relay = _relay(call, prepared.dialect, stamp)
                await _expect_stream(attempt, response, prepared, x)
                pieces = aiter(response)
                out = await _first(attempt, pieces, relay)
        if can_flow(call, prepared, response):
            async for part in flow(call, running, prepared, response, _identity(call)):
                yield part
            return
        if not call.stream:
            reply = await _whole(call, attempt, response, prepared.dialect, stamp, x)
            running.delivered()
            attempt.outcome = "ok"
            kind = (b"content-type", reply.content_type.encode("latin-1", "replace"))
            yield Head(_success(call), (kind, *_identity(call, reply.body)))
            yield reply.body
            return
        if out:
            running.delivered()
            yield Head(200, (*stream_headers_of(call.dialect), *_identity(call)))
            yield out
            moved = x.clock.monotonic()
            while (data := await anext(pieces, None)) is not None:
                attempt.bytes_in += len(data)
                now = x.clock.monotonic()
                if out := relay.feed(data):
                    yield out
                    moved = x.clock.monotonic()  # what the client took its time for is no stall
                elif now - moved > x.config.routing.stall_s:
                    raise UpstreamTimeout("The stream has stalled.", remedy="Retry the call.")
        attempt.outcome = "ok"
        usage = relay.usage or meter.asked(attempt, call.opened.usage, relay.seen_tokens) or Usage(quality="estimated")
        end = relay.close(framed=response.framed, usage=usage)
        if attempt.first_token_s is None:
            yield Head(200, (*stream_headers_of(call.dialect), *_identity(call)))
        yield end
    finally:
        if response is not None:
            await response.aclose()


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


async def _send(call: Call, attempt: Attempt, candidate: Candidate, x: Exchange) -> tuple[Prepared, HttpResponse]:
    """Reserve, prepare, send: the head of a success. Raises for anything else, with the response closed."""
    prepared = x.providers.ready(candidate.endpoint, call.operation, call.dialect.name)
    prepared = prepared or await _opened(call, candidate, x)
    await x.reserve(call, attempt)
    request = prepare(call, attempt, prepared)
    if (limit := x.config.routing.attempt_s) is not None:
        until = x.clock.monotonic() + limit
        request = msgspec.structs.replace(request, deadline=min(until, call.deadline or until))
    transport = x.providers.transport(prepared.instance)
    attempt.bytes_out = len(request.body)
    response = await transport.send(request)
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


async def _whole(
    call: Call, attempt: Attempt, response: HttpResponse, dialect: Dialect, stamp: Stamp, x: Exchange
) -> Reply:
    body = await response.read(x.config.limits.response_bytes)
    attempt.bytes_in = len(body)
    if _same(call, dialect):
        reply = dialect.relay_response(body, stamp)
        if reply.body is body or reply.document is not None:  # else who took it out of a document knows its kind
            reply.content_type = media_of(dialect, response.headers)
    else:
        reply = dialect.decode_response(body)
        if reply.document is None and getattr(dialect, "media", False) is True:
            reply.content_type = media_of(dialect, response.headers)
        call.lost = [*call.lost, *native.reply_for(call.dialect.name, reply.document)]
        if reply.usage is None:
            reply.usage = meter.asked(attempt, call.opened.usage, len(body) // meter.BYTES_PER_TOKEN)
        reply.body = call.dialect.encode_response(reply, stamp)
    attempt.finish_reason, attempt.upstream_id = reply.finish_reason, reply.upstream_id
    attempt.usage = reply.usage or meter.asked(attempt, call.opened.usage, len(body) // meter.BYTES_PER_TOKEN)
    return reply


def _same(call: Call, dialect: Dialect) -> bool:
    """Does the client read what the upstream writes? Then the reply is relayed, whoever has looked at the request."""
    return dialect.name == call.dialect.name


def _relay(call: Call, dialect: Dialect, stamp: Stamp) -> Relay:
    if _same(call, dialect):
        return dialect.relay_stream(stamp)
    return Translated(dialect.decode_stream(), call.dialect.encode_stream(stamp))


def _stamp(call: Call, attempt: Attempt, price: Price, x: Exchange) -> Stamp:
    endpoint = attempt.endpoint
    return Stamp(
        id=call.id,
        model=endpoint.model,
        provider=endpoint.provider_name,
        created=int(call.received_at),
        price=price,
        route=partial(router_metadata, call) if call.caller.wants_route else None,
        job=partial(_take_job, call, attempt, price, x) if hasattr(call.dialect, "success_status") else None,
        asked=call.opened,
        form=call.opened.form,
    )


def _take_job(
    call: Call, attempt: Attempt, price: Price, x: Exchange, upstream_id: str, seconds: int | None
) -> tuple[str, Usage | None]:
    """An upstream took a job: its id for the client, and what is charged for it."""
    from crossroads.engine.jobs import issued_seconds  # it asks this module for refusals

    usage = issued_seconds(call, seconds)
    cost = None if usage is None else price(usage).total_nano
    return x.jobs.issue(call, attempt.endpoint, upstream_id, cost), usage


def _success(call: Call) -> int:
    """The status of a whole reply: 200, but where a dialect states its own (a job: 202)."""
    status: int = getattr(call.dialect, "success_status", 200)
    return status


def _identity(call: Call, body: bytes | None = None) -> tuple[tuple[bytes, bytes], ...]:
    """`X-Generation-Id` on every reply, as OpenRouter's; what quirks and translation did, when they did something."""
    headers = [(b"x-generation-id", call.id.encode())]
    if body is not None:
        headers.append((b"content-length", str(len(body)).encode()))
    if call.lost:
        told = ", ".join(f"{lost.field}={lost.how}" for lost in call.lost)
        headers.append((b"x-crossroads-changed", told.encode("ascii", "replace")))
    return tuple(headers)


async def refusal(attempt: Attempt, response: HttpResponse, prepared: Prepared, x: Exchange) -> CrossroadsError:
    """The error behind a non-2xx answer: the dialect reads it, the provider may know better."""
    body = await response.read(ERROR_BYTES_MAX)
    attempt.bytes_in = len(body)
    if response.status < 400:
        return BadUpstream(
            f"provider {prepared.instance.name} answered {response.status}; redirects are not followed.",
            remedy="Correct its base_url.",
        )
    error: CrossroadsError = prepared.dialect.decode_error(response.status, response.headers, body)
    if (better := x.providers.hook("provider_error", prepared.instance)) is not None:
        try:
            reading = better(attempt, response.status, body, error)
            if not isinstance(reading, CrossroadsError | None):
                raise TypeError(f"provider_error answered a {type(reading).__name__}")
            error = reading or error
        except BaseException as raised:
            if not is_failure(raised):
                raise
            x.plugin_failed(prepared.instance.manifest.name, "provider_error", raised)
    error.metadata.setdefault("provider_name", attempt.endpoint.provider_name)
    return error


async def _expect_stream(attempt: Attempt, response: HttpResponse, prepared: Prepared, x: Exchange) -> None:
    """Some hosts answer a stream request with plain JSON, mostly an error with status 200."""
    kind = find_header(response.headers, b"content-type") or b""
    kind = kind.split(b";")[0].strip().lower()
    if kind != b"application/json" or getattr(prepared.dialect, "stream_type", "").encode() == kind:
        return
    body = await response.read(x.config.limits.response_bytes)
    attempt.bytes_in = len(body)
    attempt.usage = prepared.dialect.decode_response(body).usage
    raise BadUpstream(
        f"provider {prepared.instance.name} answered a stream request with a plain response.",
        remedy='Ask without "stream", or use another provider.',
    )
