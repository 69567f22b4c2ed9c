"""The fastest endpoint first, by the median of its tokens per second over the last 30 minutes.

    speed = median x s     s = (successes + 1) / (successes + failures + 1): tries are repeated until one succeeds

One that nobody has measured counts as 50 tokens/s, and goes behind while several calls are under way there already.
Exploration, so that no endpoint starves and improvement is seen: one call in 50 goes first to an endpoint that nothing
was heard of for 30 s, if there is one; so a slow one is asked as often as is needed to know it, and no more. Without
exploration the order is deterministic, and of two endpoints it never depends on a third.
"""

from __future__ import annotations

import math

from crossroads.call import Call
from crossroads.hookspecs import hookimpl
from crossroads.route import Candidate, EndpointStats

EXPLORED = 0.02
"""Share of calls that try an endpoint of which nothing is known, or nothing new."""
STALE_S = 30.0
UNMEASURED = 50.0


class Throughput:
    """See the module."""

    @hookimpl
    def strategy_score(self, call: Call, candidates: tuple[Candidate, ...]) -> list[float]:
        """Tokens per second; below 0, minus the calls under way; inf for the one that is explored."""
        scores = [_speed(candidate.stats, call.began) for candidate in candidates]
        if call.random.random() < EXPLORED:
            stale = [i for i, c in enumerate(candidates) if _stale(c.stats, call.began)]
            if stale:
                scores[call.random.choice(stale)] = math.inf
        return scores


def _speed(stats: EndpointStats, now: float) -> float:
    if crowd := stats.crowd:
        return -float(crowd)
    found = stats.speed.percentiles(now)
    chance = (stats.successes + 1) / (stats.successes + stats.failures + 1)
    return (UNMEASURED if found is None else found.p50) * chance


def _stale(stats: EndpointStats, now: float) -> bool:
    return not stats.in_flight and now - stats.updated_at > STALE_S
