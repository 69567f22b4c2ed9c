"""The fastest comes first, failures count, and nobody starves."""

import random

from crossroads_latency import Latency

from crossroads.route import Candidate, Endpoint, EndpointStats
from crossroads.testing import strategy_conformance

TestLatency = strategy_conformance(Latency)

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


def measured(name, value, failures=0.0):
    made = candidate(name)
    made.stats.first_token.record(value, NOW)
    made.stats.successes, made.stats.failures = 10.0, failures
    return made


def test_the_faster_comes_first_and_failures_make_it_slower():
    fast, slow = measured("fast", 0.2), measured("slow", 2.0)
    assert order(Latency(), [slow, fast]) == ["fast", "slow"]
    assert order(Latency(), [slow, measured("fast", 0.2, failures=1e6)]) == ["slow", "fast"]


def test_everybody_is_explored_now_and_then():
    pair = [measured("fast", 0.2), measured("slow", 2.0)]
    first = [order(Latency(), pair, seed)[0] for seed in range(5_000)]
    assert 10 < first.count("slow") < 120
