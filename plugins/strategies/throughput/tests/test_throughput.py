"""The fastest comes first, failures count, and nobody starves."""

from crossroads_throughput import Throughput

from crossroads.testing import strategy_conformance
from crossroads.testing.ranking import NOW, candidate, order

TestThroughput = strategy_conformance(Throughput)


def measured(name, value, failures=0.0):
    made = candidate(name)
    made.stats.speed.record(value, NOW)
    made.stats.successes, made.stats.failures = 10.0, failures
    return made


def test_the_faster_comes_first_and_failures_make_it_slower():
    fast, slow = measured("fast", 90.0), measured("slow", 9.0)
    assert order(Throughput(), [slow, fast]) == ["fast", "slow"]
    assert order(Throughput(), [slow, measured("fast", 90.0, failures=1e6)]) == ["slow", "fast"]


def test_everybody_is_explored_now_and_then():
    pair = [measured("fast", 90.0), measured("slow", 9.0)]
    first = [order(Throughput(), pair, seed)[0] for seed in range(5_000)]
    assert 10 < first.count("slow") < 120
