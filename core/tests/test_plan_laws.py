"""Laws of planning, whatever the strategies say: what is excluded stays out, and `order` comes first."""

import random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crossroads.engine.routing.plan import plan
from crossroads.errors import NoEndpoint
from crossroads.hookspecs import hookimpl
from crossroads.jsonbody import encode
from crossroads.testing import chat, exchange_with, offer

NAMES = ("a", "b", "c", "d")


class Dice:
    """A strategy that says anything."""

    @hookimpl
    def strategy_score(self, call, candidates):
        return [call.random.choice((float("inf"), float("-inf"), float("nan"), 1.0, -2.0)) for _ in candidates]


SOME = st.lists(st.sampled_from(NAMES), unique=True)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(SOME, SOME.filter(bool), SOME, st.integers(0, 99))
async def test_no_strategy_brings_back_what_is_excluded_and_order_is_respected(ignore, only, order, seed):
    offers = [offer(name, "http://127.0.0.1:1/v1") for name in NAMES]
    async with exchange_with(*offers, strategies={"dice": Dice()}) as x:
        call = x.open_call("openai-chat", encode(chat(provider={"ignore": ignore, "only": only, "order": order})))
        call.random = random.Random(seed)
        allowed = set(only) - set(ignore)
        try:
            found = [c.endpoint.provider for c in plan(call, x).candidates]
        except NoEndpoint:
            assert not allowed
            return
    assert set(found) == allowed
    first = [name for name in order if name in allowed]
    assert found[: len(first)] == first
