"""Calls at once: places, limits that adapt, and a queue that is fair, bounded, in time and left at once."""

import asyncio
import itertools
import json
from contextlib import AsyncExitStack, asynccontextmanager

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossroads.call import Head, Principal
from crossroads.config import ConcurrencyConfig
from crossroads.engine.limits.fair import FairQueue, Waiter
from crossroads.engine.limits.slots import Slots
from crossroads.errors import ConfigError, UpstreamRefused
from crossroads.route import Attempt
from crossroads.testing import Answer, Fault, ScriptedProvider, SteppedClock, chat, exchange_with, offer, refusal
from crossroads.testing.plugins import Result

SLOW = Answer(latency_s=10)


@asynccontextmanager
async def world(*defaults, **concurrency):
    clock = SteppedClock()
    async with AsyncExitStack() as stack:
        ups = [await stack.enter_async_context(ScriptedProvider(default=default, clock=clock)) for default in defaults]
        offers = [offer(f"p{i}", up, api_key=f"sk-{i}") for i, up in enumerate(ups)]
        config = {"routing": {"concurrency": concurrency}}
        x = await stack.enter_async_context(exchange_with(*offers, config=config, clock=clock))
        yield x, ups, clock


def call_of(x, key, *, deadline_s=600.0, stream=False):
    """A task that carries one call of this key to its end."""

    async def carry() -> Result:
        parts: list[Head | bytes] = []
        body = json.dumps(chat(stream=stream)).encode()
        call = x.open_call("openai-chat", body, principal=Principal(name=key), deadline_s=deadline_s)
        async for part in x.run(call):
            parts.append(part)
        return Result(call, parts[0].status, parts[0].headers, tuple(parts[1:]))

    return asyncio.create_task(carry())


async def finished(clock, *tasks):
    for _ in range(200):
        if all(task.done() for task in tasks):
            return [task.result() for task in tasks]
        await clock.advance(1)
        await asyncio.sleep(0.001)
    raise AssertionError("they did not end")


async def at_rest(clock):
    for _ in range(5):
        await clock.settle()
        await asyncio.sleep(0.002)


# places


async def test_a_full_endpoint_sends_calls_to_the_next_and_then_into_the_queue():
    async with world(SLOW, SLOW, start=1, max=1, queue_s=30) as (x, ups, clock):
        tasks = [call_of(x, "a") for _ in range(3)]
        for up in ups:
            await up.wait_received(1)
        assert x.guard.slots.queue.size == 1
        results = await finished(clock, *tasks)
    assert {result.status for result in results} == {200}
    assert sum(len(up.requests) for up in ups) == 3
    assert "has no place free" in [reason.text for reason in results[1].call.route.reasons]
    assert "waited 10 s for a place" in [reason.text for reason in results[2].call.route.reasons]


async def test_never_are_more_at_once_than_the_limit_and_every_place_comes_back():
    async with world(SLOW, start=3, max=3, queue_s=100) as (x, ups, clock):
        tasks = [call_of(x, f"k{number % 4}") for number in range(20)]
        most = 0
        while not all(task.done() for task in tasks):
            await clock.advance(1)
            await asyncio.sleep(0.001)
            most = max(most, sum(not request.over.is_set() for request in ups[0].requests))
        assert most == 3
        assert x.guard.slots.state("p0/small") == {"concurrency": 0, "concurrency_limit": 3}
        assert x.guard.slots.queue.size == 0


@pytest.mark.parametrize("how", ["deadline", "queue_s"])
async def test_a_wait_ends_in_time_with_a_time_to_come_back(how):
    async with world(Answer(fault=Fault("stall")), start=1, queue_s=7) as (x, _ups, clock):
        first = call_of(x, "a", deadline_s=60)
        await at_rest(clock)
        began = clock.monotonic()
        second = call_of(x, "a", deadline_s=5 if how == "deadline" else 60)
        (result,) = await finished(clock, second)
        assert clock.monotonic() - began <= (6 if how == "deadline" else 8)
        assert (result.status, result.json["error"]["code"]) == (503, 503)
        assert int(result.header("retry-after")) >= 1
        first.cancel()


async def test_who_can_not_be_served_in_time_is_told_so_at_once():
    async with world(SLOW, start=1, max=1, queue_s=100) as (x, _ups, clock):
        await finished(clock, *[call_of(x, "a") for _ in range(3)])
        waiting = [call_of(x, "a") for _ in range(4)]
        await at_rest(clock)
        late = call_of(x, "a", deadline_s=15)
        await at_rest(clock)
        assert late.done(), "one place in about ten seconds, three others first"
        assert late.result().status == 503
        assert 30 <= int(late.result().header("retry-after")) <= 60
        await finished(clock, *waiting)


@pytest.mark.parametrize("waits", [True, False])
async def test_a_caller_who_leaves_frees_its_place_or_its_turn_at_once(waits):
    async with world(SLOW, start=1, max=1, queue_s=30) as (x, ups, clock):
        first, second, third = call_of(x, "a"), call_of(x, "a"), call_of(x, "a")
        await at_rest(clock)
        await ups[0].wait_received(1)
        leaves = second if waits else first
        leaves.cancel()
        await at_rest(clock)
        assert x.guard.slots.queue.size == 1
        await ups[0].wait_received(1 if waits else 2)
        await finished(clock, third, *({first, second} - {leaves}))
        assert x.guard.slots.state("p0/small")["concurrency"] == 0


async def test_who_waited_for_a_place_does_not_go_where_a_quota_has_asked_to_be_left_alone_meanwhile():
    """DISP-3."""
    async with world(SLOW, start=1, max=1, queue_s=30) as (x, ups, clock):
        ups[0].script(msgspec.structs.replace(refusal(429, retry_after="60"), latency_s=10))
        first, second = call_of(x, "a"), call_of(x, "a")
        results = await finished(clock, first, second)
        assert [result.status for result in results] == [429, 429]
        assert int(results[1].header("retry-after")) > 50
        assert len(ups[0].requests) == 1
        assert x.guard.slots.state("p0/small")["concurrency"] == 0


async def test_who_leaves_in_the_moment_it_is_served_gives_the_place_on():
    async with world(SLOW, start=1, max=1, queue_s=30) as (x, _ups, clock):
        first, second, third = call_of(x, "a"), call_of(x, "a"), call_of(x, "a")
        await at_rest(clock)
        slots = x.guard.slots
        slots.give_back("p0/small", clock.monotonic())  # the place is the second one's now
        second.cancel()
        await at_rest(clock)
        assert second.cancelled()
        assert slots.queue.size == 0
        assert slots.state("p0/small")["concurrency"] == 1
        slots.take("p0/small")  # as the first one holds it still
        await finished(clock, first, third)
        assert slots.state("p0/small")["concurrency"] == 0


# fairness


async def test_a_crowd_of_one_key_delays_another_key_by_one_turn():
    """TENANT-4."""
    async with world(SLOW, start=1, max=1, queue_s=500) as (x, _ups, clock):
        crowd = [call_of(x, "crowd") for _ in range(20)]
        await at_rest(clock)
        other = call_of(x, "other")
        await finished(clock, other)
        assert sum(task.done() for task in crowd) <= 2
        for task in crowd:
            task.cancel()


async def test_a_full_queue_makes_room_for_another_key_and_its_crowd_is_told_429():
    async with world(SLOW, start=1, max=1, queue=3, queue_s=500) as (x, _ups, clock):
        crowd = [call_of(x, "crowd") for _ in range(4)]
        await at_rest(clock)
        alone = call_of(x, "crowd")
        await at_rest(clock)
        assert alone.result().status == 503, "nobody else is there to be fair to"
        other = call_of(x, "other")
        await at_rest(clock)
        assert not other.done()
        assert crowd[3].result().status == 429
        assert crowd[3].result().header("retry-after")
        again = call_of(x, "crowd")
        await at_rest(clock)
        assert again.result().status == 429
        assert (await finished(clock, other))[0].status == 200
        await finished(clock, *crowd)


async def test_who_has_left_in_the_moment_it_has_to_make_room_harms_nobody():
    async with world(SLOW, start=1, max=1, queue=2, queue_s=500) as (x, _ups, clock):
        crowd = [call_of(x, "crowd") for _ in range(3)]
        await at_rest(clock)
        other = call_of(x, "other")
        crowd[2].cancel()  # it still stands in the queue when the other one comes
        results = await finished(clock, other, *crowd[:2])
        assert [result.status for result in results] == [200, 200, 200]
        assert x.guard.slots.queue.size == 0
        assert x.guard.slots.state("p0/small")["concurrency"] == 0


class Spot:
    """Stands for a candidate."""


async def run_queue(steps, bound):
    """Push and pop as `steps` say -> each key that was served, with those that waited. The bound holds after each."""
    queue, inside, served = FairQueue(bound), [], []
    for step in steps:
        if step == "pop":
            rivals = {waiter.key for waiter in inside}
            waiter = queue.pop("e")
            assert (waiter is None) == (not inside)
            if waiter is not None:
                inside.remove(waiter)
                served.append((waiter.key, rivals))
        else:
            waiter = Waiter(step, {"e": Spot()}, 0.0)
            gone = queue.push(waiter)
            inside.append(waiter)
            if gone is not None:
                inside.remove(gone)
                assert len(inside) == bound
                counts = [sum(w.key == key for w in inside) for key in {w.key for w in inside}]
                assert gone is waiter or gone.key != step
                assert gone is waiter or max(counts) >= sum(w.key == step for w in inside)
        assert queue.size == len(inside) <= bound
    return served


@given(st.lists(st.sampled_from(["a", "b", "c", "pop"]), max_size=60), st.integers(1, 8))
def test_a_queue_is_bounded_and_serves_nobody_twice_while_another_key_waits_all_along(steps, bound):
    served = asyncio.run(run_queue(steps, bound))
    for (key, rivals), (next_key, next_rivals) in itertools.pairwise(served):
        if key == next_key:
            waited = (rivals & next_rivals) - {key}
            assert not waited, f"{waited} waited while {key} was served twice"


# limits


def ended(slots, *, error=None, first_token_s=0.1, now=0.0):
    class Endpoint:
        id = "e"

    attempt = Attempt("a", Endpoint, 0.0)
    attempt.outcome, attempt.error, attempt.first_token_s = ("ok" if error is None else "failed"), error, first_token_s
    slots.ended(attempt, now, stream=True)


def limit_of(slots):
    return slots.state("e")["concurrency_limit"]


LIMITED = UpstreamRefused(
    "x", remedy="y", code="rate_limit_exceeded", status=429, elsewhere=True, upstream_status=429
)  # fmt: skip


def test_a_limit_grows_by_one_a_round_while_it_is_used_and_not_otherwise():
    slots = Slots(ConcurrencyConfig(start=10, max=12))
    for _ in range(100):
        slots.take("e")
        ended(slots)
    assert limit_of(slots) == 10, "one at a time needs no more places"
    for _ in range(10):
        slots.take("e")
    for _ in range(200):
        slots.take("e")
        ended(slots)
    assert limit_of(slots) == 12


def test_a_limit_falls_to_what_was_too_much_once_a_second_and_never_below_its_least():
    slots = Slots(ConcurrencyConfig(start=100, min=2))
    for _ in range(50):
        slots.take("e")
    for _ in range(10):
        slots.take("e")
        ended(slots, error=LIMITED)
    assert limit_of(slots) == 45, "0.9 of the 51 that were on their way"
    for second in range(1, 60):
        slots.take("e")
        ended(slots, error=LIMITED, now=float(second))
    assert limit_of(slots) == 2


def test_a_limit_that_was_just_cut_does_not_fall_below_its_least_by_calls_that_end():
    slots = Slots(ConcurrencyConfig(start=8, min=4))
    for _ in range(3):
        slots.take("e")
    for _ in range(3):
        ended(slots, error=LIMITED)
    assert limit_of(slots) == 4


def test_slow_first_tokens_make_a_limit_less_and_load_does_not_become_the_norm():
    slots = Slots(ConcurrencyConfig(start=20))
    for _ in range(12):
        slots.take("e")
    for second in range(60):
        slots.take("e")
        ended(slots, first_token_s=0.1 if second < 10 else 2.0, now=float(second))
    assert limit_of(slots) < 5


def test_a_start_beyond_its_bounds_is_refused():
    with pytest.raises(ConfigError, match="min <= start <= max"):
        Slots(ConcurrencyConfig(start=50, max=10))


def test_a_limit_that_shall_not_adapt_stands():
    slots = Slots(ConcurrencyConfig(start=5, adaptive=False))
    for _ in range(5):
        slots.take("e")
        ended(slots, error=LIMITED)
    assert limit_of(slots) == 5
