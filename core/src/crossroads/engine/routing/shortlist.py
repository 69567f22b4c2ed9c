"""Of a crowd behind one model name, those worth a look by this call: so that ten thousand cost a call what ten do.

    shortlist = the LEADERS best of a ranking of everybody, at most RANKED_S old, and DRAWN others drawn evenly

The strategies then score the shortlist anew, with the statistics of now. So a leader that has just failed goes behind
at once, and everybody is tried now and then. Shares of a strategy that draws by weights hold within a shortlist only.
A strategy that has to see everybody (one that hashes, or keeps a turn) says `whole = True`, and pays for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from crossroads.call import Call
from crossroads.engine.installed.plugins import Hook
from crossroads.engine.routing.scores import scored, sort
from crossroads.route import Candidate, Route

if TYPE_CHECKING:
    from crossroads.engine.exchange import Exchange

SCORED_MAX = 32
"""Up to so many candidates, everybody is scored by every call."""
LEADERS, DRAWN = 8, 4
RANKED_S = 1.0
KEPT_MAX = 256
"""Rankings that are remembered."""

Key = tuple[int, tuple[str, ...]]


class Shortlists:
    """One per exchange."""

    def __init__(self) -> None:
        self._leaders: dict[Key, tuple[float, tuple[Candidate, ...], tuple[Candidate, ...]]] = {}
        """When, of whom (held, so that its identity stays its own), and the best."""

    def of(
        self, call: Call, crowd: tuple[Candidate, ...], strategies: tuple[Hook, ...], x: Exchange
    ) -> tuple[Candidate, ...]:
        """At most LEADERS + DRAWN; the crowd itself for a strategy that wants to see it."""
        if any(strategy.whole for strategy in strategies):
            return crowd
        key = (id(crowd), tuple([strategy.plugin for strategy in strategies]))
        known = self._leaders.get(key)
        if known is None or known[1] is not crowd or call.began - known[0] > RANKED_S:
            columns = scored(call, crowd, strategies, x, Route(""))
            while len(self._leaders) >= KEPT_MAX:
                self._leaders.pop(next(iter(self._leaders)))
            known = self._leaders[key] = (call.began, crowd, tuple(sort(crowd, columns)[:LEADERS]))
        dice, size = call.random.random, len(crowd)
        drawn = [crowd[int(dice() * size)] for _ in range(DRAWN)]
        return tuple({id(candidate): candidate for candidate in (*known[2], *drawn)}.values())
