"""LightOn's ask: the question that goes out, answers and events that come back, and the package at work."""

import json

import pytest
from crossroads_lighton.chat import LightOnChat

from crossroads.errors import BadUpstream, StreamCut, Unsupported, UpstreamRefused
from crossroads.testing import dialect_conformance, laws
from crossroads.testing.answers import Answer
from crossroads.testing.first_calls import said
from crossroads.testing.served import served
from crossroads.testing.upstream import ScriptedProvider

TestLightOn = dialect_conformance(LightOnChat)

ASKS = LightOnChat()
HI = {"role": "user", "content": "Who signed?"}
SHAPE = {"type": "json_schema", "json_schema": {"name": "x", "schema": {"type": "object"}}}
STREAM = (
    b'event: sources\ndata: {"results": []}\n\nevent: token\ndata: {"type": "token", "text": "Ber"}\n\n: beat\n\n'
    b'event: token\ndata: {"text": "nd."}\n\nevent: later\ndata: {}\n\nevent: done\ndata: {}\n\n'
)


def drafted(*messages, upstream="ask", **fields):
    body = json.dumps({"messages": list(messages or [HI]), **fields}).encode()
    return ASKS.splice_request(ASKS.open(body), url="https://api.lighton.ai/api/v3/ask", upstream=upstream)


def test_a_question_goes_out_with_its_scope_and_its_schema():
    draft = drafted(workspace_id=[7], response_format=SHAPE, stream=True)
    assert draft.document == {
        "query": "Who signed?", "response_format": {"type": "object"}, "stream": True, "workspace_id": [7],
    }  # fmt: skip
    assert drafted(upstream="mistral-large").document == {"query": "Who signed?", "model": "mistral-large"}


@pytest.mark.parametrize(
    "fields",
    [{"response_format": {"type": "json_object"}}, {"messages": [{"role": "user", "content": "x" * 1501}]}],
)
def test_what_it_does_not_take_is_refused(fields):
    with pytest.raises(Unsupported):
        drafted(*fields.pop("messages", []), **fields)


def test_tokens_are_a_stream_until_done():
    chunks, decoder = laws.decode_all(ASKS, [STREAM])
    assert "".join(one["choices"][0]["delta"].get("content", "") for one in chunks) == "Bernd."
    assert decoder.finish_reason == "stop"
    assert isinstance(laws.decode_all(ASKS, [STREAM[: STREAM.index(b"event: done")]])[1], StreamCut)
    assert isinstance(
        laws.decode_all(ASKS, [b'event: error\ndata: {"detail": "model is down"}\n\n'])[1], UpstreamRefused
    )


def test_an_answer_is_a_text_and_nothing_else_is_one():
    assert ASKS.decode_response(b'{"answer": "Bernd.", "results": []}').document["choices"][0]["message"]["content"]
    with pytest.raises(BadUpstream):
        ASKS.decode_response(b'{"answer": null, "results": []}')


@pytest.mark.parametrize("stream", [False, True])
async def test_the_package_asks_with_its_key(stream):
    streamed = Answer(raw=(STREAM,), content_type="text/event-stream", reports="no")
    async with ScriptedProvider() as upstream:
        upstream.script(streamed if stream else said({"answer": "Bernd.", "results": []}))
        row = {"model": "lighton/ask", "upstream": "ask", "operations": ["chat"], "price_usd": {"request": "0.01"}}
        row["price_usd_per_mtok"] = {"input": "0", "output": "0"}
        body = json.dumps({"model": "lighton/ask", "messages": [HI], "stream": stream}).encode()
        got = await served("lighton", upstream, "openai-chat", body, endpoints=[row])
        sent = upstream.requests[0]
    assert b"nd." in got.body
    assert got.cost_nano == 10_000_000
    assert (sent.path[-11:], sent.header("authorization")) == ("/api/v3/ask", "Bearer none")
