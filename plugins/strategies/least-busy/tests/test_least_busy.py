"""Of two, the idle one; of many, never the busiest."""

import random

from crossroads_least_busy import LeastBusy

from crossroads.route import Candidate, Endpoint, EndpointStats
from crossroads.testing import strategy_conformance

TestLeastBusy = strategy_conformance(LeastBusy)

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


def test_of_two_the_idle_one_comes_first_and_the_busiest_of_many_never_does():
    many = [candidate(str(number)) for number in range(5)]
    for number, made in enumerate(many):
        made.stats.in_flight = number
    assert {order(LeastBusy(), many[:2], seed)[0] for seed in range(50)} == {"0"}
    assert {order(LeastBusy(), many, seed)[0] for seed in range(500)} == {"0", "1", "2", "3"}
