"""What a test of a strategy needs: a call with dice, candidates by name, the order that the scores mean, and shares."""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from crossroads.route import Candidate, Endpoint, EndpointStats

NOW = 10_000.0
"""Monotonic seconds at which a RankedCall begins."""


class RankedCall:
    """As much of a call as strategies look at."""

    operation, began, received_at = "chat", NOW, 0.0

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


SIGMAS = 5.0
"""One share in two million lies outside by chance."""


def assert_shares(
    strategy: Any, candidates: Sequence[Candidate], expected: Mapping[str, float], draws: int = 10_000
) -> None:
    """How often each comes first is its expected share, within SIGMAS of its binomial deviation. One seed for all."""
    call, first = RankedCall(), Counter[str]()
    for _ in range(draws):
        scores = strategy.strategy_score(call, tuple(candidates))
        first[candidates[max(range(len(scores)), key=scores.__getitem__)].endpoint.id] += 1
    assert math.isclose(sum(expected.values()), 1.0), "shares sum to 1"
    for id, share in expected.items():
        bound = SIGMAS * math.sqrt(share * (1 - share) / draws)
        assert abs(first[id] / draws - share) <= bound, f"{id}: {first[id] / draws:.4f}, expected {share:.4f}"
