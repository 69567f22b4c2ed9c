"""Kagi's FastGPT: the question that goes out, the answer and its sources, and the package at work."""

import json

import pytest
from crossroads_kagi.chat import KagiChat

from crossroads.errors import BadUpstream, Unsupported, UpstreamRefused
from crossroads.testing import dialect_conformance, laws
from crossroads.testing.first_calls import said
from crossroads.testing.served import served
from crossroads.testing.upstream import ScriptedProvider
from crossroads.types.usage import Usage

TestKagi = dialect_conformance(KagiChat)

ASKS = KagiChat()
REPLY = {
    "meta": {"id": "120145af", "node": "us-east", "ms": 7943},
    "data": {
        "output": "Bern [1].",
        "tokens": 757,
        "references": [{"title": "Bern", "snippet": "the capital", "url": "https://en.wikipedia.org/wiki/Bern"}],
    },
}


def drafted(*messages, **fields):
    opened = ASKS.open(json.dumps({"messages": list(messages), **fields}).encode())
    return ASKS.splice_request(opened, url="https://kagi.com/api/v0/fastgpt", upstream="fastgpt")


def test_the_last_question_is_asked_and_the_rest_is_told():
    draft = drafted({"role": "system", "content": "Be brief."}, {"role": "user", "content": "Capital?"}, cache=False)
    assert draft.document == {"query": "Capital?", "cache": False}
    assert [(lost.field, lost.how) for lost in draft.lost] == [("messages", "dropped")]
    with pytest.raises(Unsupported):
        drafted({"role": "assistant", "content": "Bern"})


def test_an_answer_names_its_sources():
    reply = ASKS.decode_response(json.dumps(REPLY).encode())
    (choice,) = reply.document["choices"]
    assert choice["message"]["content"] == "Bern [1]."
    assert choice["message"]["annotations"][0]["url_citation"]["content"] == "the capital"
    assert (reply.upstream_id, reply.usage) == ("120145af", Usage(searches=1))


def test_an_error_or_nothing_is_no_answer():
    refused = {"meta": {"id": "x"}, "data": None, "error": [{"code": 2, "msg": "Insufficient credit", "ref": None}]}
    for body, error in ((refused, (BadUpstream, UpstreamRefused)), ({"meta": {}, "data": {}}, BadUpstream)):
        with pytest.raises(error):
            ASKS.decode_response(json.dumps(body).encode())


def test_a_client_that_streams_gets_it_as_one_piece():
    chunks, _ = laws.decode_all(ASKS, [json.dumps(REPLY).encode()])
    (choice,) = chunks[0]["choices"]
    assert (choice["delta"]["content"], choice["finish_reason"]) == ("Bern [1].", "stop")


async def test_the_package_asks_with_its_key_and_the_search_is_paid():
    async with ScriptedProvider() as upstream:
        upstream.script(said(REPLY))
        row = {"model": "kagi/fastgpt", "upstream": "fastgpt", "operations": ["chat"], "price_usd": {"search": "0.015"}}
        body = json.dumps({"model": "kagi/fastgpt", "messages": [{"role": "user", "content": "Capital?"}]}).encode()
        got = await served("kagi", upstream, "openai-chat", body, endpoints=[row])
        sent = upstream.requests[0]
    assert json.loads(got.body)["choices"][0]["message"]["content"] == "Bern [1]."
    assert got.cost_nano == 15_000_000
    assert (sent.path.rpartition("/")[2], sent.header("authorization")) == ("fastgpt", "Bot none")
    assert sent.json == {"query": "Capital?"}
