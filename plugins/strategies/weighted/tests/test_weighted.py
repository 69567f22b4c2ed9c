"""Shares are the weights."""

from crossroads_weighted import Weighted

from crossroads.testing import strategy_conformance
from crossroads.testing.ranking import assert_shares, candidate, order

TestWeighted = strategy_conformance(Weighted)


def test_shares_are_the_weights_and_zero_is_a_fallback():
    strategy = Weighted(Weighted.Settings(weights={"a": 3, "c": 0}))
    three = [candidate(name) for name in "abc"]
    assert_shares(strategy, three, {"a": 0.75, "b": 0.25, "c": 0.0})
    assert all(order(strategy, three, seed)[-1] == "c" for seed in range(100))
