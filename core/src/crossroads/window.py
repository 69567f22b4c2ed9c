"""Figures over a sliding window in bounded memory: percentiles of positive values, and shares of yes and no.

Law: memory is bounded by slots times buckets, whatever the traffic; a percentile is within 5 % of the exact one
(logarithmic buckets, as in Masson, Rim and Lee, "DDSketch", VLDB 2019). Times are monotonic seconds.
"""

from __future__ import annotations

import math

import msgspec

MINUTE_S = 60.0
SLOTS = 30
GAMMA = 1.1
"""Ratio of the bounds of a bucket: the middle of one is within 5 % of all that is in it."""
LOWEST, HIGHEST = 1e-4, 1e6
"""Values beyond count as these: at most 242 buckets a slot."""
_LOG = math.log(GAMMA)


class Percentiles(msgspec.Struct, frozen=True):
    """Of a window: nine of ten values are at least as good as p90, which is high for a wait and low for a speed."""

    p50: float
    p75: float
    p90: float
    p99: float


class Sketch(msgspec.Struct):
    """Values of the last 30 minutes, by the minute. more_is_better: of a speed, not of a wait."""

    more_is_better: bool = False
    slots: dict[int, dict[int, int]] = {}
    seen: int = 0
    memo: dict[int, tuple[int, int, Percentiles | None]] = {}

    def record(self, value: float, now: float) -> None:
        """value > 0."""
        minute = int(now // MINUTE_S)
        slot = self.slots.get(minute)
        if slot is None:
            self.slots = {at: kept for at, kept in self.slots.items() if minute - SLOTS < at < minute}
            slot = self.slots[minute] = {}
        bucket = math.ceil(math.log(min(max(value, LOWEST), HIGHEST)) / _LOG)
        slot[bucket] = slot.get(bucket, 0) + 1
        self.seen += 1

    def percentiles(self, now: float, minutes: int = SLOTS) -> Percentiles | None:
        """Over the last so many minutes, the one that runs included; None: nothing was measured."""
        minute = int(now // MINUTE_S)
        known = self.memo.get(minutes)
        if known is None or known[:2] != (minute, self.seen):
            known = self.memo[minutes] = (minute, self.seen, self._read(minute - minutes))
        return known[2]

    def _read(self, after: int) -> Percentiles | None:
        counts: dict[int, int] = {}
        for minute, slot in self.slots.items():
            if minute > after:
                for bucket, count in slot.items():
                    counts[bucket] = counts.get(bucket, 0) + count
        if not counts:
            return None
        ranked, total = sorted(counts, reverse=self.more_is_better), sum(counts.values())
        found, passed, place = [], 0, 0
        for share in (0.5, 0.75, 0.9, 0.99):
            while passed + counts[ranked[place]] < share * total:
                passed += counts[ranked[place]]
                place += 1
            found.append(2 * GAMMA ** ranked[place] / (GAMMA + 1))
        return Percentiles(*found)


class Tally(msgspec.Struct):
    """Yes and no over the last `slots` spans of `slot_s` seconds."""

    slot_s: float
    slots: int
    counts: dict[int, tuple[int, int]] = {}
    """Number of the slot -> (yes, no)."""

    def record(self, yes: bool, now: float) -> None:
        at = int(now // self.slot_s)
        if at not in self.counts:
            self.counts = {old: kept for old, kept in self.counts.items() if at - self.slots < old < at}
        good, bad = self.counts.get(at, (0, 0))
        self.counts[at] = (good + yes, bad + (not yes))

    def share(self, now: float, seconds: float) -> float | None:
        """Of yes, 0 to 1; None: nothing was counted."""
        after = int(now // self.slot_s) - seconds / self.slot_s
        kept = [pair for at, pair in self.counts.items() if at > after]
        good, bad = sum(pair[0] for pair in kept), sum(pair[1] for pair in kept)
        return good / (good + bad) if good + bad else None
