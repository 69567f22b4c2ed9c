"""A deadline that moves with every piece of a stream, for the price of a float.

A timer is set only when there is none, or when the deadline moves nearer than the timer. One that fires early looks at
the deadline and sets itself again; asyncio's own `timeout` costs a timer and its cancellation for each wait.
Above all of them stands the call's own end, which nothing moves (INVARIANTS DISP-5).
"""

from __future__ import annotations

from collections.abc import Callable

from crossroads.clock import Cancellable, Clock
from crossroads.errors import UpstreamTimeout


def deadline_passed() -> UpstreamTimeout:
    return UpstreamTimeout("The call's deadline has passed.", remedy="Try again, or allow more time.")


class Deadline:
    """Calls `late` once when the deadline passes."""

    __slots__ = ("_at", "_clock", "_end", "_late", "_timer", "_timer_at")

    def __init__(self, clock: Clock, late: Callable[[], None]) -> None:
        self._clock, self._late = clock, late
        self._at: float | None = None
        self._end: float | None = None
        self._timer: Cancellable | None = None
        self._timer_at = 0.0

    @property
    def ended(self) -> bool:
        """Has the end of it all come?"""
        return self._end is not None and self._clock.monotonic() >= self._end

    def begin(self, end: float | None) -> None:
        """An exchange starts that must be over by `end` (monotonic seconds), whatever else is waited for."""
        self._end = end
        self.set(None)

    def set(self, seconds: float | None) -> None:
        """From now on; None: only the end. A timer may stay behind and find nothing to do."""
        at = None if seconds is None else self._clock.monotonic() + seconds
        if self._end is not None and (at is None or at > self._end):
            at = self._end
        self._at = at
        if at is not None and (self._timer is None or at < self._timer_at):
            self._arm(at)

    def clear(self) -> None:
        """The exchange is over. A timer may stay behind and find nothing to do."""
        self._at = self._end = None

    def cancel(self) -> None:
        """No deadline, and no timer left behind."""
        self.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _arm(self, when: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer, self._timer_at = self._clock.call_at(when, self._fired), when

    def _fired(self) -> None:
        self._timer = None
        if self._at is None:
            return
        if self._clock.monotonic() < self._at:
            self._arm(self._at)
        else:
            self._at = None
            self._late()
