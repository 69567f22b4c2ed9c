"""Everybody in turn."""

from crossroads_round_robin import RoundRobin

from crossroads.route import Candidate, Endpoint, EndpointStats
from crossroads.testing import strategy_conformance

TestRoundRobin = strategy_conformance(RoundRobin)


def candidate(name):
    endpoint = Endpoint(id=name, provider=name, plugin=name, provider_name=name, model="a/b", upstream="b", serves={})
    return Candidate(endpoint, EndpointStats())


def test_each_has_its_turn_and_the_next_in_line_is_the_fallback():
    strategy, three = RoundRobin(), [candidate(name) for name in "abc"]
    turns = []
    for _ in range(4):
        scores = strategy.strategy_score(tuple(three))
        turns.append("".join("abc"[i] for i in sorted(range(3), key=lambda i: -scores[i])))
    assert turns == ["abc", "bca", "cab", "abc"]
