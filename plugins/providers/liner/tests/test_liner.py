"""Liner's agents: messages that go out, answers and events that come back, and the package at work."""

import json

import pytest
from crossroads_liner.chat import LinerChat

from crossroads.errors import StreamCut, Unsupported, UpstreamRefused
from crossroads.testing import dialect_conformance, laws
from crossroads.testing.answers import Answer
from crossroads.testing.first_calls import said
from crossroads.testing.served import served
from crossroads.testing.upstream import ScriptedProvider
from crossroads.types.usage import Usage

TestLiner = dialect_conformance(LinerChat)

ASKS = LinerChat()
HI = {"role": "user", "content": "Capital?"}
ROW = {"url": "https://b.example", "title": "Bern", "description": "the capital", "faviconUrl": "https://b/f"}
NOTE = {"type": "url_citation", "url_citation": {"url": "https://b.example", "title": "Bern", "content": "the capital"}}
EVENTS = (
    {"type": "start"},
    {"type": "text-delta", "delta": "Be"},
    {"type": "text-delta", "delta": "rn."},
    {"type": "data-search-references", "data": {"references": [ROW]}},
    {"type": "finish"},
)
STREAM = b"".join(b"data: %b\n\n" % json.dumps(one).encode() for one in EVENTS) + b"data: [DONE]\n\n"


def drafted(*messages, **fields):
    body = json.dumps({"messages": list(messages), **fields}).encode()
    return ASKS.splice_request(
        ASKS.open(body), url="https://platform.liner.com/api/v1/agents/search", upstream="search"
    )


def test_messages_go_out_the_system_first():
    draft = drafted(
        HI, {"role": "assistant", "content": "Of?"}, {"role": "developer", "content": "Brief."}, HI, stream=True
    )
    assert draft.document["messages"] == [
        {"role": "user", "content": "Brief."},
        HI,
        {"role": "assistant", "content": "Of?"},
        HI,
    ]
    assert draft.document["stream"] is True
    assert [(lost.field, lost.how) for lost in draft.lost] == [("messages[].role", "emulated")]
    with pytest.raises(Unsupported):
        drafted(HI, {"role": "assistant", "content": "Bern"})


def test_an_answer_names_its_references():
    reply = ASKS.decode_response(json.dumps({"answer": "Bern.", "references": [ROW, {"title": "no url"}]}).encode())
    message = reply.document["choices"][0]["message"]
    assert (message["content"], message["annotations"], reply.usage) == ("Bern.", [NOTE], Usage(searches=1))


def test_events_are_text_and_references_until_finish():
    chunks, decoder = laws.decode_all(ASKS, [STREAM])
    deltas = [one["choices"][0]["delta"] for one in chunks if one["choices"]]
    assert "".join(one.get("content", "") for one in deltas) == "Bern."
    assert [one["annotations"] for one in deltas if "annotations" in one] == [[NOTE]]
    assert decoder.finish_reason == "stop"
    assert isinstance(laws.decode_all(ASKS, [STREAM[: STREAM.index(b'data: {"type": "finish"')]])[1], StreamCut)


def test_an_error_among_the_events_is_one():
    bad = b'data: {"type": "data-error", "data": {"code": "X", "message": "agent failed"}}\n\n'
    assert isinstance(laws.decode_all(ASKS, [bad])[1], UpstreamRefused)


@pytest.mark.parametrize("stream", [False, True])
async def test_the_package_asks_its_agent_with_its_key_and_a_search_is_paid(stream):
    streamed = Answer(raw=(STREAM,), content_type="text/event-stream", reports="no")
    async with ScriptedProvider() as upstream:
        upstream.script(streamed if stream else said({"answer": "Bern.", "references": []}))
        row = {"model": "liner/search", "upstream": "search", "operations": ["chat"], "price_usd": {"search": "0.01"}}
        body = json.dumps({"model": "liner/search", "messages": [HI], "stream": stream}).encode()
        got = await served("liner", upstream, "openai-chat", body, endpoints=[row])
        sent = upstream.requests[0]
    assert b"rn." in got.body
    assert got.cost_nano == 10_000_000
    assert (sent.path.rpartition("/")[2], sent.header("x-api-key")) == ("search", "none")
