"""Symbl.ai's Nebula: turns that go out, deltas that come back, as a stream and gathered, and the package at work."""

import json

import pytest
from crossroads_symbl_ai.chat import NebulaChat

from crossroads.errors import BadUpstream, StreamCut, UpstreamRefused
from crossroads.testing import dialect_conformance, laws
from crossroads.testing.answers import Answer
from crossroads.testing.served import served
from crossroads.testing.upstream import ScriptedProvider

TestNebula = dialect_conformance(NebulaChat)

ASKS = NebulaChat()
TALK = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "Hi"},
    {"role": "assistant", "content": "Yes?"},
    {"role": "user", "content": "Why?"},
]
STREAM = b'data: {"delta": "Be"}\n\ndata: {"delta": "cause."}\n\n'


def test_turns_are_a_humans_and_an_assistants():
    body = json.dumps({"messages": TALK, "max_tokens": 9, "seed": 1}).encode()
    draft = ASKS.splice_request(ASKS.open(body), url="u", upstream="nebula-chat")
    assert draft.document == {
        "system_prompt": "Be brief.",
        "messages": [
            {"role": "human", "text": "Hi"},
            {"role": "assistant", "text": "Yes?"},
            {"role": "human", "text": "Why?"},
        ],
        "max_new_tokens": 9,
    }
    assert [(lost.field, lost.how) for lost in draft.lost] == [("seed", "dropped")]


def test_deltas_are_a_stream_that_its_framing_ends():
    chunks, decoder = laws.decode_all(ASKS, [STREAM])
    assert "".join(one["choices"][0]["delta"].get("content", "") for one in chunks) == "Because."
    assert decoder.finish_reason == "stop"
    assert isinstance(laws.decode_all(ASKS, [STREAM], framed=False)[1], StreamCut)


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b'data: {"error": "no"}\n\n', UpstreamRefused),
        (b'data: {"x": 1}\n\n', BadUpstream),
        (b'{"detail": "Invalid key"}', UpstreamRefused),
        (b'{"delta": "a"}', BadUpstream),
    ],
)
def test_what_is_no_delta_is_an_error(body, error):
    with pytest.raises(error):
        ASKS.decode_response(body)


async def test_the_package_gathers_a_stream_for_a_client_that_wants_none():
    async with ScriptedProvider() as upstream:
        upstream.script(Answer(raw=(STREAM,), content_type="text/event-stream", reports="no"))
        body = json.dumps({"model": "symbl-ai/nebula-chat", "messages": TALK[1:2]}).encode()
        got = await served("symbl-ai", upstream, "openai-chat", body)
        sent = upstream.requests[0]
    told = json.loads(got.body)
    assert (told["choices"][0]["message"]["content"], told["object"]) == ("Because.", "chat.completion")
    assert (sent.path.rpartition("/v1/")[2], sent.header("apikey")) == ("model/chat/streaming", "none")
