"""MONEY-4, MONEY-5: every unit is priced once, at its own endpoint and tier; unknown is never 0; nothing is a float."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossroads.engine.meter import BYTES_PER_TOKEN, measured, price
from crossroads.errors import ConnectFailed, UpstreamRefused, UpstreamTimeout
from crossroads.route import Attempt, Endpoint, Prices, Tier
from crossroads.types.usage import Usage

PARENTS = {
    "input_tokens": ("input",),
    "cache_read_tokens": ("cache_read", "input"),
    "cache_write_tokens": ("cache_write", "input"),
    "audio_input_tokens": ("audio_input", "input"),
    "output_tokens": ("output",),
    "reasoning_tokens": ("reasoning", "output"),
    "audio_output_tokens": ("audio_output", "output"),
    "image_output_tokens": ("image_output", "output"),
    "images": ("image",),
    "seconds": ("second",),
    "characters": ("character",),
    "searches": ("search",),
}
"""Each count, and the prices that hold for it, its own first."""
PROMPT = ("input_tokens", "cache_read_tokens", "cache_write_tokens", "audio_input_tokens")

AMOUNTS = st.none() | st.integers(0, 10**12)
PRICES = st.builds(Prices, **dict.fromkeys(Prices.__struct_fields__, AMOUNTS))
USAGES = st.builds(Usage, **dict.fromkeys(PARENTS, st.integers(0, 10**6)))
NOON = 12 * 3600.0
TIERS = st.lists(st.builds(Tier, above_input_tokens=st.integers(1, 10**6), prices=PRICES), max_size=3).map(
    lambda tiers: tuple(sorted(tiers, key=lambda tier: tier.above_input_tokens))
)


def endpoint(prices, tiers=()):
    return Endpoint(
        id="e", provider="p", plugin="p", provider_name="p", model="a/b", upstream="b", serves={}, prices=prices,
        tiers=tiers,
    )  # fmt: skip


def oracle(prices, tiers, usage):
    """By hand: the last tier that is passed and states a price gives it; (prompt, completion), None where unknown."""
    prompt_tokens = sum(getattr(usage, name) for name in PROMPT)

    def stated(name):
        found = getattr(prices, name)
        for tier in tiers:
            if prompt_tokens > tier.above_input_tokens and getattr(tier.prices, name) is not None:
                found = getattr(tier.prices, name)
        return found

    sides = [Fraction(stated("request") or 0, 10**6), Fraction(0)]
    for count, names in PARENTS.items():
        units = getattr(usage, count)
        if not units:
            continue
        amount = next((stated(name) for name in names if stated(name) is not None), None)
        side = 0 if count in PROMPT else 1
        if amount is None:
            sides[side] = None
        elif sides[side] is not None:
            sides[side] += Fraction(units * amount, 10**6)
    return sides


@given(PRICES, TIERS, USAGES)
def test_a_cost_is_the_exact_sum_of_every_class_at_its_own_price(prices, tiers, usage):
    cost = price(endpoint(prices, tiers), usage, NOON)
    prompt, completion = oracle(prices, tiers, usage)
    total = None if prompt is None or completion is None else prompt + completion
    for found, exact in ((cost.prompt_nano, prompt), (cost.completion_nano, completion), (cost.total_nano, total)):
        if exact is None:
            assert found is None
        else:
            assert type(found) is int
            assert 0 <= found - exact < 1


@given(USAGES)
def test_classes_are_disjoint_and_sum_to_prompt_and_completion(usage):
    tokens = [name for name in PARENTS if name.endswith("_tokens")]
    assert usage.prompt_tokens + usage.completion_tokens == sum(getattr(usage, name) for name in tokens)
    assert usage.prompt_tokens == sum(getattr(usage, name) for name in PROMPT)


@given(PRICES, USAGES, st.sampled_from(sorted(PARENTS)))
def test_a_unit_more_never_costs_less(prices, usage, count):
    more = Usage(**{**{name: getattr(usage, name) for name in PARENTS}, count: getattr(usage, count) + 1})
    cost, cost_more = price(endpoint(prices), usage, NOON).total_nano, price(endpoint(prices), more, NOON).total_nano
    assert cost is None or cost_more is None or cost_more >= cost


def test_a_tier_holds_above_its_bound_and_not_at_it():
    tier = Tier(above_input_tokens=200_000, prices=Prices(input=6 * 10**9))
    offer = endpoint(Prices(input=3 * 10**9, output=15 * 10**9), (tier,))
    at, above = Usage(input_tokens=200_000, output_tokens=1), Usage(input_tokens=150_000, cache_read_tokens=50_001)
    assert price(offer, at, NOON).total_nano == 200_000 * 3_000 + 15_000
    assert price(offer, above, NOON).total_nano == 200_001 * 6_000


def test_free_costs_nothing_and_an_unknown_price_is_no_price():
    assert price(endpoint(Prices(input=0, output=0)), Usage(input_tokens=5, output_tokens=5), NOON).total_nano == 0
    assert price(endpoint(Prices(input=10**9)), Usage(input_tokens=5, output_tokens=5), NOON).total_nano is None
    assert price(endpoint(Prices(input=10**9)), Usage(input_tokens=5), NOON).total_nano == 5_000
    assert price(endpoint(Prices()), Usage(), NOON).total_nano == 0


def attempt(*, sent=400, outcome="ok", error=None):
    made = Attempt("att", endpoint(Prices()), 0.0)
    made.bytes_out, made.outcome, made.error = sent, outcome, error
    return made


REFUSED = UpstreamRefused("no.", code="x", status=429, elsewhere=True, upstream_status=429, remedy="r")


@pytest.mark.parametrize(
    ("made", "seen", "quality"),
    [
        (attempt(sent=0, outcome="failed"), 0, None),
        (attempt(outcome="failed", error=ConnectFailed("x", remedy="r")), 0, None),
        (attempt(outcome="failed", error=REFUSED), 0, None),
        (attempt(outcome="failed", error=UpstreamTimeout("x", remedy="r")), 0, "uncertain"),
        (attempt(outcome="cancelled"), 0, "uncertain"),
        (attempt(outcome="cancelled"), 3, "estimated"),
        (attempt(outcome="cut", error=UpstreamTimeout("x", remedy="r")), 3, "estimated"),
        (attempt(outcome="ok"), 3, "estimated"),
    ],
)
def test_what_was_not_reported_is_estimated_where_it_may_be_billed(made, seen, quality):
    usage = measured(made, None, seen)
    if quality is None:
        assert usage is None
    else:
        assert (usage.quality, usage.input_tokens, usage.output_tokens) == (quality, 400 // BYTES_PER_TOKEN, seen)


def test_what_was_reported_is_what_counts():
    reported = Usage(input_tokens=7)
    assert measured(attempt(), reported, 99) is reported


@pytest.mark.parametrize(
    ("clock", "cheap"),
    [((16, 29), False), ((16, 30), True), ((23, 59), True), ((0, 0), True), ((0, 29), True), ((0, 30), False)],
)
def test_hours_that_wrap_past_midnight_have_their_own_prices(clock, cheap):
    night = Tier(utc=(16 * 60 + 30, 30), prices=Prices(input=10**9))
    at = 86_400 * 20_000 + 3600 * clock[0] + 60 * clock[1] + 59.0
    cost = price(endpoint(Prices(input=2 * 10**9, output=0), (night,)), Usage(input_tokens=5), at)
    assert cost.total_nano == (5_000 if cheap else 10_000)


def test_a_longer_prompts_price_wins_over_the_hours():
    tiers = (Tier(utc=(0, 720), prices=Prices(input=1)), Tier(above_input_tokens=10, prices=Prices(input=3)))
    assert endpoint(Prices(input=2), tiers).prices_for(11, 0.0).input == 3
    assert endpoint(Prices(input=2), tiers).prices_for(10, 0.0).input == 1
    assert endpoint(Prices(input=2), tiers).prices_for(10, NOON).input == 2
