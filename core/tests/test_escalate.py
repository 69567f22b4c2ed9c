"""Replies that are held back until a strategy has judged them: one reply leaves, every try is settled, none is lost."""

import asyncio
import json
from contextlib import asynccontextmanager

import pytest

from crossroads.hookspecs import hookimpl
from crossroads.testing import Answer, Fault, Recorder, ScriptedProvider, chat, exchange_with, offer, refusal, send

BOTH = {"model": "a/small", "models": ["a/large"]}
SMALL, LARGE = Answer(pieces=("small",)), Answer(pieces=("large",))


class Picky:
    """Turns down what a small model says."""

    def __init__(self):
        self.judged, self.settled = [], []

    @hookimpl
    def strategy_check(self, attempt, reply):
        self.judged.append((attempt.endpoint.model, reply["choices"][0]["message"]["content"]))
        return "small" if attempt.endpoint.model == "a/small" else None

    @hookimpl
    def policy_settle(self, usages):
        self.settled.append([attempt.endpoint.model for attempt, _ in usages])


@asynccontextmanager
async def world(small=SMALL, large=LARGE, *, config=None, picky=None):
    """-> (exchange, the upstream of the small model, that of the large one)."""
    async with ScriptedProvider() as one, ScriptedProvider() as two:
        one.default, two.default = small, large
        offers = offer("one", one, models={"a/small": "m"}), offer("two", two, models={"a/large": "m"})
        strategies = {"picky": picky or Picky()}
        async with exchange_with(*offers, strategies=strategies, sinks={"r": Recorder()}, config=config) as x:
            yield x, one, two


@pytest.mark.parametrize("stream", [False, True])
async def test_one_reply_leaves_and_both_tries_are_settled_once(stream):
    picky = Picky()
    async with world(picky=picky) as (x, _, _):
        result = await send(x, chat(**BOTH, stream=stream))
    assert (result.status, result.text) == (200, "large")
    assert b"small" not in result.body
    assert picky.judged == [("a/small", "small")], "the last model's is not judged"
    assert picky.settled == [["a/small", "a/large"]]


@pytest.mark.parametrize("kind", ["close", "reset"])
async def test_a_held_stream_that_breaks_is_made_good_by_the_next_model(kind):
    broken = Answer(pieces=("a", "b", "c", "d"), fault=Fault(kind, at=700))
    async with world(broken) as (x, _, two):
        result = await send(x, chat(**BOTH, stream=True))
    assert (result.status, result.text) == (200, "large")
    assert len(two.requests) == 1


async def test_what_was_perhaps_billed_is_not_bought_again_of_another_model_where_that_is_not_allowed():
    """DISP-2."""
    broken = Answer(pieces=("a", "b", "c", "d"), fault=Fault("close", at=700))
    async with world(broken, config={"routing": {"repeat_billed": False}}) as (x, _, two):
        result = await send(x, chat(**BOTH, stream=True))
    assert result.status == 502
    assert two.requests == []


async def test_a_callers_own_fault_ends_the_call():
    async with world(refusal(400, "messages are wrong")) as (x, _, two):
        result = await send(x, chat(**BOTH))
    assert result.status == 400
    assert two.requests == []


async def test_when_the_last_one_takes_too_long_what_was_had_goes_out():
    slow = Answer(fault=Fault("stall"))
    async with world(SMALL, slow) as (x, _, two):
        result = await send(x, chat(**BOTH), deadline_s=0.5)
    assert (result.status, result.text) == (200, "small")
    assert len(two.requests) == 1
    assert any("after all" in reason.text for reason in result.call.route.reasons)


async def test_a_reply_that_is_too_long_to_be_held_is_the_next_models():
    long = Answer(pieces=("word " * 100,) * 100)
    async with world(long, config={"limits": {"response_bytes": 20_000}}) as (x, _, _):
        result = await send(x, chat(**BOTH, stream=True))
    assert result.text == "large"


async def test_a_caller_who_leaves_while_a_reply_is_held_closes_the_upstream():
    picky = Picky()
    async with world(Answer(pieces=("a", "b"), gap_s=30.0), picky=picky) as (x, one, two):
        task = asyncio.create_task(send(x, chat(**BOTH, stream=True)))
        received = await one.wait_received(1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        async with asyncio.timeout(5):
            while not received.hung_up:
                await asyncio.sleep(0.005)
    assert two.requests == []
    assert len(picky.settled) == 1


class Never:
    @hookimpl
    def strategy_check(self, attempt):
        return f"not {attempt.endpoint.model}"


async def test_three_models_are_asked_one_after_the_other():
    models = {"a/small": "m", "b/small": "n", "a/large": "o"}
    async with (
        ScriptedProvider() as upstream,
        exchange_with(offer("one", upstream, models=models), strategies={"never": Never()}) as x,
    ):
        result = await send(x, chat(model="a/small", models=["b/small", "a/large"]))
    assert [attempt.endpoint.model for attempt in result.call.route.attempts] == ["a/small", "b/small", "a/large"]
    assert json.loads(result.body)["model"] == "a/large"


async def test_one_model_alone_is_never_held():
    picky = Picky()
    async with world(picky=picky) as (x, _, _):
        assert (await send(x, chat(model="a/small"))).text == "small"
    assert picky.judged == []
