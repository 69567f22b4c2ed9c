"""How fast an endpoint may be called, learned from its refusals alone: a bucket whose rate follows TCP's CUBIC.

    a 429         the rate that was taken lately is the top; calls fall to CUT of it, or by half where nothing was taken
    afterwards    back to the top within RETURN_S, slowly around it, then faster and faster: an old lesson is doubted

           rate |                          .'
            top |          ....-----....'''
                |       .'
            low |_____.'_____________________ time
                    429   RETURN_S

It holds for limits on calls a minute and on calls at once, and an outage of 429s is forgotten within a few minutes.
Source of the curve: Ha, Rhee and Xu, "CUBIC: a new TCP-friendly high-speed TCP variant", SIGOPS OSR 42(5), 2008; the
figures are ours, tried in `crossroads simulate`. No I/O; times are monotonic seconds.
"""

from __future__ import annotations

CUT, HALF = 0.7, 0.5
RETURN_S = 60.0
FORGET_S = 300.0
"""Without a 429; by then the rate is some twenty times the top."""
ROUND_S = 5.0
"""Refusals within it are one: those calls were on their way."""
LOOK_BACK = 10
"""Seconds over which the rate is counted."""
LEAST_PER_S = 1 / 60
BURST_S = 5.0
"""What the bucket holds, as seconds of its rate."""


class Pace:
    """From the first 429 on. lately: calls a second that it took before that."""

    __slots__ = ("_at", "_counts", "_cut_at", "_left", "_low", "_second", "_top")

    def __init__(self, lately: float, now: float) -> None:
        self._counts = [0] * LOOK_BACK
        self._second = int(now)
        self._top = max(lately, LEAST_PER_S)
        self._low = CUT * self._top
        self._cut_at = now
        self._left, self._at = 0.0, now

    def rate(self, now: float) -> float:
        """Calls a second."""
        away = (now - self._cut_at) / RETURN_S - 1
        if away < 0:
            return self._top + (self._top - self._low) * away**3
        return self._top * (1 + (1 - CUT) * away**3)

    def begun(self, now: float) -> None:
        """A call is sent."""
        self._turn(now)
        self._counts[self._second % LOOK_BACK] += 1
        self._left = max(self._fill(now) - 1, -BURST_S * self._top)

    def refused(self, now: float) -> None:
        """A 429 came."""
        self._turn(now)
        here = self._second % LOOK_BACK
        self._counts[here] = max(0, self._counts[here] - 1)  # it was sent, and not taken
        if now - self._cut_at < ROUND_S:
            return
        current, taken = self.rate(now), sum(self._counts) / LOOK_BACK
        if taken > 0:
            self._top = max(taken, HALF * self._top)
        self._low = max(LEAST_PER_S, CUT * min(current, self._top) if taken > 0 else HALF * current)
        self._top = max(self._top, self._low)
        self._cut_at, self._left, self._at = now, 0.0, now

    def over(self, now: float) -> bool:
        """Is it long ago?"""
        return now - self._cut_at > FORGET_S

    def free(self, now: float) -> bool:
        """May one more be sent?"""
        return self._fill(now) >= 1

    def _fill(self, now: float) -> float:
        rate = self.rate(now)
        self._left = min(self._left + (now - self._at) * rate, max(1.0, BURST_S * rate))
        self._at = now
        return self._left

    def _turn(self, now: float) -> None:
        second = int(now)
        for old in range(max(self._second + 1, second - LOOK_BACK + 1), second + 1):
            self._counts[old % LOOK_BACK] = 0
        self._second = max(self._second, second)
