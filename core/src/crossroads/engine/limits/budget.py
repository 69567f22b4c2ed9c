"""How many attempts beyond the first one may be made: no retry storm (DISP-3).

Counted per model over a sliding window. Only attempts at an endpoint that failed lately are paid from it: one that is
well is not harmed by a call, and a call must not die of a failure that somebody else can make good.
"""

from __future__ import annotations

WINDOW_S = 10.0
FREE_RETRIES = 10
"""In one window, whatever the share: with few calls a share of them is less than one."""
SLICES = 10


class RetryBudget:
    """`call(now)` for each call, `spend(now)` before each further attempt. now: monotonic seconds."""

    __slots__ = ("_calls", "_retries", "_share", "_slice")

    def __init__(self, share: float) -> None:
        self._share = share
        self._calls, self._retries = [0] * SLICES, [0] * SLICES
        self._slice = 0

    def call(self, now: float) -> None:
        self._turn(now)
        self._calls[self._slice % SLICES] += 1

    def spend(self, now: float) -> bool:
        """Take one retry; False: there is none left, and the call ends with the error that it has."""
        self._turn(now)
        if sum(self._retries) + 1 > max(FREE_RETRIES, self._share * sum(self._calls)):
            return False
        self._retries[self._slice % SLICES] += 1
        return True

    def _turn(self, now: float) -> None:
        current = int(now / (WINDOW_S / SLICES))
        if current == self._slice:
            return
        for old in range(max(self._slice + 1, current - SLICES + 1), current + 1):
            self._calls[old % SLICES] = self._retries[old % SLICES] = 0
        self._slice = max(self._slice, current)
