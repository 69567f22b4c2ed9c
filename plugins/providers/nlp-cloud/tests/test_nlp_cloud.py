"""NLP Cloud's generation: the prompt that goes out, the text that follows, and the package at work."""

import json

import pytest
from crossroads_nlp_cloud.chat import NLPCloudChat

from crossroads.errors import BadUpstream, UpstreamRefused
from crossroads.testing import dialect_conformance
from crossroads.testing.first_calls import said
from crossroads.testing.served import served
from crossroads.testing.upstream import ScriptedProvider

TestNLPCloud = dialect_conformance(NLPCloudChat)

ASKS = NLPCloudChat()
HI = {"role": "user", "content": "Hi"}


def test_a_prompt_goes_out_with_its_words():
    body = json.dumps({"messages": [HI], "max_tokens": 9, "top_p": 0.5, "seed": 1, "bad_words": ["x"]}).encode()
    draft = ASKS.splice_request(ASKS.open(body), url="u", upstream="dolphin")
    assert draft.document == {"text": "Hi", "remove_input": True, "max_length": 9, "top_p": 0.5, "bad_words": ["x"]}
    assert [(lost.field, lost.how) for lost in draft.lost] == [("seed", "dropped")]


def test_the_text_is_the_answer_and_anything_else_is_none():
    reply = ASKS.decode_response(b'{"generated_text": "Hello"}')
    assert (reply.document["choices"][0]["message"]["content"], reply.usage) == ("Hello", None)
    for body, error in ((b'{"detail": "no such model"}', UpstreamRefused), (b"{}", BadUpstream)):
        with pytest.raises(error):
            ASKS.decode_response(body)


async def test_the_package_asks_with_its_token_and_an_estimate_is_paid():
    async with ScriptedProvider() as upstream:
        upstream.script(said({"generated_text": "Hello"}))
        body = json.dumps({"model": "nlp-cloud/dolphin", "messages": [HI]}).encode()
        got = await served("nlp-cloud", upstream, "openai-chat", body)
        sent = upstream.requests[0]
    assert json.loads(got.body)["choices"][0]["message"]["content"] == "Hello"
    assert got.call.attempt.usage.quality == "estimated"
    assert got.cost_nano > 0
    assert (sent.path[-23:], sent.header("authorization")) == ("/gpu/dolphin/generation", "Token none")
