"""Whose turn it is: the candidates of one call in the order of their attempts, and what became of those before.

Laws: every attempt beyond the first is allowed by four bounds: `max_attempts`, the deadline, the retry budget and the
quota's own wait. Candidates are looked at when their turn comes, and no sooner.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from heapq import heappop, heappush
from typing import TYPE_CHECKING

from crossroads.call import Call
from crossroads.engine.accounts import over_limit
from crossroads.engine.attempts.verdicts import verdict
from crossroads.engine.limits.guard import EJECTED, FIRST, HELD
from crossroads.errors import CrossroadsError, DeadlineExceeded, RateLimited, UpstreamError
from crossroads.route import Candidate, Reason, Route

if TYPE_CHECKING:
    from crossroads.engine.exchange import Exchange

BACKOFF_S = 0.2
"""Before the first further attempt at the same endpoint; doubled each time, with full jitter above half of it."""
JUST_S = 0.001
"""A wait that is over but for this is over: clocks are no finer."""

Able = Callable[[Candidate], bool]


class Turns:
    """`next()`, an attempt, and `failed()` if it did; `last()` when `next()` has none.

    Where endpoints have limits on calls at once, a candidate that `next` gives has its place taken (`slots.Slots`).
    """

    __slots__ = (
        "_able", "_again", "_ahead", "_behind", "_broken", "_call", "_failed", "_full", "_made", "_repeats", "_route",
        "_waits", "_x",
    )  # fmt: skip

    def __init__(self, call: Call, route: Route, x: Exchange) -> None:
        self._call, self._route, self._x = call, route, x
        self._ahead = enumerate(route.candidates)
        self._behind: list[tuple[int, int, Candidate]] = []
        """A heap: standing, place, candidate."""
        self._again: deque[Candidate] = deque()
        self._full: list[Candidate] = []
        """Had no place free when it was their turn."""
        self._waits: list[float] = []
        self._able: Able | None = None
        self._broken: CrossroadsError | None = None
        """Of what a stream that left in part broke: what came of going on with it does not hide that."""
        self._repeats = 0
        self._made = 0
        self._failed: list[CrossroadsError] = []
        x.guard.called(route, x.clock.monotonic())

    async def next(self) -> Candidate | None:
        """Who is next, after the wait that it needs. Raises DeadlineExceeded, RateLimited, Overloaded."""
        x, call = self._x, self._call
        now = x.clock.monotonic()
        if call.deadline is not None and now >= call.deadline:
            raise DeadlineExceeded("The call's deadline has passed.", remedy="Retry, or ask for less.")
        if (candidate := self.at_once(now)) is not None:
            return candidate
        if self._made >= x.config.routing.max_attempts:
            return None
        while self._full:
            candidate = await self._wait(x.clock.monotonic())
            if candidate is None or not self._held(candidate):
                return candidate
            self._leave(candidate)
        while self._again:
            candidate = self._again.popleft()
            if not await self._pause(candidate, now) or self._held(candidate):
                continue
            if self._take(candidate, x.clock.monotonic()):
                return candidate
        if not self._made and self._waits:
            raise RateLimited(
                f"Every endpoint of {self._route.model} is at its rate limit.",
                remedy="Retry after the time that Retry-After states.",
                retry_after_s=min(self._waits),
            )
        return None

    def at_once(self, now: float) -> Candidate | None:
        """Who may be called now, without any wait."""
        if self._made < self._x.config.routing.max_attempts:
            while (candidate := self._look(now)) is not None:
                if self._take(candidate, now):
                    return candidate
        return None

    def failed(self, candidate: Candidate, error: CrossroadsError) -> None:
        """An attempt failed before its first token. Raises the error, if nobody may try again."""
        routing = self._x.config.routing
        what = verdict(error, repeat_billed=routing.repeat_billed)
        if what == "never" or (what == "caller" and self._broken is None):
            raise error
        self._failed.append(error)
        self._route.reasons.append(Reason("attempt", "dispatch", str(error), candidate.endpoint.id))
        if what == "here" and self._repeats < routing.same_endpoint_retries:
            self._repeats += 1
            self._again.append(candidate)

    def broke(self, candidate: Candidate, error: CrossroadsError, able: Able) -> None:
        """A stream broke in its middle, and is to be carried on by those who are able to, this one last."""
        self._broken = error
        self._route.reasons.append(Reason("attempt", "dispatch", f"broke off: {error}", candidate.endpoint.id))
        self._able = able
        heappush(self._behind, (EJECTED, len(self._route.candidates) + self._made, candidate))

    def last(self) -> CrossroadsError:
        """The last error, with those before it in its metadata (as OpenRouter's `previous_errors`)."""
        if self._broken is not None:
            before, last = self._failed, self._broken
        elif self._failed:
            *before, last = self._failed
        else:
            return UpstreamError("No attempt was made.", remedy="Raise routing.max_attempts.")
        if before:
            last.metadata["previous_errors"] = [{"code": error.status, "message": str(error)} for error in before]
        return last

    def _look(self, now: float) -> Candidate | None:
        """The next that is able to."""
        while (candidate := self._next(now)) is not None and self._able is not None and not self._able(candidate):
            self._tell(candidate, "not tried: it can't carry on what another has begun")
        return candidate

    def _next(self, now: float) -> Candidate | None:
        """The next that is not held: those that are well, then the others by their standing."""
        guard, call, route = self._x.guard, self._call, self._route
        for place, candidate in self._ahead:
            standing = guard.standing(call, candidate, route, now)
            if standing == FIRST:
                return candidate
            if standing == HELD:
                self._waits.append(guard.quotas.held_s(candidate.endpoint, now))
            else:
                heappush(self._behind, (standing, place, candidate))
        while self._behind:
            candidate = heappop(self._behind)[2]
            if guard.quotas.held_s(candidate.endpoint, now) > 0:
                self._tell(candidate, "its quota asked to be left alone")
            else:
                return candidate
        return None

    def _take(self, candidate: Candidate, now: float) -> bool:
        """Its attempt, from the retry budget and its endpoint's places."""
        guard = self._x.guard
        late = self._made and candidate.endpoint.account is not None  # the first one was planned a moment ago
        if late and (why := over_limit(candidate.endpoint, self._x)) is not None:
            self._tell(candidate, why)
            return False
        if guard.slots is not None and not guard.slots.free(candidate.endpoint.id):
            self._tell(candidate, "has no place free")
            self._full.append(candidate)
            return False
        if not self._allowed(candidate, now):
            return False
        if guard.slots is not None:
            guard.slots.take(candidate.endpoint.id)
        return True

    def _allowed(self, candidate: Candidate, now: float) -> bool:
        """One attempt more: the first is free, others at an endpoint that failed lately are paid for."""
        if self._made and not self._x.guard.may_retry(self._route, candidate, now):
            self._tell(candidate, "not tried: the retry budget of this model is spent")
            return False
        self._made += 1
        return True

    async def _wait(self, now: float) -> Candidate | None:
        """In the queue, for a place at any of those that had none. Raises Overloaded, RateLimited."""
        slots = self._x.guard.slots
        if slots is None or not self._allowed(self._full[0], now):
            return None
        full, self._full = self._full, []
        try:
            candidate = await slots.wait(self._call, full, self._x.clock)
        except CrossroadsError:
            if self._failed:
                return None  # what failed before tells more
            raise
        self._full = [other for other in full if other is not candidate]
        self._tell(candidate, f"waited {self._x.clock.monotonic() - now:.3g} s for a place")
        return candidate

    def _leave(self, candidate: Candidate) -> None:
        """Its attempt is not made: its place goes to the next who waits."""
        self._made -= 1
        if self._x.guard.slots is not None:
            self._x.guard.slots.give_back(candidate.endpoint.id, self._x.clock.monotonic())

    def _held(self, candidate: Candidate) -> bool:
        """Has its quota asked to be left alone while this call waited?"""
        wait = self._x.guard.quotas.held_s(candidate.endpoint, self._x.clock.monotonic())
        if wait <= JUST_S:
            return False
        self._waits.append(wait)
        self._tell(candidate, "its quota asked to be left alone")
        return True

    async def _pause(self, candidate: Candidate, now: float) -> bool:
        """Wait for the quota, or back off; False: that would take longer than allowed."""
        x, call = self._x, self._call
        backoff = BACKOFF_S * 2 ** (self._repeats - 1) * (0.5 + call.random.random() / 2)
        wait = max(backoff, x.guard.quotas.held_s(candidate.endpoint, now))
        if wait > x.config.routing.retry_wait_s or (call.deadline is not None and now + wait >= call.deadline):
            return False
        await x.clock.sleep(wait)
        return True

    def _tell(self, candidate: Candidate, text: str) -> None:
        self._route.reasons.append(Reason("attempt", "dispatch", text, candidate.endpoint.id))
