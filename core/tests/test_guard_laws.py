"""DISP-6, against random outages: how many are ejected, how they come back, and what is told of it."""

import json
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from crossroads.engine.limits.guard import EJECTED, Guard
from crossroads.errors import BadRequest, UpstreamTimeout
from crossroads.route import Attempt, Route
from crossroads.testing import chat, exchange_with, offer
from crossroads.testing.plugins import MODEL

COUNT = 5
BREAKER = {"failures": 2, "cooldown_s": 5, "cooldown_max_s": 40, "min_calls": 4}
ALLOWED = {
    ("closed", "open"), ("open", "half_open"), ("half_open", "open"), ("half_open", "closed"),
}  # fmt: skip
FAILURE = UpstreamTimeout("x", remedy="y")
CALLERS = BadRequest("x", remedy="y")

steps = st.lists(
    st.tuples(
        st.integers(0, COUNT - 1),
        st.sampled_from(["begin", "begin", "good", "slow", "bad", "bad", "callers", "left"]),
        st.floats(0, 4),
    ),
    max_size=80,
)


class Drill:
    """A guard over COUNT endpoints, driven by hand. Every probe, and every change that it tells, is kept."""

    def __init__(self, max_ejected: float) -> None:
        offers = [offer(f"p{number}", "http://127.0.0.1:1/v1", api_key=f"k{number}") for number in range(COUNT)]
        config = {"routing": {"breaker": {**BREAKER, "max_ejected": max_ejected}}}
        self.x = exchange_with(*offers, config=config)
        self.told: list[tuple[str, str]] = []
        self.guard = Guard(self.x.config.routing, self.x.catalog, lambda e, state, why: self.told.append((e.id, state)))
        self.candidates = self.x.catalog.candidates(MODEL, "chat")
        self.under_way: list[list[tuple[Attempt, bool]]] = [[] for _ in range(COUNT)]
        self.now = 1_000.0

    def begin(self, number: int) -> None:
        endpoint = self.candidates[number].endpoint
        self.under_way[number].append((Attempt("a", endpoint, 0.0), self.guard.begin(endpoint, self.now)))

    def end(self, number: int, how: str) -> None:
        if not self.under_way[number]:
            return
        attempt, probe = self.under_way[number].pop(0)
        attempt.outcome = {"good": "ok", "slow": "ok", "left": "cancelled"}.get(how, "failed")
        attempt.error = {"bad": FAILURE, "callers": CALLERS}.get(how)
        attempt.first_token_s = {"good": 0.1, "slow": 5.0}.get(how)
        self.guard.ended(attempt, self.candidates[number].stats, self.now, probe=probe)

    def states(self) -> list[str]:
        return [self.guard.state(c.endpoint, self.now)["state"] for c in self.candidates]

    def check(self, max_ejected: float) -> None:
        states = self.states()
        assert sum(state != "closed" for state in states) <= int(max_ejected * COUNT)
        for state, attempts in zip(states, self.under_way, strict=True):
            probes = sum(probe for _, probe in attempts)
            assert probes == (state == "half_open"), "one probe while half open, and none else"


@settings(max_examples=150, deadline=None)
@given(steps, st.sampled_from([0.0, 0.3, 0.7, 1.0]))
def test_breakers_eject_their_share_probe_one_by_one_and_tell_what_they_do(taken, max_ejected):
    drill = Drill(max_ejected)
    for number, what, seconds in taken:
        drill.now += seconds
        if what == "begin":
            drill.begin(number)
        else:
            drill.end(number, what)
        drill.check(max_ejected)
    last: dict[str, str] = {}
    for endpoint, state in drill.told:
        assert (last.get(endpoint, "closed"), state) in ALLOWED or (last.get(endpoint), state) == (
            "half_open",
            "half_open",
        )
        last[endpoint] = state


@settings(max_examples=50, deadline=None)
@given(steps)
def test_whoever_is_well_again_is_back_after_its_longest_cool_down(taken):
    drill = Drill(1.0)
    for number, what, seconds in taken:
        drill.now += seconds
        drill.begin(number) if what == "begin" else drill.end(number, what)
    for number in range(COUNT):
        while drill.under_way[number]:
            drill.end(number, "left")
    drill.now += BREAKER["cooldown_max_s"]
    # Its first slow reply may count only now, with the fifth of another to compare it with: five rounds, a sixth for
    # who goes first in each, and its probe.
    for _ in range(7):
        for number in range(COUNT):
            drill.begin(number)
            drill.end(number, "good")
        drill.now += BREAKER["cooldown_max_s"]
    assert drill.states() == ["closed"] * COUNT
    drill.now += drill.x.config.routing.breaker.slow_start_s
    call = drill.x.open_call("openai-chat", json.dumps(chat()).encode())
    route = Route(MODEL)
    standings = Counter(drill.guard.standing(call, candidate, route, drill.now) for candidate in drill.candidates)
    assert EJECTED not in standings
    assert not route.reasons
