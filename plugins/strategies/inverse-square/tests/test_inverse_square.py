"""Shares follow the stated law; an outage goes behind."""

import pytest
from crossroads_inverse_square import InverseSquare

from crossroads.route import Prices
from crossroads.testing import strategy_conformance
from crossroads.testing.ranking import NOW, candidate, order

TestInverseSquare = strategy_conformance(InverseSquare)


def priced(name, usd):
    return candidate(name, prices=Prices(input=usd * 10**9, output=usd * 10**9))


def test_one_dollar_against_three_is_nine_to_one():
    pair = [priced("dear", 3), priced("cheap", 1)]
    first = [order(InverseSquare(), pair, seed)[0] for seed in range(5_000)]
    assert first.count("cheap") / 5_000 == pytest.approx(0.9, abs=0.02)


def test_an_outage_goes_behind_for_thirty_seconds():
    cheap, dear = priced("cheap", 1), priced("dear", 1_000)
    cheap.stats.failures, cheap.stats.failed_at = 3.0, NOW - 29
    assert order(InverseSquare(), [cheap, dear]) == ["dear", "cheap"]
    cheap.stats.failed_at = NOW - 31
    assert order(InverseSquare(), [cheap, dear]) == ["cheap", "dear"]
