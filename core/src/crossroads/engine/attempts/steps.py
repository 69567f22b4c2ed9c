"""Calls of several requests: the way from the first answer to the last.

Laws: every step goes to a host of the manifest (SEC-6); at most STEPS_MAX of them, and none beyond the call's deadline;
waiting grows, so that a long job is not asked for every moment. Closing the call leaves the job where it is: no format
here can take back what was submitted.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, cast

import msgspec

from crossroads.call import Call
from crossroads.engine.attempts.prepare import Prepared, ask_request
from crossroads.engine.attempts.replies import refusal
from crossroads.errors import DeadlineExceeded, UpstreamTimeout
from crossroads.route import Attempt
from crossroads.steps import Step, SteppedDialect
from crossroads.wire import Headers, HttpResponse

if TYPE_CHECKING:
    from crossroads.engine.exchange import Exchange

STEPS_MAX = 1000
WAIT_GROWS = 1.15
WAIT_S_MAX = 5.0


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
    for _ in range(STEPS_MAX):
        try:
            if not 200 <= response.status < 300:
                raise await refusal(attempt, response, prepared, x)
            body = await response.read(x.config.limits.response_bytes)
        finally:
            await response.aclose()
        step = dialect.step(body, call.request(), url=url, upstream=prepared.endpoint.upstream)
        if step is None:
            return Told(status=response.status, headers=response.headers, body=body)
        url = step.told_at or url
        if step.after_s:
            await _wait(min(step.after_s * grown, max(WAIT_S_MAX, step.after_s)), call, x)
            grown *= WAIT_GROWS
        response = await _sent(step, call, attempt, prepared, x)
    raise UpstreamTimeout(f"It was not done after {STEPS_MAX} requests.", remedy="Retry the call later.")


async def _sent(step: Step, call: Call, attempt: Attempt, prepared: Prepared, x: Exchange) -> HttpResponse:
    request = ask_request(
        attempt, prepared, step.url, call.deadline, body=step.body, headers=step.headers, bare=step.bare
    )
    attempt.bytes_out += len(request.body)
    response = await x.providers.transport(prepared.instance).send(request)
    attempt.upstream_status = response.status
    return response


async def _wait(seconds: float, call: Call, x: Exchange) -> None:
    if call.deadline is not None and x.clock.monotonic() + seconds >= call.deadline:
        raise DeadlineExceeded(
            "The provider has not finished in time.", remedy="Ask for less, or set a later deadline."
        )
    await x.clock.sleep(seconds)
