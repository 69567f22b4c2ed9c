"""Shares follow the stated law; outages go behind; nobody is starved."""

import random
from collections import Counter
from itertools import pairwise

import msgspec
import pytest
from crossroads_balanced import Balanced, comparable, success_probability, typical_cost, typical_seconds

from crossroads.route import Candidate, Endpoint, EndpointStats, Prices, Served, Tier
from crossroads.testing import strategy_conformance
from crossroads.testing.ranking import assert_shares

TestBalanced = strategy_conformance(Balanced)

NOW = 10_000.0


class FakeCall:
    operation = "chat"
    began = NOW
    received_at = 0.0

    def __init__(self, seed=0):
        self.random = random.Random(seed)


def candidate(name, usd=None, *, successes=0.0, failures=0.0, failed_at=None):
    nano = None if usd is None else int(usd * 10**9)
    endpoint = Endpoint(
        id=name, provider=name, plugin=name, provider_name=name, model="a/b", upstream="b",
        serves={"chat": Served("openai-chat", "http://x")}, prices=Prices(input=nano, output=nano),
    )  # fmt: skip
    stats = EndpointStats()
    stats.successes, stats.failures, stats.failed_at, stats.updated_at = successes, failures, failed_at, NOW
    return Candidate(endpoint, stats)


def shares(*candidates, draws=20_000):
    """How often each comes first; how often each comes second."""
    call, first, second = FakeCall(), Counter(), Counter()
    for _ in range(draws):
        scores = Balanced().strategy_score(call, candidates)
        order = sorted(range(len(candidates)), key=lambda i: -scores[i])
        first[candidates[order[0]].endpoint.id] += 1
        second[candidates[order[1]].endpoint.id] += 1
    return ({k: v / draws for k, v in first.items()}, {k: v / draws for k, v in second.items()})


def test_one_dollar_against_three_is_nine_to_one():
    first, _ = shares(candidate("cheap", 1), candidate("dear", 3))
    assert first["cheap"] == pytest.approx(0.98 * 0.9 + 0.01, abs=0.01)


def test_retries_are_drawn_from_what_is_left_by_the_same_weights():
    # weights 1, 1/4, 1/9; P(second = a) = P(b first) * a/(a+c) + P(c first) * a/(a+b)
    a, b, c = 1, 1 / 4, 1 / 9
    total = a + b + c
    first, second = shares(candidate("a", 1), candidate("b", 2), candidate("c", 3))
    assert first["a"] == pytest.approx(a / total, abs=0.015)
    assert second["a"] == pytest.approx(b / total * a / (a + c) + c / total * a / (a + b), abs=0.015)


def test_an_endpoint_that_fails_half_of_the_time_counts_as_twice_as_dear():
    reliable, flaky = candidate("reliable", 1, successes=1e6), candidate("flaky", 1, successes=1e6, failures=1e6)
    first, _ = shares(reliable, flaky)
    assert first["reliable"] == pytest.approx(0.98 * 0.8 + 0.01, abs=0.01)


def test_a_free_endpoint_takes_nearly_all_and_an_unknown_price_is_behind_but_not_starved():
    first, _ = shares(candidate("free", 0), candidate("paid", 1), candidate("unknown"))
    assert first["free"] > 0.95
    assert first["paid"] > 0
    first, _ = shares(candidate("paid", 1), candidate("unknown"))
    assert first["unknown"] == pytest.approx(0.98 * 0.2 + 0.01, abs=0.01)


def test_when_no_price_is_known_everybody_has_the_same_chance():
    first, _ = shares(candidate("a"), candidate("b"))
    assert first["a"] == pytest.approx(0.5, abs=0.02)


def test_an_outage_goes_behind_for_thirty_seconds_and_a_single_slip_of_a_good_endpoint_does_not():
    down = candidate("down", 1, failures=5, failed_at=NOW - 29.9)
    recovered = candidate("down", 1, failures=5, failed_at=NOW - 30)
    slipped = candidate("down", 1, successes=100, failures=1, failed_at=NOW)
    dear = candidate("dear", 50)
    assert shares(down, dear, draws=200)[0] == {"dear": 1.0}
    assert shares(recovered, dear)[0]["down"] > 0.97
    assert shares(slipped, dear)[0]["down"] > 0.97


def test_evidence_fades_back_to_the_prior():
    stats = candidate("x", 1, failures=100).stats
    probabilities = [success_probability(stats, NOW + seconds) for seconds in (0, 60, 600, 6_000)]
    assert all(earlier < later for earlier, later in pairwise(probabilities))
    assert probabilities[0] < 0.1
    assert probabilities[-1] == pytest.approx(0.95)


def test_a_seed_reproduces_the_order():
    candidates = tuple(candidate(str(i), i + 1) for i in range(20))
    scores = [Balanced().strategy_score(FakeCall(seed), candidates) for seed in (7, 7, 8)]
    assert scores[0] == scores[1] != scores[2]


@pytest.mark.parametrize(
    ("operation", "prices", "known"),
    [
        ("chat", Prices(input=1), False),
        ("embeddings", Prices(input=1), True),
        ("images", Prices(image=1), True),
        ("images", Prices(input=1, image_output=1), True),
        ("rerank", Prices(search=1), True),
        ("transcription", Prices(second=1), True),
        ("chat", Prices(), False),
    ],
)
def test_what_has_to_be_stated_depends_on_the_operation(operation, prices, known):
    assert (typical_cost(prices, operation) is not None) == known


def test_extreme_prices_stay_finite_numbers():
    assert comparable([0, 0]) == [0.1, 0.1]
    assert comparable([None]) == [2.0]
    assert all(0 < cost < 1e6 for cost in comparable([1, 10**18, 0, None]))


def test_cache_reads_that_were_seen_make_the_input_cheaper():
    prices = Prices(input=1_000, output=0, cache_read=100)
    assert typical_cost(prices, "chat", 0.5) == pytest.approx(0.55 * typical_cost(prices, "chat"))


def test_time_has_the_price_that_the_operator_gives_it():
    fast, slow = candidate("fast", 2), candidate("slow", 1)
    for made, seconds, speed in ((fast, 0.1, 100.0), (slow, 1.0, 10.0)):
        made.stats.first_token.record(seconds, NOW)
        made.stats.speed.record(speed, NOW)
    assert typical_seconds(slow.stats, NOW) == pytest.approx(101, rel=0.06)
    first = Counter()
    strategy = Balanced(Balanced.Settings(usd_per_hour=10.0))
    call = FakeCall()
    for _ in range(2_000):
        scores = strategy.strategy_score(call, (fast, slow))
        first["fast" if scores[0] > scores[1] else "slow"] += 1
    assert first["fast"] > 0.95 * 2_000


@pytest.mark.parametrize("seed", range(4))
def test_shares_follow_the_published_formula(seed):
    dice, made = random.Random(seed), []
    for number in range(dice.randint(2, 7)):
        past = {"successes": dice.uniform(0, 100), "failures": dice.uniform(0, 3)}
        made.append(candidate(str(number), dice.uniform(1, 5), **past))
    weights = {}
    for one in made:
        chance = (one.stats.successes + 9.5) / (one.stats.successes + one.stats.failures + 10)
        weights[one.endpoint.id] = (4_000 * one.endpoint.prices.input / chance) ** -2
    total = sum(weights.values())
    expected = {name: 0.98 * weight / total + 0.02 / len(made) for name, weight in weights.items()}
    assert_shares(Balanced(), made, expected)


def test_prices_of_an_hour_are_looked_up_for_every_call():
    night = Tier(utc=(720, 0), prices=Prices(input=10**9, output=10**9))
    timed = candidate("timed", 100.0)
    timed = Candidate(msgspec.structs.replace(timed.endpoint, tiers=(night,)), timed.stats)
    strategy, call = Balanced(), FakeCall()
    firsts = Counter()
    for hour in (9, 12) * 300:
        call.received_at = hour * 3600.0
        scores = strategy.strategy_score(call, (timed, candidate("steady", 10.0)))
        firsts[hour, "timed" if scores[0] > scores[1] else "steady"] += 1
    assert firsts[9, "steady"] > 280
    assert firsts[12, "timed"] > 280
