"""Attempts and failover: one candidate after another, until one has given its first token.

Laws: after the first content byte no other attempt's content is appended (DISP-1); every attempt ends with exactly one
outcome, its usage and its cost, also when the caller hangs up in the middle; closing the generator closes the upstream.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import nullcontext
from functools import partial
from typing import TYPE_CHECKING

from crossroads import native
from crossroads.call import Call, Head
from crossroads.dialect import Dialect, Relay, Reply, Stamp, media_of, stream_headers_of
from crossroads.engine import meter
from crossroads.engine.plugins import is_failure
from crossroads.engine.prepare import Prepared, prepare
from crossroads.engine.relay import Translated
from crossroads.engine.running import Price, Running
from crossroads.errors import BadUpstream, CrossroadsError, DeadlineExceeded, UpstreamError
from crossroads.explained import router_metadata
from crossroads.route import Attempt, Candidate, Reason, Route
from crossroads.types.usage import Usage
from crossroads.wire import HttpResponse, find_header

if TYPE_CHECKING:
    from crossroads.engine.exchange import Exchange

ERROR_BYTES_MAX = 1 << 20
HELD_BYTES_MAX = 16 << 20
"""Of a stream before its first token (an image may be the first): beyond it, it is not one."""


async def attempts(call: Call, route: Route, x: Exchange) -> AsyncGenerator[Head | bytes, None]:
    """One Head, then body bytes, of the first candidate that delivers. Raises the last error when none does."""
    failed: list[CrossroadsError] = []
    for candidate in route.candidates[: x.config.routing.max_attempts]:
        running = Running(call, route, candidate, x)
        attempt = running.attempt
        try:
            with running:  # however it ends, it is measured once
                prepared, response = await _send(call, attempt, candidate, x)
                try:
                    stamp = _stamp(call, attempt, running.price)
                    if not call.stream:
                        reply = await _whole(call, attempt, response, prepared.dialect, stamp, x)
                        running.delivered()
                        attempt.outcome = "ok"
                        kind = (b"content-type", reply.content_type.encode("latin-1", "replace"))
                        yield Head(200, (kind, *_identity(call, reply.body)))
                        yield reply.body
                        return
                    relay = running.relay = _relay(call, prepared.dialect, stamp)
                    await _expect_stream(attempt, response, prepared, x)
                    async for data in response:
                        attempt.bytes_in += len(data)
                        out = relay.feed(data)
                        if out:
                            if attempt.first_token_s is None:
                                running.delivered()
                                yield Head(200, (*stream_headers_of(call.dialect), *_identity(call)))
                            yield out
                        elif attempt.first_token_s is None and attempt.bytes_in > HELD_BYTES_MAX:
                            raise BadUpstream("it sent no token for too long.", remedy="Retry the call.")
                    attempt.outcome = "ok"
                    usage = meter.measured(attempt, relay.usage, relay.seen_tokens) or Usage(quality="estimated")
                    end = relay.close(framed=response.framed, usage=usage)
                    if attempt.first_token_s is None:
                        yield Head(200, (*stream_headers_of(call.dialect), *_identity(call)))
                    yield end
                    return
                finally:
                    await response.aclose()
        except CrossroadsError as error:
            if attempt.first_token_s is not None or not error.elsewhere:
                raise
            failed.append(error)
            route.reasons.append(Reason("attempt", "dispatch", str(error), candidate.endpoint.id))
        if call.deadline is not None and x.clock.monotonic() >= call.deadline:
            raise DeadlineExceeded("The call's deadline has passed.", remedy="Retry, or ask for less.")
    raise _last(failed)


async def _send(call: Call, attempt: Attempt, candidate: Candidate, x: Exchange) -> tuple[Prepared, HttpResponse]:
    """Reserve, prepare, send: the head of a success. Raises for anything else, with the response closed."""
    prepared = x.providers.ready(candidate.endpoint, call.operation) or await _opened(call, candidate, x)
    await x.reserve(call, attempt)
    request = prepare(call, attempt, prepared)
    transport = x.providers.transport(prepared.instance)
    attempt.bytes_out = len(request.body)
    response = await transport.send(request)
    attempt.upstream_status = response.status
    if 200 <= response.status < 300:
        return prepared, response
    try:
        raise await _refusal(attempt, response, prepared, x)
    finally:
        await response.aclose()


async def _opened(call: Call, candidate: Candidate, x: Exchange) -> Prepared:
    """The first call of a provider waits until it is open, but not beyond its deadline."""
    until = nullcontext() if call.deadline is None else x.clock.timeout_at(call.deadline)
    try:
        async with until:
            return await x.providers.prepared(candidate.endpoint, call.operation)
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
        reply.content_type = media_of(dialect, response.headers)
    else:
        reply = dialect.decode_response(body)
        call.lost = [*call.lost, *native.reply_for(call.dialect.name, reply.document)]
        if reply.usage is None:
            reply.usage = meter.measured(attempt, None, len(body) // meter.BYTES_PER_TOKEN)
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


def _stamp(call: Call, attempt: Attempt, price: Price) -> Stamp:
    endpoint = attempt.endpoint
    return Stamp(
        id=call.id,
        model=endpoint.model,
        provider=endpoint.provider_name,
        created=int(call.received_at),
        price=price,
        route=partial(router_metadata, call) if call.caller.wants_route else None,
    )


def _identity(call: Call, body: bytes | None = None) -> tuple[tuple[bytes, bytes], ...]:
    """`X-Generation-Id` on every reply, as OpenRouter's; what quirks and translation did, when they did something."""
    headers = [(b"x-generation-id", call.id.encode())]
    if body is not None:
        headers.append((b"content-length", str(len(body)).encode()))
    if call.lost:
        told = ", ".join(f"{lost.field}={lost.how}" for lost in call.lost)
        headers.append((b"x-crossroads-changed", told.encode("ascii", "replace")))
    return tuple(headers)


async def _refusal(attempt: Attempt, response: HttpResponse, prepared: Prepared, x: Exchange) -> CrossroadsError:
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
    if kind.split(b";")[0].strip().lower() != b"application/json":
        return
    body = await response.read(x.config.limits.response_bytes)
    attempt.bytes_in = len(body)
    attempt.usage = prepared.dialect.decode_response(body).usage
    raise BadUpstream(
        f"provider {prepared.instance.name} answered a stream request with a plain response.",
        remedy='Ask without "stream", or use another provider.',
    )


def _last(failed: list[CrossroadsError]) -> CrossroadsError:
    """The last error, with those before it in its metadata (as OpenRouter's `previous_errors`)."""
    if not failed:
        return UpstreamError("No attempt was made.", remedy="Raise routing.max_attempts.")
    *before, last = failed
    if before:
        last.metadata["previous_errors"] = [{"code": error.status, "message": str(error)} for error in before]
    return last
