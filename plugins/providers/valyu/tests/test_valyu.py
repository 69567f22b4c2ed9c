"""Valyu's answers: the question that goes out, the events that come back, failures, and the package at work."""

import json

import pytest
from crossroads_valyu.chat import ValyuChat

from crossroads.errors import StreamCut, Unsupported, UpstreamRefused
from crossroads.testing import dialect_conformance, laws
from crossroads.testing.answers import Answer
from crossroads.testing.served import served
from crossroads.testing.upstream import ScriptedProvider
from crossroads.types.usage import Usage

TestValyu = dialect_conformance(ValyuChat)

ASKS = ValyuChat()
HI = {"role": "user", "content": "Capital?"}
SHAPE = {"type": "json_schema", "json_schema": {"name": "x", "schema": {"type": "object"}}}
FOUND = {"title": "Bern", "url": "https://b.example", "content": "long", "description": "the capital", "price": 0.01}
USED = {"input_tokens": 6, "output_tokens": 3}
EVENTS = (
    {"search_results": [FOUND]},
    {"choices": [{"delta": {"content": "Be"}}]},
    {"choices": [{"delta": {"role": "assistant"}}, {"delta": {"content": "no"}}]},
    {"choices": [{"delta": {"content": "rn."}}]},
    {"success": True, "tx_id": "t1", "ai_usage": USED, "contents": "Bern."},
)
STREAM = b"".join(b"data: %b\n\n" % json.dumps(one).encode() for one in EVENTS) + b"data: [DONE]\n\n"


def drafted(*messages, **fields):
    body = json.dumps({"messages": list(messages or [HI]), **fields}).encode()
    return ASKS.splice_request(ASKS.open(body), url="u", upstream="web")


def test_a_question_goes_out_with_instructions_a_schema_and_its_own_words():
    draft = drafted({"role": "system", "content": "Brief."}, HI, response_format=SHAPE, fast_mode=True, seed=1)
    assert draft.document == {
        "query": "Capital?", "search_type": "web", "fast_mode": True, "system_instructions": "Brief.",
        "structured_output": {"type": "object"},
    }  # fmt: skip
    assert [(lost.field, lost.how) for lost in draft.lost] == [("seed", "dropped")]
    with pytest.raises(Unsupported):
        drafted(response_format={"type": "json_object"})


def test_events_are_sources_pieces_and_what_was_used():
    chunks, decoder = laws.decode_all(ASKS, [STREAM])
    deltas = [one["choices"][0]["delta"] for one in chunks if one["choices"]]
    assert "".join(one.get("content", "") for one in deltas) == "Bern."
    note = {"url": "https://b.example", "title": "Bern", "content": "the capital"}
    assert deltas[0]["annotations"] == [{"type": "url_citation", "url_citation": note}]
    assert (decoder.usage, decoder.upstream_id) == (Usage(input_tokens=6, output_tokens=3, searches=1), "t1")
    assert isinstance(laws.decode_all(ASKS, [STREAM[: STREAM.index(b'data: {"success"')]])[1], StreamCut)


@pytest.mark.parametrize(
    "body", [b'data: {"success": false, "error": "no credits"}\n\n', b'{"success": false, "error": "bad key"}', b"{}"]
)
def test_what_did_not_succeed_is_an_error(body):
    with pytest.raises(UpstreamRefused):
        ASKS.decode_response(body)


async def test_the_package_gathers_the_answer_and_tokens_and_search_are_paid():
    async with ScriptedProvider() as upstream:
        upstream.script(Answer(raw=(STREAM,), content_type="text/event-stream", reports="no"))
        row = {"model": "valyu/answer-web", "upstream": "web", "operations": ["chat"], "price_usd": {"search": "0.01"}}
        row["price_usd_per_mtok"] = {"input": "1", "output": "2"}
        body = json.dumps({"model": "valyu/answer-web", "messages": [HI]}).encode()
        got = await served("valyu", upstream, "openai-chat", body, endpoints=[row])
        sent = upstream.requests[0]
    assert json.loads(got.body)["choices"][0]["message"]["content"] == "Bern."
    assert got.cost_nano == 10_000_000 + 6 * 1000 + 3 * 2000
    assert (sent.path.rpartition("/")[2], sent.header("x-api-key")) == ("answer", "none")
