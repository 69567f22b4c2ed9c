"""The fastest endpoint first, by the median of its seconds to the first token over the last 30 minutes.

    score = -(median / s)      s = (successes + 1) / (successes + failures + 1): tries are repeated until one succeeds

Exploration, so that no endpoint starves and improvement is seen: one call in 50 goes first to an endpoint drawn
evenly, measured or not. Without it the order is deterministic; one that nobody has measured stands in the middle.
"""

from __future__ import annotations

import math

from crossroads.call import Call
from crossroads.hookspecs import hookimpl
from crossroads.route import Candidate

EXPLORED = 0.02
"""Share of calls that try an endpoint drawn evenly."""


class Latency:
    """See the module."""

    @hookimpl
    def strategy_score(self, call: Call, candidates: tuple[Candidate, ...]) -> list[float]:
        """Higher is faster; nan where nothing was measured; inf for the one that is explored."""
        scores = []
        for candidate in candidates:
            stats = candidate.stats
            found = stats.first_token.percentiles(call.began)
            chance = (stats.successes + 1) / (stats.successes + stats.failures + 1)
            scores.append(math.nan if found is None else -found.p50 / chance)
        if call.random.random() < EXPLORED:
            scores[call.random.randrange(len(scores))] = math.inf
        return scores
