"""Hedged attempts: when they begin, who serves, what the loser costs, and how many there may be."""

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from crossroads.config import HedgeConfig
from crossroads.engine.limits.hedges import BURST, SAMPLES_MIN, Hedges, between
from crossroads.errors import PaymentRequired
from crossroads.hookspecs import hookimpl
from crossroads.route import Attempt
from crossroads.testing import (
    Answer,
    Fault,
    Price,
    Recorder,
    ScriptedProvider,
    SteppedClock,
    chat,
    exchange_with,
    offer,
    refusal,
    send,
)
from crossroads.types.usage import Cost
from crossroads.window import Percentiles

PRICE = Price(input=150_000_000, output=600_000_000)
SLOW, QUICK = Answer(pieces=("slow",), latency_s=20), Answer(pieces=("quick",), latency_s=1)
HEDGE = {"after_s": 5, "max_share": 1, "max_cost_share": 1}


@asynccontextmanager
async def world(*defaults, hedge=HEDGE, policies=None, **routing):
    clock = SteppedClock()
    async with AsyncExitStack() as stack:
        ups = [
            await stack.enter_async_context(ScriptedProvider(prices={"small": PRICE}, default=d, clock=clock))
            for d in defaults
        ]
        offers = [offer(f"p{i}", up, api_key=f"sk-{i}") for i, up in enumerate(ups)]
        recorder = Recorder()
        config = {"routing": {"hedge": hedge, "breaker": {"max_ejected": 0}, **routing}}
        x = await stack.enter_async_context(
            exchange_with(*offers, config=config, clock=clock, sinks={"recorder": recorder}, policies=policies)
        )
        yield x, ups, clock, recorder


async def carried(x, clock, **fields):
    task = asyncio.create_task(send(x, chat(**fields)))
    for _ in range(100):
        if task.done():
            return task.result()
        await clock.advance(0.5)
        await asyncio.sleep(0.001)
    raise AssertionError("it did not end")


@pytest.mark.parametrize("stream", [False, True])
async def test_a_slow_first_attempt_is_overtaken_and_cancelled_and_the_record_tells_both(stream):
    async with world(SLOW, QUICK) as (x, ups, clock, recorder):
        began = clock.monotonic()
        result = await carried(x, clock, stream=stream)
        (generation,) = await recorder.wait_generations(1)
        async with asyncio.timeout(5):
            await ups[0].requests[0].left.wait()
        stats = [candidate.stats for candidate in result.call.route.candidates]
    assert (result.status, result.text) == (200, "quick")
    assert 6 <= generation.seconds <= 7
    assert clock.monotonic() - began <= 8
    loser, winner = generation.attempts
    assert (loser.provider, loser.outcome, loser.waived) == ("p0", "cancelled", "hedge")
    assert (winner.provider, winner.outcome, winner.waived) == ("p1", "ok", None)
    assert (generation.outcome, generation.provider) == ("ok", "p1")
    # the loser is billed what it is billed: here the provider tells nothing, so it is an estimate; nobody is charged it
    assert loser.usage.quality == "uncertain"
    assert generation.cost_nano == loser.cost_nano + winner.cost_nano
    assert generation.charged_nano == winner.cost_nano == ups[1].bill_nano
    # a race lost is no failure, and is seen: its first token would have come later still
    assert [s.in_flight for s in stats] == [0, 0]
    assert stats[0].failures == 0
    assert stats[0].first_token_s >= 6
    assert "p0/small is slow" in [reason.text for reason in result.call.route.reasons]


async def test_a_first_attempt_that_is_quick_enough_stays_alone():
    async with world(Answer(pieces=("one",), latency_s=4), QUICK) as (x, ups, clock, recorder):
        assert (await carried(x, clock)).text == "one"
        (generation,) = await recorder.wait_generations(1)
    assert ([len(up.requests) for up in ups], len(generation.attempts)) == ([1, 0], 1)


async def test_the_first_attempt_may_still_win_and_then_the_hedge_is_cancelled():
    slower = Answer(pieces=("late",), latency_s=30)
    async with world(Answer(pieces=("first",), latency_s=8), slower) as (x, ups, clock, recorder):
        result = await carried(x, clock, stream=True)
        (generation,) = await recorder.wait_generations(1)
        assert ups[1].requests[0].hung_up
    assert result.text == "first"
    assert [(a.provider, a.outcome) for a in generation.attempts] == [("p1", "cancelled"), ("p0", "ok")]
    assert generation.provider == "p0"


async def test_a_hedge_that_fails_leaves_the_first_attempt_running_and_one_that_fails_first_is_replaced():
    async with world(Answer(pieces=("first",), latency_s=8), refusal(500)) as (x, _ups, clock, recorder):
        assert (await carried(x, clock)).text == "first"
        (generation,) = await recorder.wait_generations(1)
        assert [(a.provider, a.outcome) for a in generation.attempts] == [("p1", "failed"), ("p0", "ok")]
    async with world(refusal(500), QUICK) as (x, _ups, clock, recorder):
        assert (await carried(x, clock)).text == "quick"


async def test_both_may_fail_and_the_call_has_one_error():
    async with world(Answer(latency_s=7, fault=Fault("close")), refusal(503)) as (x, _ups, clock, recorder):
        result = await carried(x, clock)
        (generation,) = await recorder.wait_generations(1)
    assert result.status >= 500
    assert len(result.json["error"]["metadata"]["previous_errors"]) == 1
    assert [a.outcome for a in generation.attempts] == ["failed", "failed"]


async def test_what_ends_a_call_ends_it_when_no_leg_runs_any_more():
    async with world(Answer(pieces=("first",), latency_s=8), refusal(400)) as (x, _ups, clock, recorder):
        assert (await carried(x, clock)).text == "first"
        (generation,) = await recorder.wait_generations(1)
        assert [a.outcome for a in generation.attempts] == ["failed", "ok"]
    async with world(Answer(latency_s=8, fault=Fault("close")), refusal(400), QUICK) as (x, ups, clock, _):
        assert (await carried(x, clock)).status == 400
        assert len(ups[2].requests) == 0


async def test_a_hedge_that_a_budget_denies_does_not_end_the_call():
    class Once:
        def __init__(self):
            self.held = 0

        @hookimpl
        def policy_reserve(self):
            self.held += 1
            if self.held > 1:
                raise PaymentRequired("The budget is used up.", remedy="Raise it.")

    policies = {"once": Once()}
    async with world(Answer(pieces=("first",), latency_s=8), QUICK, policies=policies) as (x, ups, clock, _):
        assert (await carried(x, clock)).text == "first"
        assert len(ups[1].requests) == 0


async def test_a_caller_who_leaves_ends_both():
    async with world(SLOW, SLOW) as (x, ups, clock, recorder):
        task = asyncio.create_task(send(x, chat()))
        for _ in range(16):
            await clock.advance(0.5)
        for up in ups:
            await up.wait_received(1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        async with asyncio.timeout(5):
            for up in ups:
                await up.requests[0].left.wait()
        (generation,) = await recorder.wait_generations(1)
    assert [a.outcome for a in generation.attempts] == ["cancelled", "cancelled"]


@pytest.mark.parametrize("fields", [{"store": True}, {"background": True}])
async def test_what_leaves_something_behind_never_races(fields):
    async with world(SLOW, QUICK) as (x, ups, clock, _):
        assert (await carried(x, clock, **fields)).text == "slow"
        assert len(ups[1].requests) == 0


async def test_the_bounds_on_attempts_hold_for_a_hedge():
    async with world(SLOW, QUICK, max_attempts=1) as (x, ups, clock, _):
        assert (await carried(x, clock)).text == "slow"
        assert len(ups[1].requests) == 0


async def test_hedges_stay_below_their_share_of_the_calls():
    async with world(SLOW, QUICK, hedge={"after_s": 5, "max_share": 0.1, "max_cost_share": 1}) as (x, ups, clock, _):
        results = [await carried(x, clock) for _ in range(30)]
        made = [result.text for result in results].count("quick")
        assert made == len(ups[1].requests)
        assert 2 <= made <= 1 + 0.1 * 30
        reasons = {reason.text for result in results for reason in result.call.route.reasons}
        assert "slow, and no hedge is left" in reasons


# what may be spent


def ended(hedges, nano, *, lost=False):
    class Endpoint:
        model = "m"

    attempt = Attempt("a", Endpoint, 0.0)
    attempt.cost, attempt.waived = Cost(total_nano=nano), "hedge" if lost else None
    hedges.ended(attempt)


def test_what_losers_cost_stays_below_its_share_of_all():
    hedges = Hedges(HedgeConfig(max_share=1, max_cost_share=0.1))
    lost = total = 0
    for _ in range(1_000):
        hedges.called("m")
        if hedges.may_spend("m"):
            hedges.spend("m")
            ended(hedges, 100, lost=True)
            lost += 100
        ended(hedges, 100)
        total += 100
    assert 0.09 <= lost / (total + lost) <= 0.1 + 100 / total


def test_what_is_saved_up_is_bounded():
    hedges = Hedges(HedgeConfig(max_share=0.5))
    for _ in range(1_000):
        hedges.called("m")
    spent = 0
    while hedges.may_spend("m"):
        hedges.spend("m")
        spent += 1
    assert spent == BURST


def test_percentiles_between_the_known_ones_are_those_of_an_exponential_tail():
    known = Percentiles(p50=1.0, p75=2.0, p90=4.0, p99=8.0)
    assert [between(known, share) for share in (0.5, 0.75, 0.9, 0.99)] == pytest.approx([1, 2, 4, 8])
    assert between(known, 0.95) == pytest.approx(4 * 2**0.30103)


async def test_the_wait_is_the_endpoints_own_percentile_once_it_is_known():
    async with world(QUICK, hedge={"percentile": 50, "min_s": 0.2}) as (x, _ups, clock, _):
        result = await carried(x, clock)
        (candidate,) = result.call.route.candidates
        hedges, now = x.guard.hedges, clock.monotonic()
        assert hedges.after_s(candidate, now) is None
        for value in [0.1] * SAMPLES_MIN:
            candidate.stats.first_token.record(value, now)
        assert hedges.after_s(candidate, now + 10) == 0.2
        for value in [2.0] * 3 * SAMPLES_MIN:
            candidate.stats.first_token.record(value, now)
        assert hedges.after_s(candidate, now + 20) == pytest.approx(2, rel=0.05)
