"""PLUG-3 and law 5: whatever a plugin does in whatever hook, a check is never skipped and nothing hangs.

Strategies and sinks never fail a request; policies always do; a provider fails its attempt, and another serves.
"""

import asyncio
import logging

import pytest

from crossroads.errors import PluginError
from crossroads.hookspecs import hookimpl
from crossroads.testing import (
    Hostile,
    Recorder,
    ScriptedProvider,
    SteppedClock,
    chat,
    exchange_with,
    offer,
    refusal,
    send,
)
from crossroads.testing.hostile import ASYNC_HOOKS, HOOKS, PLAIN_HOOKS

FAILS = ["raise", "unprintable", "cancel", "exit"]
NONSENSE = ["type", "values", "coroutine", "length"]
HARMLESS = ["mutate", "none"]
CANARY = "sk-canary-hostile"


@pytest.fixture
async def upstream():
    async with ScriptedProvider() as upstream:
        yield upstream


@pytest.fixture
async def other():
    async with ScriptedProvider() as other:
        yield other


def two_offers(upstream, other):
    """`strategy_score` is asked only when there is a choice."""
    return offer("acme", upstream, api_key=CANARY), offer("backup", other, api_key="sk-canary-backup")


def test_it_has_every_hook_of_the_contract():
    from crossroads import hookspecs

    specified = {name for name, value in vars(hookspecs).items() if hasattr(value, "crossroads_spec")}
    assert specified == HOOKS
    assert not ASYNC_HOOKS & PLAIN_HOOKS


@pytest.mark.parametrize("behaviour", FAILS + NONSENSE + HARMLESS)
async def test_a_strategy_never_fails_a_request_and_the_route_says_that_it_was_left_out(behaviour, upstream, other):
    hostile = Hostile(behaviour, "strategy_score")
    async with exchange_with(*two_offers(upstream, other), strategies={"hostile": hostile}) as x:
        result = await send(x, chat())
    assert result.status == 200
    assert "strategy_score" in hostile.calls
    told = [reason.text for reason in result.call.route.all_reasons() if "left out" in reason.text]
    assert bool(told) == (behaviour not in HARMLESS)
    assert not any(CANARY in text for text in told)


@pytest.mark.parametrize("behaviour", [*FAILS, *NONSENSE, *HARMLESS, "hang"])
async def test_a_check_that_fails_finds_the_reply_good(behaviour, upstream, other):
    hostile = Hostile(behaviour, "strategy_check")
    offers = offer("acme", upstream, models={"a/b": "small"}), offer("backup", other, models={"a/c": "small"})
    limits = {"limits": {"policy_timeout_s": 0.2}}
    async with exchange_with(*offers, strategies={"hostile": hostile}, config=limits) as x:
        result = await send(x, chat(model="a/b", models=["a/c"]))
    assert (result.status, len(upstream.requests), len(other.requests)) == (200, 1, 0)
    assert "strategy_check" in hostile.calls


@pytest.mark.parametrize("behaviour", [*FAILS, *NONSENSE, *HARMLESS])
async def test_a_listener_that_fails_harms_no_reply(behaviour, upstream, other):
    hostile = Hostile(behaviour, "strategy_heard")
    async with exchange_with(*two_offers(upstream, other), strategies={"hostile": hostile}) as x:
        assert [(await send(x, chat())).status for _ in range(2)] == [200, 200]
    assert hostile.calls.count("strategy_heard") == 2


# A plain `policy_permit` can't wait.
DENIALS = [
    *(("policy_admit", behaviour) for behaviour in (*FAILS, *NONSENSE, "hang")),
    *(("policy_permit", behaviour) for behaviour in (*FAILS, *NONSENSE)),
    *(("policy_reserve", behaviour) for behaviour in (*FAILS, *NONSENSE, "hang")),
]


@pytest.mark.parametrize(("hook", "behaviour"), DENIALS)
async def test_a_policy_that_fails_denies_before_anything_is_sent(hook, behaviour, upstream, other, caplog):
    clock, recorder = SteppedClock(), Recorder()
    policies = {"hostile": Hostile(behaviour, hook)}
    async with exchange_with(*two_offers(upstream, other), policies=policies, sinks={"r": recorder}, clock=clock) as x:
        task = asyncio.create_task(send(x, chat()))
        await clock.settle()
        if behaviour == "hang":
            await wait_called(policies["hostile"], hook)
            assert not task.done()
            await clock.advance(x.config.limits.policy_timeout_s)
        result = await task
    assert result.status == 403
    assert "a policy that fails denies" in result.json["error"]["message"]
    assert upstream.requests == other.requests == []
    (generation,) = recorder.generations
    assert generation.outcome == "failed"
    assert any(getattr(event, "hook", "") == hook for event in recorder.events)
    assert CANARY not in caplog.text + repr(recorder.events) + result.body.decode()


@pytest.mark.parametrize("behaviour", [*FAILS, *NONSENSE, *HARMLESS, "hang"])
async def test_a_settle_that_fails_leaves_reply_and_record_and_the_policies_after_it(behaviour, upstream):
    clock, recorder, settled = SteppedClock(), Recorder(), []

    class Counts:
        @hookimpl
        def policy_settle(self, usages):
            settled.extend(usages)

    hostile = Hostile(behaviour, "policy_settle")
    policies = {"hostile": hostile, "counts": Counts()}
    async with exchange_with(offer("acme", upstream), policies=policies, sinks={"r": recorder}, clock=clock) as x:
        task = asyncio.create_task(send(x, chat()))
        if behaviour == "hang":
            await wait_called(hostile, "policy_settle")
            await clock.advance(x.config.limits.policy_timeout_s)
        result = await task
        if behaviour == "hang":
            assert settled == []
            await clock.advance(30)
    assert result.status == 200
    assert [attempt.outcome for attempt, _ in settled] == ["ok"]
    assert len(recorder.generations) == 1


@pytest.mark.parametrize("behaviour", [*FAILS, "hang"])
async def test_a_sink_that_fails_delays_no_request_and_takes_nothing_from_the_others(behaviour, upstream):
    clock, recorder = SteppedClock(), Recorder()
    sinks = {"hostile": Hostile(behaviour, "sink_emit"), "r": recorder}
    async with exchange_with(offer("acme", upstream), sinks=sinks, clock=clock) as x:
        for _ in range(3):
            assert (await send(x, chat())).status == 200
        await recorder.wait_generations(3)
        bad = next(lane for lane in x.outbox.lanes if lane.sink.plugin == "sinks/hostile")
        closing = asyncio.create_task(x.aclose())
        await clock.advance(120)
        await closing
    assert bad.sent == 0
    assert bad.dropped == bad.produced >= 3
    assert len(recorder.generations) == 3


async def test_a_sink_that_empties_its_batch_hides_nothing(upstream):
    hostile = Hostile("mutate", "sink_emit")
    async with exchange_with(offer("acme", upstream), sinks={"hostile": hostile}) as x:
        await send(x, chat())
        await x.aclose()
        (lane,) = x.outbox.lanes
    assert (lane.sent, lane.dropped) == (1, 0)


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("behaviour", [*FAILS, *NONSENSE])
@pytest.mark.parametrize("hook", ["provider_open", "provider_prepare"])
async def test_a_provider_that_fails_loses_its_attempt_and_another_serves(hook, behaviour, stream, upstream, other):
    first = offer("acme", upstream, plugin=Hostile(behaviour, hook))
    async with exchange_with(first, offer("backup", other)) as x:
        result = await send(x, chat(stream=stream))
    assert (result.status, result.text) == (200, "Hello there.")
    assert [a.outcome for a in result.call.route.attempts] == ["failed", "ok"]
    assert upstream.requests == []


@pytest.mark.parametrize("hook", ["provider_open", "provider_prepare", "provider_error"])
@pytest.mark.parametrize("behaviour", HARMLESS)
async def test_a_provider_that_changes_nothing_of_ours_serves(hook, behaviour, upstream):
    async with exchange_with(offer("acme", upstream, plugin=Hostile(behaviour, hook))) as x:
        assert (await send(x, chat())).status == 200


@pytest.mark.parametrize("behaviour", [*FAILS, *NONSENSE, *HARMLESS])
async def test_a_bad_reading_of_an_error_leaves_the_dialects_own(behaviour, upstream):
    upstream.script(refusal(429, retry_after="7"))
    async with exchange_with(offer("acme", upstream, plugin=Hostile(behaviour, "provider_error"))) as x:
        result = await send(x, chat())
    assert (result.status, result.header("retry-after")) == (429, "7")


async def test_a_provider_that_never_opens_holds_a_call_until_its_deadline_and_no_longer(upstream):
    clock, hostile = SteppedClock(), Hostile("hang", "provider_open")
    async with exchange_with(offer("acme", upstream, plugin=hostile), clock=clock) as x:
        task = asyncio.create_task(send(x, chat(), deadline_s=5))
        await wait_called(hostile, "provider_open")
        await clock.advance(4.9)
        assert not task.done()
        await clock.advance(0.1)
        assert (await task).status == 504


@pytest.mark.parametrize("behaviour", ["raise", "unprintable"])
async def test_a_log_of_a_failing_plugin_names_it_and_quotes_no_key(behaviour, upstream, other, caplog):
    caplog.set_level(logging.DEBUG, "crossroads")
    strategies = {"hostile": Hostile(behaviour, "strategy_score")}
    async with exchange_with(*two_offers(upstream, other), strategies=strategies) as x:
        await send(x, chat())
    assert "strategies/hostile: strategy_score failed" in caplog.text
    assert CANARY not in caplog.text


@pytest.mark.parametrize("hook", sorted(PLAIN_HOOKS))
async def test_an_async_hook_where_a_plain_one_is_due_is_refused_at_start(hook, upstream):
    async def wrong():
        return None

    plugin = type("Wrong", (), {hook: staticmethod(hookimpl(wrong))})()
    kinds = {"strategy_score": "strategies", "strategy_heard": "strategies", "policy_permit": "policies"}
    if hook in kinds:
        with pytest.raises(PluginError, match="plain `def`"):
            await exchange_with(offer("acme", upstream), **{kinds[hook]: {"wrong": plugin}}).start()
        return
    async with exchange_with(offer("acme", upstream, plugin=plugin)) as x:
        assert (await send(x, chat())).status == 502
    assert upstream.requests == []


async def wait_called(hostile, hook):
    async with asyncio.timeout(5):
        while hook not in hostile.calls:
            await asyncio.sleep(0.001)
