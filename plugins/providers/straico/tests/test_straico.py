"""Straico: one prompt for one model, the completion inside its reply, and the package at work."""

import json

import pytest
from crossroads_straico.chat import StraicoChat

from crossroads.errors import BadUpstream, UpstreamRefused
from crossroads.testing import dialect_conformance
from crossroads.testing.first_calls import said
from crossroads.testing.served import served
from crossroads.testing.upstream import ScriptedProvider
from crossroads.types.usage import Usage

TestStraico = dialect_conformance(StraicoChat)

ASKS = StraicoChat()
HI = {"role": "user", "content": "Hi"}
CHOICE = {"index": 0, "message": {"role": "assistant", "content": "Hello"}, "finish_reason": "length", "logprobs": None}
COMPLETION = {
    "id": "c1",
    "model": "openai/gpt-4o-mini",
    "object": "chat.completion",
    "created": 1,
    "choices": [CHOICE],
    "usage": {"prompt_tokens": 6, "completion_tokens": 3, "total_tokens": 9},
}
WORDS = {"input": 0.1, "output": 0.2, "total": 0.3}
REPLY = {
    "success": True,
    "data": {
        "overall_price": WORDS,
        "overall_words": WORDS,
        "completions": {"openai/gpt-4o-mini": {"completion": COMPLETION, "price": WORDS, "words": WORDS}},
    },
}


def test_a_prompt_goes_to_one_model():
    body = json.dumps({"messages": [HI], "temperature": 0.5, "max_tokens": 9, "top_p": 0.1}).encode()
    draft = ASKS.splice_request(ASKS.open(body), url="u", upstream="openai/gpt-4o-mini")
    assert draft.document == {"models": ["openai/gpt-4o-mini"], "message": "Hi", "temperature": 0.5, "max_tokens": 9}
    assert [(lost.field, lost.how) for lost in draft.lost] == [("top_p", "dropped")]


def test_the_completion_inside_is_the_reply():
    reply = ASKS.decode_response(json.dumps(REPLY).encode())
    (choice,) = reply.document["choices"]
    assert (choice["message"]["content"], choice["finish_reason"], reply.upstream_id) == ("Hello", "length", "c1")
    assert reply.usage == Usage(input_tokens=6, output_tokens=3)


@pytest.mark.parametrize(
    ("told", "error"),
    [
        ({"success": False, "error": "Insufficient coins"}, UpstreamRefused),
        ({"success": True, "data": {"completions": {}}}, BadUpstream),
        ({"data": {"completions": {"m": {"completion": {"choices": [{"message": {"content": None}}]}}}}}, BadUpstream),
    ],
)
def test_what_has_no_completion_is_an_error(told, error):
    with pytest.raises(error):
        ASKS.decode_response(json.dumps(told).encode())


async def test_the_package_asks_with_its_key_and_tokens_are_paid():
    async with ScriptedProvider() as upstream:
        upstream.script(said(REPLY))
        prices = {"input": "1", "output": "2"}
        row = {"model": "a/m", "upstream": "openai/gpt-4o-mini", "operations": ["chat"], "price_usd_per_mtok": prices}
        body = json.dumps({"model": "a/m", "messages": [HI]}).encode()
        got = await served("straico", upstream, "openai-chat", body, endpoints=[row])
        sent = upstream.requests[0]
    assert json.loads(got.body)["choices"][0]["message"]["content"] == "Hello"
    assert got.cost_nano == 6 * 1000 + 3 * 2000
    assert (sent.path[-18:], sent.header("authorization")) == ("/prompt/completion", "Bearer none")
