"""Whose turn it is: the candidates of one call in the order of their attempts, and what became of those before.

Law: every attempt beyond the first is allowed by four bounds: `max_attempts`, the deadline, the retry budget and the
quota's own wait.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from crossroads.call import Call
from crossroads.engine.verdicts import verdict
from crossroads.errors import CrossroadsError, DeadlineExceeded, UpstreamError
from crossroads.route import Candidate, Reason, Route

if TYPE_CHECKING:
    from crossroads.engine.exchange import Exchange

BACKOFF_S = 0.2
"""Before the first further attempt at the same endpoint; doubled each time, with full jitter above half of it."""


class Turns:
    """`next()`, an attempt, and `failed()` if it did; `last()` when `next()` has none."""

    def __init__(self, call: Call, route: Route, x: Exchange) -> None:
        self._call, self._route, self._x = call, route, x
        self._waiting = deque(x.guard.arrange(call, route, x.clock.monotonic()))
        self._again: deque[Candidate] = deque()
        self._repeats = 0
        self._made = 0
        self._failed: list[CrossroadsError] = []

    async def next(self) -> Candidate | None:
        """Who is next, after the wait that it needs. Raises DeadlineExceeded."""
        x, call = self._x, self._call
        now = x.clock.monotonic()
        if self._made and call.deadline is not None and now >= call.deadline:
            raise DeadlineExceeded("The call's deadline has passed.", remedy="Retry, or ask for less.")
        while self._made < x.config.routing.max_attempts:
            if self._waiting:
                candidate = self._waiting.popleft()
                if self._made and x.guard.held_s(candidate.endpoint, now) > 0:
                    self._tell(candidate, "its quota asked to be left alone")
                    continue
            elif self._again:
                candidate = self._again.popleft()
                if not await self._pause(candidate, now):
                    continue
                now = x.clock.monotonic()
            else:
                return None
            if self._made and not x.guard.may_retry(self._route, candidate, now):
                self._tell(candidate, "not tried: the retry budget of this model is spent")
                continue
            self._made += 1
            return candidate
        return None

    def failed(self, candidate: Candidate, error: CrossroadsError) -> None:
        """An attempt failed before its first token. Raises the error, if nobody may try again."""
        routing = self._x.config.routing
        what = verdict(error, repeat_billed=routing.repeat_billed)
        if what in ("caller", "never"):
            raise error
        self._failed.append(error)
        self._route.reasons.append(Reason("attempt", "dispatch", str(error), candidate.endpoint.id))
        if what == "here" and self._repeats < routing.same_endpoint_retries:
            self._repeats += 1
            self._again.append(candidate)

    def last(self) -> CrossroadsError:
        """The last error, with those before it in its metadata (as OpenRouter's `previous_errors`)."""
        if not self._failed:
            return UpstreamError("No attempt was made.", remedy="Raise routing.max_attempts.")
        *before, last = self._failed
        if before:
            last.metadata["previous_errors"] = [{"code": error.status, "message": str(error)} for error in before]
        return last

    async def _pause(self, candidate: Candidate, now: float) -> bool:
        """Wait for the quota, or back off; False: that would take longer than allowed."""
        x, call = self._x, self._call
        backoff = BACKOFF_S * 2 ** (self._repeats - 1) * (0.5 + call.random.random() / 2)
        wait = max(backoff, x.guard.held_s(candidate.endpoint, now))
        if wait > x.config.routing.retry_wait_s or (call.deadline is not None and now + wait >= call.deadline):
            return False
        await x.clock.sleep(wait)
        return True

    def _tell(self, candidate: Candidate, text: str) -> None:
        self._route.reasons.append(Reason("attempt", "dispatch", text, candidate.endpoint.id))
