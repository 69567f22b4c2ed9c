"""Breakers, quotas that wait, retry budgets: who is called, who is left alone, and what the route says of it."""

from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from crossroads.config import BreakerConfig
from crossroads.engine.attempts.verdicts import verdict
from crossroads.engine.limits.breaker import Breaker
from crossroads.engine.limits.budget import FREE_RETRIES, RetryBudget
from crossroads.errors import (
    BadRequest,
    ConnectFailed,
    ContextTooLong,
    DeadlineExceeded,
    UpstreamRefused,
    UpstreamTimeout,
)
from crossroads.testing import Answer, Price, Recorder, ScriptedProvider, chat, exchange_with, offer, refusal, send

GOOD = Answer(pieces=("Hello",))
PRICE = Price(input=1, output=1)


@asynccontextmanager
async def world(*defaults, routing=None, **keys):
    async with AsyncExitStack() as stack:
        ups = [await stack.enter_async_context(ScriptedProvider(prices={"small": PRICE}, default=d)) for d in defaults]
        offers = [offer(f"p{i}", up, api_key=keys.get("key") or f"sk-{i}") for i, up in enumerate(ups)]
        recorder = Recorder()
        config = {"routing": routing or {}}
        x = await stack.enter_async_context(exchange_with(*offers, sinks={"r": recorder}, config=config))
        yield x, ups, recorder


async def test_however_callers_spell_a_model_its_calls_share_one_retry_budget():
    """DISP-3; and a name of a caller's is not kept for ever."""
    async with world(Answer()) as (x, _, _):
        for times in range(5):
            assert (await send(x, chat(model="test/model" + ":nitro" * times))).status == 200
        assert list(x.guard._budgets) == ["test/model"]


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (ConnectFailed("x", remedy="y"), "here"),
        (UpstreamTimeout("x", remedy="y"), "here"),
        (ContextTooLong("x", remedy="y"), "elsewhere"),
        (BadRequest("x", remedy="y"), "caller"),
        (DeadlineExceeded("x", remedy="y"), "never"),
    ],
)
def test_every_error_has_one_verdict(error, expected):
    assert verdict(error, repeat_billed=True) == expected


def test_what_may_have_been_billed_is_not_repeated_where_that_is_forbidden():
    assert verdict(UpstreamTimeout("x", remedy="y"), repeat_billed=False) == "never"
    assert verdict(ConnectFailed("x", remedy="y"), repeat_billed=False) == "here"
    refused = UpstreamRefused("x", remedy="y", code="server", status=500, elsewhere=True, upstream_status=500)
    assert verdict(refused, repeat_billed=False) == "here"


def test_retries_stay_below_their_share_of_the_calls():
    budget, made = RetryBudget(0.2), 0
    calls = 60 * 50
    for number in range(calls):
        now = 1_000 + number / 50
        budget.call(now)
        made += sum(budget.spend(now) for _ in range(3))
    assert FREE_RETRIES < made <= 0.2 * calls + FREE_RETRIES


def test_a_breaker_opens_probes_once_and_closes_with_a_slow_start():
    breaker = Breaker(BreakerConfig(failures=3))
    reasons = [breaker.failed(10, probe=False) for _ in range(3)]
    assert [bool(reason) for reason in reasons] == [False, False, True]
    breaker.open(10, reasons[-1])
    assert breaker.ejected(14.9)
    assert not breaker.begin(14.9)
    assert breaker.begin(15)
    assert breaker.ejected(15)  # others wait for the probe
    assert not breaker.begin(15)
    breaker.open(16, breaker.failed(16, probe=True), again=True)
    assert breaker.ejected(25.9)  # twice the cool-down
    assert breaker.begin(26)
    breaker.cancelled(probe=True)
    assert breaker.begin(26)
    breaker.succeeded(27, 0.1, probe=True)
    assert breaker.state == "closed"
    assert breaker.weight(27) == pytest.approx(0.1)
    assert breaker.weight(60) == 1


async def test_a_dead_endpoint_is_left_alone_after_some_failures_and_the_route_says_so():
    async with world(refusal(500), GOOD) as (x, ups, recorder):
        results = [await send(x, chat()) for _ in range(20)]
        assert {result.status for result in results} == {200}
        assert len(ups[0].requests) == 5
        reasons = [reason.text for reason in results[-1].call.route.all_reasons()]
        assert "ejected: 5 failures in a row" in reasons
        assert x.guard.state(results[-1].call.route.candidates[0].endpoint, x.clock.monotonic())["state"] == "open"
        await recorder.wait_generations(20)
        health = [event for event in recorder.events if type(event).__name__ == "EndpointHealth"]
        assert [(event.endpoint.partition("/")[0], event.state) for event in health] == [("p0", "open")]


async def test_the_only_endpoint_is_never_ejected():
    async with world(refusal(500)) as (x, ups, _):
        assert {(await send(x, chat())).status for _ in range(12)} != {200}
        assert len(ups[0].requests) == 12


async def test_retry_after_is_a_floor_for_everything_that_shares_the_key_and_nothing_else():
    async with world(refusal(429, retry_after="30")) as (x, ups, _):
        first, second = await send(x, chat()), await send(x, chat())
        assert (first.status, second.status, len(ups[0].requests)) == (429, 429, 1)
        assert 25 <= int(second.header("retry-after")) <= 30


async def test_with_everybody_down_the_upstream_load_stays_bounded():
    """DISP-3."""
    async with world(refusal(503), refusal(503), refusal(503)) as (x, ups, _):
        calls = 200
        for _ in range(calls):
            assert (await send(x, chat())).status == 503
        load = sum(len(up.requests) for up in ups)
        assert load <= 1.2 * calls + FREE_RETRIES


async def test_the_same_endpoint_is_tried_again_where_that_is_configured():
    async with world(GOOD, routing={"same_endpoint_retries": 1}) as (x, ups, _):
        ups[0].script(refusal(503))
        result = await send(x, chat())
        assert (result.status, len(ups[0].requests)) == (200, 2)


async def test_a_stream_without_a_first_token_in_time_is_taken_to_another_endpoint():
    slow = Answer(latency_s=30)
    async with world(slow, GOOD, routing={"first_token_s": 0.05}) as (x, _, _recorder):
        result = await send(x, chat(stream=True))
        assert (result.status, result.text) == (200, "Hello")
        assert result.call.route.attempts[0].error.code == "timeout"
