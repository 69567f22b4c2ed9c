"""Limits that providers state, and those learned from refusals: who is spared, for how long, and what a call sees."""

from contextlib import AsyncExitStack, asynccontextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossroads.engine.limits.pace import BURST_S, FORGET_S, Pace
from crossroads.engine.limits.quotas import Bucket
from crossroads.engine.limits.ratelimits import Allowance, read_allowances
from crossroads.testing import Answer, ScriptedProvider, SteppedClock, chat, exchange_with, offer, refusal, send

WALL = 1_795_564_800.0


def said(form, limit, remaining, reset):
    values = {"limit": limit, "remaining": remaining, "reset": reset}
    return {form.format(name): str(value) for name, value in values.items()}


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        (said("x-ratelimit-{}-requests", 500, 9, "6m0s"), {"requests": Allowance(500, 9, 360)}),
        (said("x-ratelimit-{}-tokens", 800, 7, "12ms"), {"tokens": Allowance(800, 7, 0.012)}),
        (
            said("Vendor-RateLimit-Input-Tokens-{}", 10, 5, "2026-11-25T00:00:30Z"),
            {"input-tokens": Allowance(10, 5, 30)},
        ),
        (said("x-ratelimit-{}", 20, 3, int(WALL * 1000) + 4000), {"requests": Allowance(20, 3, 4)}),
        (said("x-ratelimit-{}", 20, 3, int(WALL) + 4), {"requests": Allowance(20, 3, 4)}),
        (said("ratelimit-{}", 20, 3, 9), {"requests": Allowance(20, 3, 9)}),
        ({"content-type": "application/json", "x-request-id": "ratelimit-9"}, {}),
        (said("x-ratelimit-{}-requests", "1e9", "-1", "soon"), {}),
        ({"x-ratelimit-reset-requests": "2026-13-45T99:00:00Z"}, {}),
    ],
)
def test_limits_are_read_whoever_states_them(headers, expected):
    pairs = tuple((name.encode(), value.encode()) for name, value in headers.items())
    assert read_allowances(pairs, WALL) == expected


@given(
    st.lists(st.tuples(st.sampled_from([b"x-ratelimit-reset", b"x-ratelimit-limit-tokens"]), st.binary(max_size=60)))
)
def test_no_header_is_more_than_not_understood(pairs):
    for allowance in read_allowances(tuple(pairs), WALL).values():
        assert allowance.reset_s is None or 0 <= allowance.reset_s <= 86_400


def test_a_bucket_fills_evenly_until_its_reset_and_is_emptied_by_calls():
    bucket = Bucket(limit=100, left=10, reset_s=60, at=0)
    assert [bucket.left(now) for now in (0, 30, 60, 1e6)] == [10, 55, 100, 100]
    for _ in range(10):
        bucket.used(1, 0)
    assert bucket.left(0) == 0
    assert bucket.left(60) == 100


def spend(pace, now, seconds):
    """As many calls as it lets through, by tenths of a second -> their number."""
    made = 0
    for tenth in range(int(seconds * 10)):
        while pace.free(now + tenth / 10):
            pace.begun(now + tenth / 10)
            made += 1
    return made


def test_a_pace_falls_with_a_refusal_comes_back_lingers_and_is_doubted():
    pace = Pace(10.0, 1_000)
    assert pace.rate(1_000) == pytest.approx(7)
    assert [pace.rate(1_000 + s) for s in (30, 60, 90, 120)] == pytest.approx([9.625, 10, 10.375, 13])
    assert pace.rate(1_000 + FORGET_S) > 15 * 10
    assert not pace.over(1_000 + FORGET_S)
    assert pace.over(1_001 + FORGET_S)


def test_what_goes_through_is_the_rate_and_a_burst_of_a_few_seconds():
    pace = Pace(10.0, 1_000)
    assert not pace.free(1_000)
    assert spend(pace, 1_000, 10) == pytest.approx(75, abs=5)
    assert spend(pace, 1_060, 1) <= BURST_S * 10 + 12


def test_a_storm_of_refusals_on_their_way_is_one():
    pace = Pace(10.0, 1_000)
    for _ in range(100):
        pace.begun(1_001)
        pace.refused(1_001)
    assert pace.rate(1_001) == pytest.approx(7, rel=0.05)


def test_an_outage_of_refusals_takes_the_rate_to_a_fifth_and_is_over_soon_after_it():
    pace = Pace(10.0, 1_000)
    for second in range(1, 61):
        pace.begun(1_000 + second)
        pace.refused(1_000 + second)
    assert pace.rate(1_060) < 2
    assert pace.rate(1_120) == pytest.approx(10), "nothing was learned of the rate"


def test_a_refusal_beside_calls_that_were_taken_teaches_their_rate():
    pace = Pace(10.0, 1_000)
    for second in range(1, 31):
        for _ in range(2):
            pace.begun(1_000 + second)
        pace.begun(1_000 + second)
        pace.refused(1_000 + second)
    assert pace.rate(1_030 + 60) == pytest.approx(2, rel=0.1)


@asynccontextmanager
async def world(*defaults, clock=None):
    async with AsyncExitStack() as stack:
        ups = [await stack.enter_async_context(ScriptedProvider(default=default, clock=clock)) for default in defaults]
        offers = [offer(f"p{i}", up, api_key=f"sk-{i}") for i, up in enumerate(ups)]
        yield await stack.enter_async_context(exchange_with(*offers, clock=clock)), ups


def stated(remaining, *, limit=50, reset="60s"):
    return Answer(headers=tuple(said("x-ratelimit-{}-requests", limit, remaining, reset).items()))


async def test_an_endpoint_that_says_it_is_nearly_used_up_goes_behind_and_comes_back():
    clock = SteppedClock()
    async with world(stated(0), Answer(), clock=clock) as (x, ups):
        await send(x, chat())
        result = await send(x, chat())
        assert [len(up.requests) for up in ups] == [1, 1]
        assert [r.text for r in result.call.route.reasons if r.by == "guard"] == [
            "goes behind, close to its rate limit: 0 of 50 requests left"
        ]
        assert x.unwell()["p0/small"]["short"] == "0 of 50 requests left"
        await clock.advance(30)
        await send(x, chat())
        assert [len(up.requests) for up in ups] == [2, 1], "half of it is back"


async def test_calls_are_counted_between_two_responses():
    async with world(stated(3, reset="3600s"), Answer(), clock=SteppedClock()) as (x, ups):
        ups[0].script(stated(3, reset="3600s"))
        ups[0].default = Answer()  # says no more
        for _ in range(6):
            await send(x, chat())
        assert [len(up.requests) for up in ups] == [4, 2]


async def test_one_that_is_spared_serves_when_nobody_else_can():
    async with world(stated(0), refusal(500)) as (x, ups):
        assert {(await send(x, chat())).status for _ in range(3)} == {200}
        assert len(ups[0].requests) == 3


async def test_a_refusal_without_a_time_teaches_a_pace_and_calls_beyond_it_go_elsewhere():
    clock = SteppedClock()
    async with world(Answer(), Answer(), clock=clock) as (x, ups):
        for _ in range(10):
            await send(x, chat())
        ups[0].script(refusal(429))
        assert (await send(x, chat())).status == 200
        for _ in range(5):
            await send(x, chat())
        assert [len(up.requests) for up in ups] == [11, 6]
        assert "calls a minute" in x.unwell()["p0/small"]["short"]
        await clock.advance(30)
        await send(x, chat())
        assert len(ups[0].requests) == 12


async def test_two_instances_of_one_key_share_what_was_learned():
    async with ScriptedProvider() as up, ScriptedProvider() as other:
        offers = offer("a", up, api_key="k"), offer("b", up, api_key="k"), offer("c", other, api_key="k")
        async with exchange_with(*offers) as x:
            up.script(refusal(429, retry_after="30"))
            results = [await send(x, chat()) for _ in range(3)]
    assert [result.status for result in results] == [200, 200, 200]
    assert (len(up.requests), len(other.requests)) == (1, 3)
