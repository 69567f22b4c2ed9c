"""Shares follow the stated law; an outage goes behind."""

import random

import pytest
from crossroads_inverse_square import InverseSquare

from crossroads.route import Candidate, Endpoint, EndpointStats, Prices
from crossroads.testing import strategy_conformance

TestInverseSquare = strategy_conformance(InverseSquare)

NOW = 10_000.0


class FakeCall:
    operation, began = "chat", NOW

    def __init__(self, seed=0):
        self.random = random.Random(seed)


def candidate(name, **facts):
    endpoint = Endpoint(
        id=name, provider=name, plugin=name, provider_name=name, model="a/b", upstream="b", serves={}, **facts
    )
    return Candidate(endpoint, EndpointStats())


def order(strategy, candidates, seed=0):
    scores = strategy.strategy_score(FakeCall(seed), tuple(candidates))
    return [candidates[i].endpoint.id for i in sorted(range(len(scores)), key=lambda i: -scores[i])]


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
