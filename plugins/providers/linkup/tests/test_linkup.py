"""Linkup's sourced answers: the question that goes out, the answer and its sources, and the package at work."""

import json

import pytest
from crossroads_linkup.chat import LinkupChat

from crossroads.errors import BadUpstream, Unsupported, UpstreamRefused
from crossroads.testing import dialect_conformance
from crossroads.testing.first_calls import said
from crossroads.testing.served import served
from crossroads.testing.upstream import ScriptedProvider
from crossroads.types.usage import Usage

TestLinkup = dialect_conformance(LinkupChat)

ASKS = LinkupChat()
HI = {"role": "user", "content": "Capital?"}
SHAPE = {"type": "json_schema", "json_schema": {"name": "x", "schema": {"type": "object"}}}
SOURCE = {"name": "Bern", "url": "https://b.example", "snippet": "the capital", "favicon": "https://b.example/f"}
REPLY = {"answer": "Bern.", "sources": [SOURCE]}


def drafted(*messages, **fields):
    body = json.dumps({"messages": list(messages or [HI]), **fields}).encode()
    return ASKS.splice_request(ASKS.open(body), url="u", upstream="deep")


def test_a_question_goes_out_at_a_depth_with_its_own_words():
    draft = drafted({"role": "system", "content": "Brief."}, HI, includeDomains=["b.example"])
    assert draft.document == {
        "q": "Capital?", "depth": "deep", "outputType": "sourcedAnswer", "includeDomains": ["b.example"],
    }  # fmt: skip
    assert [(lost.field, lost.how) for lost in draft.lost] == [("messages", "dropped")]


def test_a_schema_is_structured_output_and_json_without_one_is_refused():
    assert drafted(response_format=SHAPE).document["structuredOutputSchema"] == '{"type":"object"}'
    with pytest.raises(Unsupported):
        drafted(response_format={"type": "json_object"})


def test_an_answer_or_the_data_asked_for_names_its_sources():
    for told, text in ((REPLY, "Bern."), ({"data": {"city": "Bern"}, "sources": [SOURCE]}, '{"city":"Bern"}')):
        reply = ASKS.decode_response(json.dumps(told).encode())
        message = reply.document["choices"][0]["message"]
        note = {"url": "https://b.example", "title": "Bern", "content": "the capital"}
        assert (message["content"], message["annotations"][0]["url_citation"]) == (text, note)
        assert reply.usage == Usage(searches=1)


def test_an_error_or_nothing_is_no_answer():
    refused = b'{"statusCode": 400, "error": {"code": "VALIDATION_ERROR", "message": "bad"}}'
    for body, error in ((refused, UpstreamRefused), (b'{"results": []}', BadUpstream)):
        with pytest.raises(error):
            ASKS.decode_response(body)


async def test_the_package_asks_with_its_key_and_a_search_is_paid():
    async with ScriptedProvider() as upstream:
        upstream.script(said(REPLY))
        row = {"model": "linkup/deep", "upstream": "deep", "operations": ["chat"], "price_usd": {"search": "0.05"}}
        body = json.dumps({"model": "linkup/deep", "messages": [HI]}).encode()
        got = await served("linkup", upstream, "openai-chat", body, endpoints=[row])
        sent = upstream.requests[0]
    assert json.loads(got.body)["choices"][0]["message"]["content"] == "Bern."
    assert got.cost_nano == 50_000_000
    assert (sent.path.rpartition("/")[2], sent.header("authorization")) == ("search", "Bearer none")
