"""The less busy of two endpoints drawn at random goes first; the others follow, shuffled.

The power of two choices: near the balance of asking everybody, without the herd that runs to one idle endpoint
(Mitzenmacher, "The power of two choices in randomized load balancing", IEEE TPDS 12, 2001).
"""

from __future__ import annotations

from crossroads.call import Call
from crossroads.hookspecs import hookimpl
from crossroads.route import Candidate


class LeastBusy:
    """See the module. Busy: requests in flight from here."""

    @hookimpl
    def strategy_score(self, call: Call, candidates: tuple[Candidate, ...]) -> list[float]:
        """Places as scores."""
        drawn = call.random.sample(range(len(candidates)), len(candidates))
        if len(drawn) > 1 and candidates[drawn[1]].stats.in_flight < candidates[drawn[0]].stats.in_flight:
            drawn[:2] = drawn[1], drawn[0]
        scores = [0.0] * len(drawn)
        for place, i in enumerate(drawn):
            scores[i] = -float(place)
        return scores
