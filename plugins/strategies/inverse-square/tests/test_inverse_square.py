"""Shares follow the stated law; an outage goes behind."""

from crossroads_inverse_square import InverseSquare

from crossroads.route import Prices
from crossroads.testing import strategy_conformance
from crossroads.testing.ranking import NOW, assert_shares, candidate, order

TestInverseSquare = strategy_conformance(InverseSquare)


def priced(name, usd):
    return candidate(name, prices=Prices(input=usd * 10**9, output=usd * 10**9))


def test_shares_are_the_inverse_square_of_the_price():
    assert_shares(InverseSquare(), [priced("dear", 3), priced("cheap", 1)], {"dear": 0.1, "cheap": 0.9})
    prices = (1, 2, 4, 5)
    total = sum(usd**-2 for usd in prices)
    expected = {str(usd): usd**-2 / total for usd in prices}
    assert_shares(InverseSquare(), [priced(str(usd), usd) for usd in prices], expected)


def test_an_outage_goes_behind_for_thirty_seconds():
    cheap, dear = priced("cheap", 1), priced("dear", 1_000)
    cheap.stats.failures, cheap.stats.failed_at = 3.0, NOW - 29
    assert order(InverseSquare(), [cheap, dear]) == ["dear", "cheap"]
    cheap.stats.failed_at = NOW - 31
    assert order(InverseSquare(), [cheap, dear]) == ["cheap", "dear"]
