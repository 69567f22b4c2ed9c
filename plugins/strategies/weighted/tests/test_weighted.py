"""Shares are the weights."""

import random

import pytest
from crossroads_weighted import Weighted

from crossroads.route import Candidate, Endpoint, EndpointStats
from crossroads.testing import strategy_conformance

TestWeighted = strategy_conformance(Weighted)

NOW = 10_000.0


class FakeCall:
    operation, began = "chat", NOW

    def __init__(self, seed=0):
        self.random = random.Random(seed)


def candidate(name, **facts):
    endpoint = Endpoint(
        id=name, provider=name, plugin=name, provider_name=name, model="a/b", upstream="b", serves={}, **facts
    )
    return Candidate(endpoint, EndpointStats())


def order(strategy, candidates, seed=0):
    scores = strategy.strategy_score(FakeCall(seed), tuple(candidates))
    return [candidates[i].endpoint.id for i in sorted(range(len(scores)), key=lambda i: -scores[i])]


def test_shares_are_the_weights_and_zero_is_a_fallback():
    strategy = Weighted(Weighted.Settings(weights={"a": 3, "c": 0}))
    three = [candidate(name) for name in "abc"]
    orders = [order(strategy, three, seed) for seed in range(4_000)]
    assert sum(found[0] == "a" for found in orders) / 4_000 == pytest.approx(0.75, abs=0.03)
    assert all(found[-1] == "c" for found in orders)
