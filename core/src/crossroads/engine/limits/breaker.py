"""The circuit breaker of one endpoint: a state machine without I/O; whoever calls brings the time.

    state      event                                            next
    closed     failures in a row, or share of failures, or slow open (if the model's share of ejected allows it)
    open       cool-down over, a call is routed here            half_open, that call is the probe
    half_open  the probe succeeds                               closed, with a slow start
    half_open  the probe fails                                  open, twice the cool-down (bounded)
    half_open  the probe's caller hangs up                      open, cool-down over: the next call probes

Law (DISP-6): it comes back by one probe, and nobody else's call is risked before that probe has succeeded.
"""

from __future__ import annotations

from typing import Literal

from crossroads.config import BreakerConfig

State = Literal["closed", "open", "half_open"]
HALF_LIFE_CALLS = 20.0
"""The share of failures is that of about this many last calls."""


class Breaker:
    """What it knows of one endpoint. Times are monotonic seconds."""

    __slots__ = (
        "_bad", "_calls", "_config", "_cooldown_s", "_in_row", "calm", "closed_at", "latency_s", "samples", "slow",
        "state", "until", "why",
    )  # fmt: skip

    def __init__(self, config: BreakerConfig) -> None:
        self._config = config
        self.state: State = "closed"
        self.calm = True
        """Closed, and in no slow start: there is nothing to ask."""
        self.why = ""
        self.slow = False
        self.until = 0.0
        """End of the cool-down."""
        self.closed_at: float | None = None
        self.latency_s: float | None = None
        self.samples = 0
        self._cooldown_s = config.cooldown_s
        self._in_row, self._bad, self._calls = 0, 0.0, 0.0

    def ejected(self, now: float) -> bool:
        """Must calls stay away? Also while the one probe is under way."""
        return self.state == "half_open" or (self.state == "open" and now < self.until)

    def weight(self, now: float) -> float:
        """Share of its calls that it may have: below 1 in its slow start."""
        if self.closed_at is None or self._config.slow_start_s <= 0:
            share = 1.0
        else:
            share = min(1.0, 0.1 + (now - self.closed_at) / self._config.slow_start_s)
        self.calm = share >= 1 and self.state == "closed"
        return share

    def begin(self, now: float) -> bool:
        """A call is sent. True: it is the probe."""
        if self.state == "open" and now >= self.until:
            self.state = "half_open"
            return True
        return False

    def succeeded(self, now: float, latency_s: float | None, *, probe: bool) -> None:
        self._in_row = 0
        self._count(0.0)
        if latency_s is not None:
            self._measure(latency_s)
        if probe:
            if self.slow and latency_s is not None:
                self.latency_s = latency_s  # what it was before is over, or it still is: this one tells
            self.state, self.slow, self.closed_at = "closed", False, now
            self._bad = self._calls = 0.0

    def failed(self, now: float, *, probe: bool) -> str | None:
        """The reason to open, if there is one: the caller asks the model's quota, then calls `open`."""
        self._in_row += 1
        self._count(1.0)
        if probe:
            return "its probe failed"
        if self._in_row >= self._config.failures:
            return f"{self._in_row} failures in a row"
        if self._calls >= self._config.min_calls * 0.8 and self._bad / self._calls >= self._config.failure_share:
            return f"{self._bad / self._calls:.0%} of its last calls failed"
        return None

    def cancelled(self, *, probe: bool) -> None:
        if probe:
            self.state = "open"

    def outrun(self, waited_s: float) -> None:
        """It lost a race after so long: its first token would have come later still."""
        if self.latency_s is None or waited_s > self.latency_s:
            self._measure(waited_s)

    def open(self, now: float, why: str, *, slow: bool = False, again: bool = False) -> None:
        """again: it was ejected before this, and its probe did not help."""
        config = self._config
        self._cooldown_s = min(config.cooldown_max_s, self._cooldown_s * 2) if again else config.cooldown_s
        self.state, self.why, self.slow, self.calm = "open", why, slow, False
        self.until = now + self._cooldown_s

    def _measure(self, latency_s: float) -> None:
        self.samples += 1
        self.latency_s = latency_s if self.latency_s is None else self.latency_s + 0.3 * (latency_s - self.latency_s)

    def _count(self, bad: float) -> None:
        decay = 1 - 1 / HALF_LIFE_CALLS
        self._bad = self._bad * decay + bad
        self._calls = self._calls * decay + 1
