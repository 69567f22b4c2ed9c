"""The cheapest for this request: lengths, tiers and unknown prices decide as they should."""

from types import SimpleNamespace

import msgspec
import pytest
from crossroads_price import Price, estimated_cost_nano
from crossroads_price.warm import KEPT, KEPT_S, Warm

from crossroads.call import LOCAL, Opened
from crossroads.route import FEW, Candidate, Endpoint, EndpointStats, Prices, Served, Tier
from crossroads.testing import strategy_conformance
from crossroads.testing.ranking import NOW, candidate
from crossroads.types.usage import Usage

TestPrice = strategy_conformance(Price)

M = 10**9


class FakeCall:
    principal, received_at = LOCAL, 0.0

    def __init__(self, *, prompt_bytes=400, max_tokens=None, operation="chat", session=None, began=NOW):
        self.operation, self.session_id, self.began = operation, session, began
        raw = msgspec.Raw(b'"' + b"x" * (prompt_bytes - 2) + b'"')
        self.opened = Opened(fields={"messages": raw}, max_output_tokens=max_tokens)


def endpoint(tiers=(), **prices):
    return Endpoint(
        id="e", provider="p", plugin="p", provider_name="p", model="a/b", upstream="b",
        serves={"chat": Served("openai-chat", "http://x")}, prices=Prices(**prices), tiers=tiers,
    )  # fmt: skip


def best(call, *endpoints):
    candidates = tuple(Candidate(e, EndpointStats()) for e in endpoints)
    scores = Price().strategy_score(call, candidates)
    return max(range(len(scores)), key=scores.__getitem__)


def test_a_long_prompt_goes_where_input_is_cheap_and_a_long_answer_where_output_is():
    cheap_in, cheap_out = endpoint(input=1 * M, output=10 * M), endpoint(input=5 * M, output=2 * M)
    assert best(FakeCall(prompt_bytes=100_000, max_tokens=10), cheap_in, cheap_out) == 0
    assert best(FakeCall(prompt_bytes=100, max_tokens=10_000), cheap_in, cheap_out) == 1


def test_the_tier_of_the_prompt_counts():
    tier = Tier(above_input_tokens=1_000, prices=Prices(input=10 * M))
    tiered, flat = endpoint(tiers=(tier,), input=1 * M, output=M), endpoint(input=2 * M, output=M)
    assert best(FakeCall(prompt_bytes=2_000), tiered, flat) == 0
    assert best(FakeCall(prompt_bytes=8_000), tiered, flat) == 1


def test_free_comes_first_and_unknown_last():
    scores = Price().strategy_score(
        FakeCall(),
        tuple(Candidate(e, EndpointStats()) for e in (endpoint(), endpoint(input=0, output=0), endpoint(input=M))),
    )
    assert scores == [-1.0, 0.0, -1.0]


def test_the_estimate_is_exact_integer_money():
    # 100 tokens in at 0.15, 50 out at 0.60 USD per million: 15 + 30 micro-dollars
    assert estimated_cost_nano(endpoint(input=150_000_000, output=600_000_000), "chat", 100, 50, at=0.0) == 45_000
    assert estimated_cost_nano(endpoint(input=1, output=1), "chat", 1, 1, at=0.0) == 1


@pytest.mark.parametrize(
    ("operation", "prices", "cost"),
    [
        ("images", {"image": 40_000 * M}, 40 * 1_000_000),
        ("embeddings", {"input": 20_000_000}, 2_000),
        ("rerank", {"input": M}, None),
        ("chat", {"input": M, "output": M, "request": M}, 1_100_000 + 1_000),
    ],
)
def test_other_operations_are_compared_by_their_own_unit(operation, prices, cost):
    assert estimated_cost_nano(endpoint(**prices), operation, 100, 1_000, at=0.0) == cost


def priced(name, usd, **prices):
    nano = int(usd * M)
    return candidate(name, prices=Prices(input=nano, output=nano, **prices))


def ids(strategy, call, *candidates):
    scores = strategy.strategy_score(call, candidates)
    return [candidates[i].endpoint.id for i in sorted(range(len(scores)), key=lambda i: -scores[i])]


def test_the_cheapest_in_an_outage_goes_behind_for_thirty_seconds_and_a_single_slip_does_not_count():
    cheap, dear, unknown = priced("cheap", 1), priced("dear", 50), candidate("unknown")
    cheap.stats.failures, cheap.stats.failed_at = 2.0, NOW - 29
    assert ids(Price(), FakeCall(), cheap, unknown, dear) == ["dear", "cheap", "unknown"]
    cheap.stats.failed_at = NOW - 30
    assert ids(Price(), FakeCall(), cheap, dear) == ["cheap", "dear"]
    cheap.stats.failures, cheap.stats.failed_at = 0.5, NOW
    assert ids(Price(), FakeCall(), cheap, dear) == ["cheap", "dear"]


def test_of_equal_costs_one_that_nobody_has_measured_takes_few_calls_at_once():
    first, second, dear = priced("first", 1), priced("second", 1), priced("dear", 50)
    three = (first, second, dear)
    first.stats.in_flight = FEW - 1
    assert ids(Price(), FakeCall(), *three) == ["first", "second", "dear"]
    first.stats.in_flight = FEW
    assert ids(Price(), FakeCall(), *three) == ["second", "first", "dear"]
    second.stats.in_flight = FEW + 1
    assert ids(Price(), FakeCall(), *three) == ["first", "second", "dear"]
    second.stats.first_token.record(0.4, NOW)
    assert ids(Price(), FakeCall(), *three) == ["second", "first", "dear"]


def settled(strategy, call, endpoint, outcome="ok", **usage):
    strategy.policy_settle(call, ((SimpleNamespace(endpoint=endpoint, outcome=outcome), Usage(**usage)),))


def test_a_conversation_is_priced_with_what_it_left_in_a_cache():
    dear, cheap = priced("dear", 3, cache_read=M // 10), priced("cheap", 2)
    strategy, call = Price(), FakeCall(prompt_bytes=400_000, max_tokens=10, session="s")
    settled(strategy, call, dear.endpoint, input_tokens=90_000)
    assert ids(strategy, call, cheap, dear) == ["dear", "cheap"]
    assert ids(strategy, FakeCall(prompt_bytes=400_000, session="other"), cheap, dear) == ["cheap", "dear"]
    assert ids(strategy, FakeCall(prompt_bytes=400_000, session="s", began=NOW + KEPT_S + 1), cheap, dear)[0] == "cheap"


def test_a_cache_that_is_not_read_is_believed_once():
    dear, cheap = priced("dear", 3, cache_read=M // 10), priced("cheap", 2)
    strategy, call = Price(), FakeCall(prompt_bytes=400_000, max_tokens=10, session="s")
    for expected in ("dear", "cheap", "cheap"):
        settled(strategy, call, dear.endpoint, input_tokens=90_000)
        assert ids(strategy, call, cheap, dear)[0] == expected
    settled(strategy, call, dear.endpoint, input_tokens=10, cache_read_tokens=90_000)
    assert ids(strategy, call, cheap, dear)[0] == "dear"


def test_a_failed_attempt_leaves_nothing_and_memory_is_bounded():
    dear, warm = priced("dear", 3, cache_read=1), Warm()
    attempt = SimpleNamespace(endpoint=dear.endpoint, outcome="failed")
    warm.settle(FakeCall(session="s"), ((attempt, Usage(input_tokens=9)),))
    assert warm.find(FakeCall(session="s")) == ("", 0)
    attempt.outcome = "ok"
    for number in range(KEPT + 1):
        warm.settle(FakeCall(session=str(number)), ((attempt, Usage(input_tokens=9)),))
    assert warm.find(FakeCall(session="0")) == ("", 0)
    assert warm.find(FakeCall(session=str(KEPT))) == ("dear", 9)


def test_the_hour_of_the_call_counts():
    cheaper_at_night = (Tier(utc=(720, 0), prices=Prices(input=M)),)
    both = endpoint(input=2 * M, output=0), endpoint(cheaper_at_night, input=3 * M, output=0)
    costs = {hour: [estimated_cost_nano(one, "chat", 1_000, 0, at=hour * 3600.0) for one in both] for hour in (9, 12)}
    assert costs == {9: [2 * M // 1000, 3 * M // 1000], 12: [2 * M // 1000, M // 1000]}
