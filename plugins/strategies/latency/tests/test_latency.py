"""The fastest comes first, failures count, and nobody starves."""

from crossroads_latency import Latency

from crossroads.testing import strategy_conformance
from crossroads.testing.ranking import NOW, candidate, order

TestLatency = strategy_conformance(Latency)


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
