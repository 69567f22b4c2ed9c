"""A conversation stays; an endpoint that goes moves only its own."""

import msgspec
from crossroads_sticky import Sticky

from crossroads.call import LOCAL, Opened
from crossroads.route import Candidate, Endpoint, EndpointStats
from crossroads.testing import strategy_conformance

TestSticky = strategy_conformance(Sticky)

NOW = 10_000.0


def opening(text):
    return [{"role": "system", "content": "s"}, {"role": "user", "content": str(text)}, {"role": "user"}]


class FakeCall:
    operation, began, principal = "chat", NOW, LOCAL

    def __init__(self, seed):
        self.session_id = None
        self.opened = Opened(fields={"messages": msgspec.Raw(msgspec.json.encode(opening(seed)))})


def candidate(name, **facts):
    endpoint = Endpoint(
        id=name, provider=name, plugin=name, provider_name=name, model="a/b", upstream="b", serves={}, **facts
    )
    return Candidate(endpoint, EndpointStats())


def order(strategy, candidates, seed=0):
    scores = strategy.strategy_score(FakeCall(seed), tuple(candidates))
    return [candidates[i].endpoint.id for i in sorted(range(len(scores)), key=lambda i: -scores[i])]


def test_a_conversation_stays_and_conversations_spread():
    three = [candidate(name) for name in "abc"]
    assert order(Sticky(), three, 1) == order(Sticky(), three, 1)
    assert {order(Sticky(), three, seed)[0] for seed in range(50)} == set("abc")


def test_an_endpoint_that_goes_leaves_the_order_of_the_others():
    three = [candidate(name) for name in "abc"]
    for seed in range(50):
        whole = order(Sticky(), three, seed)
        assert [name for name in whole if name != "b"] == order(Sticky(), [three[0], three[2]], seed)


def test_one_that_fails_now_goes_behind():
    three = [candidate(name) for name in "abc"]
    first = order(Sticky(), three, 7)[0]
    stats = next(c.stats for c in three if c.endpoint.id == first)
    stats.failures, stats.failed_at = 3.0, NOW - 1
    assert order(Sticky(), three, 7)[-1] == first
