"""What a test of a strategy needs: a call with dice, candidates by name, and the order that the scores mean."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

from crossroads.route import Candidate, Endpoint, EndpointStats

NOW = 10_000.0
"""Monotonic seconds at which a RankedCall begins."""


class RankedCall:
    """As much of a call as strategies look at."""

    operation, began = "chat", NOW

    def __init__(self, seed: int = 0) -> None:
        self.random = random.Random(seed)  # noqa: S311


def candidate(name: str, **facts: Any) -> Candidate:
    """An endpoint of this name that nobody has tried. facts: further ones of `Endpoint`."""
    endpoint = Endpoint(
        id=name, provider=name, plugin=name, provider_name=name, model="a/b", upstream="b", serves={}, **facts
    )
    return Candidate(endpoint, EndpointStats())


def order(strategy: Any, candidates: Sequence[Candidate], seed: int = 0) -> list[str]:
    """Ids, best first."""
    scores = strategy.strategy_score(RankedCall(seed), tuple(candidates))
    return [candidates[i].endpoint.id for i in sorted(range(len(scores)), key=lambda i: -scores[i])]
