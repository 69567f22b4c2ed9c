"""Calls of several requests: the way from the first answer to the last.

Laws: every step goes to a host of the manifest (SEC-6); at most STEPS_MAX of them, and none beyond the call's deadline;
waiting grows, so that a long job is not asked for every moment; one that has begun is not lost of a busy moment, and
is billed perhaps unless it says that it failed. Closing the call leaves the job where it is: no format here can take
back what was submitted.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

import msgspec

from crossroads.call import Call
from crossroads.engine.attempts.prepare import Prepared, ask_request
from crossroads.engine.attempts.replies import refusal
from crossroads.engine.requestkeys import BROUGHT, key_for
from crossroads.errors import DeadlineExceeded, UpstreamError, UpstreamTimeout
from crossroads.route import Attempt
from crossroads.steps import Step, SteppedDialect
from crossroads.wire import Headers, HttpResponse

if TYPE_CHECKING:
    from crossroads.engine.exchange import Exchange

STEPS_MAX = 1000
WAIT_GROWS = 1.15
WAIT_S_MAX = 5.0
AGAIN = (429, 500, 502, 503, 504)
"""Statuses on which a job is asked for again."""
MISSES_MAX = 3
"""In a row."""


class Told(msgspec.Struct, kw_only=True):
    """The last answer, whole (`wire.HttpResponse`)."""

    status: int
    headers: Headers
    body: bytes
    framed: bool = True

    async def read(self, limit_bytes: int) -> bytes:
        return self.body

    async def __aiter__(self) -> AsyncIterator[bytes]:
        if self.body:
            yield self.body

    async def aclose(self) -> None:
        """Nothing is open."""


def takes_steps(prepared: Prepared) -> bool:
    return prepared.dialect.takes_steps


async def stepped(call: Call, attempt: Attempt, prepared: Prepared, first: HttpResponse, x: Exchange) -> HttpResponse:
    """From the first answer (closed here) to the last. Raises UpstreamError."""
    dialect, response, grown, url = cast(SteppedDialect, prepared.dialect), first, 1.0, prepared.url
    step, begun, misses = None, False, 0
    for _ in range(STEPS_MAX):
        if step is not None and step.after_s and response.status in AGAIN and misses < MISSES_MAX:
            misses += 1
            await response.aclose()
        else:
            misses = 0
            body = await _read(response, attempt, prepared, x, begun=begun)
            step = dialect.step(body, call.request(), url=url, upstream=prepared.endpoint.upstream)
            if step is None:
                return Told(status=response.status, headers=response.headers, body=body)
            url = step.told_at or url
            begun = begun or step.body is None or step.after_s > 0
        if step.after_s:
            await _wait(min(step.after_s * grown, max(WAIT_S_MAX, step.after_s)), call, x)
            grown *= WAIT_GROWS
        with _perhaps_billed(begun):
            response = await _sent(step, call, attempt, prepared, x)
    raise UpstreamTimeout(f"It was not done after {STEPS_MAX} requests.", remedy="Retry the call later.")


async def _read(response: HttpResponse, attempt: Attempt, prepared: Prepared, x: Exchange, *, begun: bool) -> bytes:
    """A success's body; closes it. Raises UpstreamError."""
    try:
        with _perhaps_billed(begun):
            if not 200 <= response.status < 300:
                raise await refusal(attempt, response, prepared, x)
            return await response.read(x.config.limits.response_bytes)
    finally:
        await response.aclose()


@contextmanager
def _perhaps_billed(begun: bool) -> Iterator[None]:
    """What has begun is billed perhaps, whatever kept us from hearing how it ended."""
    try:
        yield
    except UpstreamError as error:
        if begun:
            error.billing = "maybe"
        raise


async def _sent(step: Step, call: Call, attempt: Attempt, prepared: Prepared, x: Exchange) -> HttpResponse:
    request = ask_request(
        attempt,
        prepared,
        step.url,
        call.deadline,
        body=step.body,
        headers=step.headers,
        bare=step.bare,
        brought=key_for(call, prepared.endpoint) if prepared.endpoint.account == BROUGHT else None,
    )
    attempt.bytes_out += len(request.body)
    response = await x.providers.transport(prepared.instance, bare=step.bare).send(request)
    attempt.upstream_status = response.status
    return response


async def _wait(seconds: float, call: Call, x: Exchange) -> None:
    if call.deadline is not None and x.clock.monotonic() + seconds >= call.deadline:
        raise DeadlineExceeded(
            "The provider has not finished in time.", remedy="Ask for less, or set a later deadline."
        )
    await x.clock.sleep(seconds)
