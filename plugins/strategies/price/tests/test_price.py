"""The cheapest for this request: lengths, tiers and unknown prices decide as they should."""

import math

import msgspec
import pytest
from crossroads_price import Price, estimated_cost_nano

from crossroads.call import Opened
from crossroads.route import Candidate, Endpoint, EndpointStats, Prices, Served, Tier
from crossroads.testing import strategy_conformance

TestPrice = strategy_conformance(Price)

M = 10**9


class FakeCall:
    def __init__(self, *, prompt_bytes=400, max_tokens=None, operation="chat"):
        self.operation = operation
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
    assert scores == [-math.inf, 0.0, -math.inf]


def test_the_estimate_is_exact_integer_money():
    # 100 tokens in at 0.15, 50 out at 0.60 USD per million: 15 + 30 micro-dollars
    assert estimated_cost_nano(endpoint(input=150_000_000, output=600_000_000), "chat", 100, 50) == 45_000
    assert estimated_cost_nano(endpoint(input=1, output=1), "chat", 1, 1) == 1


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
    assert estimated_cost_nano(endpoint(**prices), operation, 100, 1_000) == cost
