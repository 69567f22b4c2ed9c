"""Money is exact, integer, rounded up once, and printed so that nothing is lost."""

import json
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossroads.money import NANO, UNITS, USD_MAX, cost_nano, format_usd, parse_usd, per_unit_usd

LINES = st.lists(st.tuples(st.integers(0, 10**7), st.integers(0, 10**14)), max_size=8)


@given(st.integers(0, USD_MAX * NANO))
def test_what_is_printed_is_read_back_exactly(nano):
    assert parse_usd(format_usd(nano)) == nano
    assert json.loads(format_usd(nano), parse_float=Decimal, parse_int=Decimal) * NANO == nano


@given(st.integers(0, 10**15))
def test_a_price_per_unit_is_exact(price):
    assert Fraction(per_unit_usd(price)) == Fraction(price, NANO * UNITS)


@given(LINES)
def test_a_cost_is_the_exact_sum_rounded_up_once(lines):
    exact = sum((Fraction(units * price, UNITS) for units, price in lines), Fraction(0))
    found = cost_nano(lines)
    assert type(found) is int
    assert 0 <= found - exact < 1


@given(LINES, LINES)
def test_splitting_a_bill_never_makes_it_cheaper(one, other):
    together = cost_nano([*one, *other])
    assert together <= cost_nano(one) + cost_nano(other) <= together + 1


@pytest.mark.parametrize(("units", "price"), [(-1, 1), (1, -1)])
def test_negative_units_and_prices_are_refused(units, price):
    with pytest.raises(ValueError, match="never negative"):
        cost_nano([(units, price)])


@pytest.mark.parametrize(
    ("text", "nano"),
    [("0", 0), ("0.15", 150_000_000), ("0.000000001", 1), ("1e3", 10**12), ("1000000000", 10**18)],
)
def test_amounts_that_are_read(text, nano):
    assert parse_usd(text) == nano


@pytest.mark.parametrize(
    "text",
    ["", "x", "-1", "-0.000000001", "NaN", "Infinity", "1e400", "0.0000000001", "1000000000.1", None, "1,5", "0x10"],
)
def test_amounts_that_are_refused(text):
    with pytest.raises(ValueError, match=r"US dollars|nano-dollar"):
        parse_usd(text)
