"""When a second attempt begins beside a slow first one, and how many may be made.

Law: extra attempts, and what they cost, stay below shares of what the model's calls do and cost:

    hedges      <= 1 + max_share x calls           what is saved up is bounded by BURST
    their cost  <= max_cost_share x all cost       and that of those under way

Source of the idea, and of beginning at a high percentile: Dean and Barroso, "The Tail at Scale", CACM 56(2), 2013.
"""

from __future__ import annotations

import math

from crossroads.config import HedgeConfig
from crossroads.engine.attempts.insurance import HEDGE
from crossroads.route import Attempt, Candidate
from crossroads.window import Percentiles

BURST = 10.0
SAMPLES_MIN = 20
KNOWN = ((0.5, "p50"), (0.75, "p75"), (0.9, "p90"), (0.99, "p99"))
FRESH_S = 5.0
"""How long a percentile is used before it is worked out again."""


class Hedges:
    """What may be spent on second attempts, by model, and after how long they begin. One per exchange."""

    def __init__(self, config: HedgeConfig) -> None:
        self._config = config
        self._allowed: dict[str, float] = {}
        self._cost_nano: dict[str, float] = {}
        """Allowed, less spent."""
        self._waits: dict[str, tuple[float, float | None]] = {}

    def called(self, model: str) -> None:
        """A call begins."""
        self._allowed[model] = min(BURST, self._allowed.get(model, 1.0) + self._config.max_share)

    def ended(self, attempt: Attempt) -> None:
        """An attempt is over: it cost something."""
        cost = None if attempt.cost is None else attempt.cost.total_nano
        if cost:
            model = attempt.endpoint.model
            share = self._config.max_cost_share - (attempt.waived == HEDGE)
            self._cost_nano[model] = self._cost_nano.get(model, 0.0) + share * cost

    def may_spend(self, model: str) -> bool:
        """Do both shares allow one more?"""
        return self._allowed.get(model, 0.0) >= 1 and self._cost_nano.get(model, 0.0) >= 0

    def spend(self, model: str) -> None:
        """One more is made."""
        self._allowed[model] -= 1

    def after_s(self, candidate: Candidate, now: float) -> float | None:
        """How long its first token may take; None: not known yet."""
        config = self._config
        if config.after_s is not None:
            return max(config.after_s, config.min_s)
        until, wait = self._waits.get(candidate.endpoint.id, (0.0, None))
        if now >= until:
            stats = candidate.stats.first_token
            found = stats.percentiles(now) if stats.seen >= SAMPLES_MIN else None
            wait = None if found is None else max(config.min_s, between(found, config.percentile / 100))
            self._waits[candidate.endpoint.id] = now + FRESH_S, wait
        return wait


def between(found: Percentiles, share: float) -> float:
    """The value that this share stays below, from those that are known: its logarithm goes evenly with that of what is
    left, as in an exponential tail. share: 0.5 to 0.99."""
    below, low = KNOWN[0]
    for above, high in KNOWN[1:]:
        if share <= above:
            break
        below, low = above, high
    part = math.log((1 - below) / (1 - share)) / math.log((1 - below) / (1 - above))
    first, second = getattr(found, low), getattr(found, high)
    return float(first * (second / first) ** part)
