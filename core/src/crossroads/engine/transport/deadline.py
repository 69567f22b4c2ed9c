"""A deadline that moves with every piece of a stream, for the price of a float.

A timer is set only when there is none, or when the deadline moves nearer than the timer. One that fires early looks at
the deadline and sets itself again; asyncio's own `timeout` costs a timer and its cancellation for each wait.
"""

from __future__ import annotations

from collections.abc import Callable

from crossroads.clock import Cancellable, Clock


class Deadline:
    """Calls `late` once when the deadline passes."""

    __slots__ = ("_at", "_clock", "_late", "_timer", "_timer_at")

    def __init__(self, clock: Clock, late: Callable[[], None]) -> None:
        self._clock, self._late = clock, late
        self._at: float | None = None
        self._timer: Cancellable | None = None
        self._timer_at = 0.0

    def set(self, seconds: float | None) -> None:
        """From now on; None: no deadline. A timer may stay behind and find nothing to do."""
        if seconds is None:
            self._at = None
            return
        self._at = self._clock.monotonic() + seconds
        if self._timer is None or self._at < self._timer_at:
            self._arm(self._at)

    def cancel(self) -> None:
        """No deadline, and no timer left behind."""
        self._at = None
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
