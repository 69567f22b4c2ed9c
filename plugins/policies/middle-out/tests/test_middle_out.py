"""A chat is cut in its middle for the endpoint that serves it, and the caller is told; who says no is left alone."""

import json

import pytest
from crossroads_middle_out import MiddleOut, wanted
from crossroads_middle_out.tokens import tokens_of

from crossroads.testing import ScriptedProvider, chat, exchange_with, offer, policy_conformance, refusal, send
from crossroads.types.base import validate_document
from crossroads.types.chat import ChatRequest

TestMiddleOut = policy_conformance(MiddleOut, denies=False)

ASKED = {"plugins": [{"id": "context-compression"}]}
LONG = [
    {"role": "system", "content": "Be brief."},
    *({"role": ("user", "assistant")[n % 2], "content": f"{n} " + "word " * 400} for n in range(40)),
    {"role": "user", "content": "And now?"},
]
"""Some 20,000 tokens."""


async def sent(context, *, settings=None, offers=1, **ask):
    """-> (result, messages that each upstream got)."""
    async with ScriptedProvider() as upstream:
        made = [offer(f"p{number}", upstream, context_tokens=context) for number in range(offers)]
        config = {"policies": {"mine": settings or {}}}
        async with exchange_with(*made, policies={"mine": MiddleOut}, config=config) as x:
            result = await send(x, {**chat(), "messages": LONG, **ask})
        return result, [json.loads(request.body)["messages"] for request in upstream.requests]


def size(messages):
    return tokens_of(validate_document(ChatRequest, {"messages": messages}))


@pytest.mark.parametrize("ask", [ASKED, {"transforms": ["middle-out"]}])
async def test_who_asks_gets_the_ends_of_the_chat_and_is_told(ask):
    result, (messages,) = await sent(16_000, **ask)
    assert result.status == 200
    assert (messages[0], messages[1], messages[-1]) == (LONG[0], LONG[1], LONG[-1])
    assert 0.6 * 16_000 < size(messages) < 16_000
    assert result.header("x-crossroads-changed") == "messages=dropped"
    assert any("messages left out" in reason.text for reason in result.call.route.all_reasons())


async def test_room_is_left_for_the_reply():
    _, (messages,) = await sent(16_000, max_tokens=6_000, **ASKED)
    assert size(messages) < 10_000


async def test_nobody_asks_and_a_large_context_is_left_alone():
    result, (messages,) = await sent(16_000)
    assert messages == LONG
    assert result.header("x-crossroads-changed") is None


async def test_small_contexts_are_fitted_unasked_but_not_against_the_callers_word():
    _, (messages,) = await sent(8_192)
    assert size(messages) < 8_192
    for no in ({"plugins": [{"id": "context-compression", "enabled": False}]}, {"transforms": []}):
        _, (messages,) = await sent(8_192, **no)
        assert messages == LONG
    _, (messages,) = await sent(8_192, settings={"unasked_context_tokens": 0})
    assert messages == LONG


async def test_what_fits_is_not_touched():
    result, (messages,) = await sent(8_192, messages=LONG[:3], **ASKED)
    assert messages == LONG[:3]
    assert result.call.typed is None, "nobody had to read it"


async def test_each_attempt_is_cut_for_itself():
    async with ScriptedProvider() as small, ScriptedProvider() as large:
        small.default = refusal(503, "busy")
        offers = offer("small", small, context_tokens=12_000), offer("large", large, context_tokens=15_000)
        async with exchange_with(*offers, policies={"mine": MiddleOut}) as x:
            result = await send(x, {**chat(), "messages": LONG, **ASKED})
        assert result.status == 200
        first, second = (json.loads(s.requests[0].body)["messages"] for s in (small, large))
    assert size(first) < 9_000 < size(second) < 15_000


async def test_endpoints_that_would_lose_more_than_half_are_left_out_unless_all_would():
    async with ScriptedProvider() as upstream:
        offers = [offer(f"c{held}", upstream, context_tokens=held) for held in (2_000, 4_000, 16_000)]
        for those, expected in ((offers, ["c16000"]), (offers[:2], ["c4000"])):
            async with exchange_with(*those, policies={"mine": MiddleOut}) as x:
                result = await send(x, {**chat(), "messages": LONG, **ASKED})
                assert [c.endpoint.provider for c in result.call.route.candidates] == expected
                assert result.status == 200


async def test_a_body_that_says_nonsense_about_it_is_the_dialects_to_judge():
    async with exchange_with() as x:
        for nonsense in ("x", [1, None, {"id": 1}], {"id": "context-compression"}, None):
            body = json.dumps({**chat(), "plugins": nonsense, "transforms": nonsense}).encode()
            wanted(x.open_call("openai-chat", body))
