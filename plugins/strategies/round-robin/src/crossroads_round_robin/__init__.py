"""Each endpoint of a model in its turn, whatever happened before. One turn per model, in this process.

The one strategy with a memory: its order depends on the calls before, not on the dice.
"""

from __future__ import annotations

from crossroads.hookspecs import hookimpl
from crossroads.route import Candidate


class RoundRobin:
    """See the module."""

    whole = True

    def __init__(self) -> None:
        self._turns: dict[str, int] = {}
        """By model: as many as the catalog has."""

    @hookimpl
    def strategy_score(self, candidates: tuple[Candidate, ...]) -> list[float]:
        """The one whose turn it is at 0, the next at -1, and so on around."""
        model, count = candidates[0].endpoint.model, len(candidates)
        turn = self._turns.get(model, 0)
        self._turns[model] = turn + 1
        return [-float((place - turn) % count) for place in range(count)]
