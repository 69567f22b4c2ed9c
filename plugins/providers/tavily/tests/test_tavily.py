"""Tavily's answers: the search that goes out, the answer and what was found, and the package at work."""

import json

import pytest
from crossroads_tavily.chat import TavilyChat

from crossroads.errors import BadUpstream, UpstreamRefused
from crossroads.testing import dialect_conformance
from crossroads.testing.first_calls import said
from crossroads.testing.served import served
from crossroads.testing.upstream import ScriptedProvider

TestTavily = dialect_conformance(TavilyChat)

ASKS = TavilyChat()
HI = {"role": "user", "content": "Capital?"}
REPLY = {
    "query": "Capital?",
    "answer": "Bern.",
    "results": [{"title": "Bern", "url": "https://b.example", "content": "the capital", "score": 0.9}],
    "request_id": "r1",
}


def test_a_search_goes_out_for_an_answer_with_its_own_words():
    body = json.dumps({"messages": [HI], "topic": "news", "temperature": 0}).encode()
    draft = ASKS.splice_request(ASKS.open(body), url="u", upstream="advanced")
    assert draft.document == {"query": "Capital?", "include_answer": "advanced", "topic": "news"}
    assert [(lost.field, lost.how) for lost in draft.lost] == [("temperature", "dropped")]


def test_an_answer_names_what_was_found():
    reply = ASKS.decode_response(json.dumps(REPLY).encode())
    message = reply.document["choices"][0]["message"]
    note = {"url": "https://b.example", "title": "Bern", "content": "the capital"}
    assert (message["content"], message["annotations"][0]["url_citation"], reply.upstream_id) == ("Bern.", note, "r1")


def test_a_search_without_an_answer_is_none():
    for body, error in (
        (b'{"detail": {"error": "bad key"}}', (BadUpstream, UpstreamRefused)),
        (b'{"answer": null}', BadUpstream),
    ):
        with pytest.raises(error):
            ASKS.decode_response(body)


async def test_the_package_asks_with_its_key_and_a_search_is_paid():
    async with ScriptedProvider() as upstream:
        upstream.script(said(REPLY))
        row = {"model": "tavily/basic", "upstream": "basic", "operations": ["chat"], "price_usd": {"search": "0.008"}}
        body = json.dumps({"model": "tavily/basic", "messages": [HI]}).encode()
        got = await served("tavily", upstream, "openai-chat", body, endpoints=[row])
        sent = upstream.requests[0]
    assert json.loads(got.body)["choices"][0]["message"]["content"] == "Bern."
    assert got.cost_nano == 8_000_000
    assert (sent.path.rpartition("/")[2], sent.header("authorization")) == ("search", "Bearer none")
