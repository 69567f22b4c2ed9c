"""Strategies hear what has left, whole and once; nothing is held back for them, and what broke off they do not hear."""

from contextlib import aclosing

import pytest

from crossroads.engine.attempts import heard
from crossroads.hookspecs import hookimpl
from crossroads.jsonbody import encode
from crossroads.testing import Answer, Fault, ScriptedProvider, chat, exchange_with, offer, refusal, send
from crossroads.testing.plugins import InOrder


class Ear(InOrder):
    def __init__(self):
        self.told = []

    @hookimpl
    def strategy_heard(self, call, attempt, reply):
        (choice,) = reply["choices"]
        self.told.append((attempt.endpoint.provider, choice["message"].get("content"), choice["finish_reason"]))


async def told(first, *, stream, second=None, strategies=None, **fields):
    ear = Ear()
    async with ScriptedProvider() as one, ScriptedProvider() as two:
        one.default, two.default = first, second or Answer()
        offers = offer("one", one), offer("two", two)
        async with exchange_with(*offers, strategies={**(strategies or {}), "ear": ear}) as x:
            await send(x, chat(stream=stream, **fields))
    return ear.told


@pytest.mark.parametrize("stream", [False, True])
async def test_a_reply_is_heard_once_of_the_attempt_that_served(stream):
    assert await told(Answer(pieces=("a", "b")), stream=stream) == [("one", "ab", "stop")]
    assert await told(refusal(503, "busy"), stream=stream, second=Answer(pieces=("c",))) == [("two", "c", "stop")]


@pytest.mark.parametrize("stream", [False, True])
async def test_what_failed_or_broke_off_or_is_too_long_is_not_heard(stream, monkeypatch):
    assert await told(refusal(400, "no"), stream=stream) == []
    cut = Answer(pieces=("a", "b", "c", "d"), fault=Fault("close", at=700))
    assert not stream or await told(cut, stream=True) == []
    monkeypatch.setattr(heard, "HEARD_BYTES_MAX", 10)
    assert await told(Answer(), stream=stream) == []


@pytest.mark.parametrize("place", [-1, 5_000])
async def test_a_call_of_a_tool_at_a_place_that_no_message_has_is_not_heard(place):
    """Else a host makes us fill in a billion calls before it."""
    call = {"index": place, "id": "c", "function": {"name": "f", "arguments": "{}"}}
    choices = [{"index": 0, "delta": {"tool_calls": [call]}, "finish_reason": "tool_calls"}]
    chunk = encode({"id": "x", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": choices})
    stream = Answer(raw=(b"data: " + chunk + b"\n\n", b"data: [DONE]\n\n"))
    assert await told(stream, stream=True) == []


async def test_a_stream_is_not_held_back():
    ear = Ear()
    async with ScriptedProvider() as one:
        one.default = Answer(pieces=("a", "b"), fault=Fault("stall", at=700))
        async with exchange_with(offer("one", one), strategies={"ear": ear}) as x:
            call = x.open_call("openai-chat", encode(chat(stream=True)))
            async with aclosing(x.run(call)) as parts:
                assert [await anext(parts), await anext(parts)][0].status == 200
    assert ear.told == [], "the caller left"


async def test_who_does_not_rank_the_call_does_not_hear_it():
    other = {"other": InOrder()}
    assert await told(Answer(), stream=False, strategies=other, provider={"sort": "other"}) == []
    assert await told(Answer(), stream=False, strategies=other, provider={"sort": "ear"}) != []
