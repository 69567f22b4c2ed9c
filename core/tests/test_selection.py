"""Filters are worked out once per wording, and a crowd is ranked by a shortlist: what is remembered must stay true."""

import json
from collections import Counter

import pytest

from crossroads.engine.routing.plan import plan
from crossroads.engine.routing.selection import Selections
from crossroads.engine.routing.shortlist import DRAWN, LEADERS, RANKED_S, SCORED_MAX
from crossroads.errors import NoEndpoint
from crossroads.hookspecs import hookimpl
from crossroads.testing import SteppedClock, chat, exchange_with, offer

NOWHERE = "http://127.0.0.1:1/v1"
CROWD = 200


class Numbered:
    """p7 scores 7, unless it has failed; counts how many it was asked about."""

    def __init__(self):
        self.asked = []

    @hookimpl
    def strategy_score(self, candidates):
        self.asked.append(len(candidates))
        return [-1.0 if c.stats.failures else float(c.endpoint.provider[1:]) for c in candidates]


class Whole(Numbered):
    """Wants to see everybody."""

    whole = True


def opened(x, **ask):
    return x.open_call("openai-chat", json.dumps(chat(**ask)).encode())


def crowd(strategy, count=CROWD, **exchange):
    offers = [offer(f"p{number}", NOWHERE) for number in range(count)]
    return exchange_with(*offers, strategies={"numbered": strategy}, **exchange)


def providers(route):
    return [candidate.endpoint.provider for candidate in route.candidates]


async def test_one_wording_is_selected_once_and_another_is_another():
    async with exchange_with(offer("a", NOWHERE), offer("b", NOWHERE)) as x:
        first = x.selections.of(opened(x), x)
        assert x.selections.of(opened(x), x) is first
        only = x.selections.of(opened(x, provider={"only": ["b"]}), x)
        assert only is not first
        assert providers(plan(opened(x, provider={"only": ["b"]}), x)) == ["b"]
        assert providers(plan(opened(x), x)) == ["a", "b"]


async def test_every_word_that_filters_is_part_of_the_wording():
    big = offer("big", NOWHERE, max_output_tokens=1000)
    small = offer("small", NOWHERE, max_output_tokens=10, supported_parameters=["max_tokens"])
    async with exchange_with(small, big) as x:
        assert providers(plan(opened(x), x)) == ["small", "big"]
        assert providers(plan(opened(x, max_tokens=100), x)) == ["big"]
        tools = [{"type": "function", "function": {"name": "f"}}]
        assert providers(plan(opened(x, tools=tools), x)) == ["big"]
        assert providers(plan(opened(x), x)) == ["small", "big"]


async def test_what_is_remembered_is_bounded(monkeypatch):
    monkeypatch.setattr("crossroads.engine.routing.selection.KEPT_MAX", 10)
    async with exchange_with(offer("a", NOWHERE), offer("b", NOWHERE)) as x:
        x.selections = Selections()
        for tokens in range(1, 50):
            x.selections.of(opened(x, max_tokens=tokens), x)
        assert len(x.selections._kept) <= 10 // 3 + 1


async def test_words_of_megabytes_count_towards_the_bound_and_stand_in_no_reason(monkeypatch):
    monkeypatch.setattr("crossroads.engine.routing.selection.KEPT_MAX", 10_000)  # a megabyte
    async with exchange_with(offer("p1", NOWHERE)) as x:
        for number in range(20):
            with pytest.raises(NoEndpoint) as raised:
                plan(opened(x, provider={"only": [f"{number}" * 200_000]}), x)
            assert len(str(raised.value)) < 1000
        assert len(x.selections._kept) <= 5
        assert x.selections._size <= 10_000


async def test_up_to_the_bound_everybody_is_scored_by_every_call():
    strategy = Numbered()
    async with crowd(strategy, SCORED_MAX) as x:
        for _ in range(3):
            assert providers(plan(opened(x), x)) == [f"p{number}" for number in reversed(range(SCORED_MAX))]
        assert strategy.asked == [SCORED_MAX] * 3


async def test_of_a_crowd_the_leaders_and_a_few_others_are_scored_anew():
    strategy = Numbered()
    async with crowd(strategy) as x:
        routes = [providers(plan(opened(x), x)) for _ in range(500)]
        leaders = [f"p{CROWD - 1 - place}" for place in range(LEADERS)]
        assert all(route[:LEADERS] == leaders and len(route) <= LEADERS + DRAWN for route in routes)
        assert strategy.asked[0] == CROWD
        assert max(strategy.asked[1:]) <= LEADERS + DRAWN
        drawn = Counter(provider for route in routes for provider in route[LEADERS:])
        assert len(drawn) > 0.9 * (CROWD - LEADERS), "everybody is looked at now and then"


async def test_a_leader_that_fails_goes_behind_at_once_and_out_with_the_next_ranking():
    strategy, clock = Numbered(), SteppedClock()
    async with crowd(strategy, clock=clock) as x:
        best = plan(opened(x), x).candidates[0]
        best.stats.failures = 1.0
        route = providers(plan(opened(x), x))
        assert route[0] == f"p{CROWD - 2}"
        assert best.endpoint.provider in route[LEADERS - 1 :]
        await clock.advance(RANKED_S + 0.1)
        assert f"p{CROWD - 1 - LEADERS}" in providers(plan(opened(x), x))[:LEADERS]


async def test_whoever_wants_to_see_everybody_does_and_an_explanation_shows_everybody():
    strategy = Whole()
    async with crowd(strategy) as x:
        assert len(plan(opened(x), x).candidates) == CROWD
    strategy = Numbered()
    async with crowd(strategy) as x:
        assert len((await x.plan(opened(x))).candidates) == CROWD
