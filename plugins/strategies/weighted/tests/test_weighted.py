"""Shares are the weights."""

import pytest
from crossroads_weighted import Weighted

from crossroads.testing import strategy_conformance
from crossroads.testing.ranking import candidate, order

TestWeighted = strategy_conformance(Weighted)


def test_shares_are_the_weights_and_zero_is_a_fallback():
    strategy = Weighted(Weighted.Settings(weights={"a": 3, "c": 0}))
    three = [candidate(name) for name in "abc"]
    orders = [order(strategy, three, seed) for seed in range(4_000)]
    assert sum(found[0] == "a" for found in orders) / 4_000 == pytest.approx(0.75, abs=0.03)
    assert all(found[-1] == "c" for found in orders)
