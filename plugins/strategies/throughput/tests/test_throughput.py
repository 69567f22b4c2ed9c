"""The fastest comes first, failures count, and nobody starves."""

import pytest
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


def test_one_that_was_not_heard_of_lately_is_explored_now_and_then_and_the_others_are_not():
    fast, slow = measured("fast", 90.0), measured("slow", 9.0)
    pair = [fast, slow]
    fast.stats.updated_at = slow.stats.updated_at = NOW
    assert {order(Throughput(), pair, seed)[0] for seed in range(500)} == {"fast"}
    slow.stats.updated_at = NOW - 31
    first = [order(Throughput(), pair, seed)[0] for seed in range(5_000)]
    assert first.count("slow") / 5_000 == pytest.approx(0.02, abs=0.006)
    slow.stats.in_flight = 1
    assert {order(Throughput(), pair, seed)[0] for seed in range(500)} == {"fast"}


def test_one_that_nobody_has_measured_stands_at_a_fixed_place_until_many_calls_wait_for_it():
    unknown = candidate("unknown")
    trio = [measured("worse", 49.0), unknown, measured("better", 51.0)]
    for one in trio:
        one.stats.updated_at = NOW
    assert order(Throughput(), trio) == ["better", "unknown", "worse"]
    unknown.stats.in_flight = 4
    assert order(Throughput(), trio) == ["better", "worse", "unknown"]
