"""What an upstream's answer is for the caller: a whole reply, a stream that is relayed, or an error. Stamped, and read
by the dialect that it came in.

Law: a reply whose completion is insured says that it costs nothing (`insurance`).
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from crossroads import native
from crossroads.call import Call
from crossroads.dialect import Dialect, Relay, Reply, Stamp, media_of
from crossroads.engine import meter
from crossroads.engine.attempts.insurance import NO_COMPLETION, insured
from crossroads.engine.attempts.prepare import Prepared
from crossroads.engine.attempts.relay import Translated
from crossroads.engine.attempts.running import Price, Running
from crossroads.engine.installed.plugins import is_failure
from crossroads.errors import BadUpstream, CrossroadsError, printable
from crossroads.explained import router_metadata
from crossroads.manifest import meant_status
from crossroads.route import Attempt
from crossroads.types.usage import Usage
from crossroads.wire import HttpResponse, find_header

if TYPE_CHECKING:
    from crossroads.engine.exchange import Exchange

ERROR_BYTES_MAX = 1 << 20
CHANGES_MAX = 64
"""In one header. Their names may be of the caller's making: each is cut, and can't end the header."""


async def whole(running: Running, response: HttpResponse, dialect: Dialect, stamp: Stamp, x: Exchange) -> Reply:
    """A whole reply, for the client. Raises as the dialect's `decode_response`."""
    call, attempt = running.call, running.attempt
    body = await response.read(x.config.limits.response_bytes)
    attempt.bytes_in = len(body)
    same = _same(call, dialect)
    if same:
        reply = dialect.relay_response(body, stamp)
        reply.usage = reply.usage or dialect.usage_of(response.headers)
    else:
        reply = dialect.decode_response(body)
        reply.usage = reply.usage or dialect.usage_of(response.headers)
        if reply.document is None and dialect.media:
            reply.content_type = media_of(dialect, response.headers)
        running.lost = [*running.lost, *native.reply_for(call.dialect.name, reply.document)]
        if reply.usage is None:
            reply.usage = meter.asked(attempt, call.opened.usage, len(body) // meter.BYTES_PER_TOKEN)
        reply.body = call.dialect.encode_response(reply, stamp)
    attempt.finish_reason, attempt.upstream_id = reply.finish_reason, reply.upstream_id
    attempt.usage = reply.usage or meter.asked(attempt, call.opened.usage, len(body) // meter.BYTES_PER_TOKEN)
    if x.config.routing.insurance and insured(call.operation, reply.usage, reply.finish_reason):
        running.waive(NO_COMPLETION)
        if same:  # said again, with nothing to pay
            reply.body = dialect.relay_response(body, stamp).body
        else:
            reply.body = call.dialect.encode_response(reply, stamp)
    if same and (reply.body is body or reply.document is not None):  # else who took it out of a document knows its kind
        reply.content_type = media_of(dialect, response.headers)
    return reply


def _same(call: Call, dialect: Dialect) -> bool:
    """Does the client read what the upstream writes? Then the reply is relayed, whoever has looked at the request."""
    return dialect.name == call.dialect.name


def relay_of(call: Call, dialect: Dialect, stamp: Stamp) -> Relay:
    """A stream from this dialect to the client's."""
    if _same(call, dialect):
        return dialect.relay_stream(stamp)
    return Translated(dialect.decode_stream(), call.dialect.encode_stream(stamp))


def stamp_of(running: Running, x: Exchange) -> Stamp:
    """What goes on every part of the reply."""
    call, attempt, price = running.call, running.attempt, running.price
    endpoint = attempt.endpoint
    return Stamp(
        id=call.id,
        model=endpoint.model,
        provider=endpoint.provider_name,
        created=int(call.received_at),
        price=price,
        route=partial(router_metadata, call) if call.caller.wants_route else None,
        job=partial(_take_job, call, attempt, price, x) if call.dialect.makes_jobs else None,
        asked=call.opened,
    )


def _take_job(
    call: Call, attempt: Attempt, price: Price, x: Exchange, upstream_id: str, seconds: int | None
) -> tuple[str, Usage | None]:
    """An upstream took a job: its id for the client, and what is charged for it."""
    from crossroads.engine.jobs import issued_seconds  # it asks this module for refusals

    usage = issued_seconds(call, seconds)
    cost = None if usage is None else price(usage).total_nano
    return x.jobs.issue(call, attempt.endpoint, upstream_id, cost), usage


def success(call: Call) -> int:
    """The status of a whole reply: 200, but where a dialect states its own (a job: 202)."""
    return call.dialect.success_status


def identity(call: Call, body: bytes | None = None) -> tuple[tuple[bytes, bytes], ...]:
    """`X-Generation-Id` on every reply, as OpenRouter's; what quirks and translation did, when they did something."""
    headers = [(b"x-generation-id", call.id.encode())]
    if body is not None:
        headers.append((b"content-length", str(len(body)).encode()))
    if call.lost:
        told = ", ".join(f"{printable(lost.field)}={lost.how}" for lost in call.lost[:CHANGES_MAX])
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
    meant = meant_status(prepared.instance.manifest.errors, response.status, body)
    read = prepared.dialect.decode_error(meant, response.headers, body)
    read.upstream_status = response.status
    error: CrossroadsError = read
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


async def expect_stream(attempt: Attempt, response: HttpResponse, prepared: Prepared, x: Exchange) -> None:
    """Some hosts answer a stream request with plain JSON, mostly an error with status 200."""
    kind = find_header(response.headers, b"content-type") or b""
    kind = kind.split(b";")[0].strip().lower()
    if kind != b"application/json" or prepared.dialect.stream_type.encode() == kind:
        return
    body = await response.read(x.config.limits.response_bytes)
    attempt.bytes_in = len(body)
    attempt.usage = prepared.dialect.decode_response(body).usage
    raise BadUpstream(
        f"provider {prepared.instance.name} answered a stream request with a plain response.",
        remedy='Ask without "stream", or use another provider.',
    )
