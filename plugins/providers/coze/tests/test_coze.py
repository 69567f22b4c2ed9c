"""Coze's chat: what a bot is sent, events as a stream and gathered, failures, and the package at work."""

import json

import pytest
from crossroads_coze.chat import CozeChat

from crossroads.errors import BadUpstream, StreamCut, UpstreamRefused
from crossroads.testing import dialect_conformance, laws
from crossroads.testing.answers import Answer
from crossroads.testing.served import served
from crossroads.testing.upstream import ScriptedProvider
from crossroads.types.usage import Usage

TestCoze = dialect_conformance(CozeChat)

ASKS = CozeChat()
HI = {"role": "user", "content": "Hi"}


def event(name, **told):
    return b"event:%b\ndata:%b\n\n" % (name.encode(), json.dumps(told).encode())


def said(text, kind="answer"):
    return event("conversation.message.delta", role="assistant", type=kind, content=text, content_type="text")


DONE = event(
    "conversation.chat.completed",
    id="7",
    status="completed",
    usage={"token_count": 9, "input_count": 6, "output_count": 3},
)
STREAM = b"".join(
    (
        event("conversation.chat.created", id="7", status="created"),
        said("Hel"),
        said("{}", "function_call"),
        said("lo"),
        event("conversation.message.completed", role="assistant", type="answer", content="Hello", content_type="text"),
        DONE,
        b'event:done\ndata:"[DONE]"\n\n',
    )
)


def drafted(*messages, **fields):
    body = json.dumps({"messages": list(messages), **fields}).encode()
    return ASKS.splice_request(ASKS.open(body), url="https://api.coze.com/v3/chat", upstream="bot7")


def test_a_bot_is_sent_the_messages_and_keeps_none():
    draft = drafted({"role": "system", "content": "Be brief."}, HI, custom_variables={"a": "b"}, temperature=0)
    question = {"role": "user", "type": "question", "content_type": "text"}
    assert draft.document == {
        "bot_id": "bot7",
        "user_id": "crossroads",
        "stream": True,
        "auto_save_history": False,
        "additional_messages": [{**question, "content": "Be brief."}, {**question, "content": "Hi"}],
        "custom_variables": {"a": "b"},
    }
    assert {(lost.field, lost.how) for lost in draft.lost} == {
        ("messages[].role", "emulated"),
        ("temperature", "dropped"),
    }


def test_a_user_is_never_named():
    draft = drafted(HI, user="mia@northwind.example")
    assert draft.document["user_id"].startswith("user-")
    assert "mia" not in json.dumps(draft.document)


def test_events_are_a_stream_with_its_tokens_and_without_the_bots_tools():
    chunks, decoder = laws.decode_all(ASKS, [STREAM])
    assert "".join(one["choices"][0]["delta"].get("content", "") for one in chunks if one["choices"]) == "Hello"
    assert (decoder.usage, decoder.upstream_id) == (Usage(input_tokens=6, output_tokens=3), "7")
    assert isinstance(laws.decode_all(ASKS, [STREAM[: STREAM.index(DONE)]])[1], StreamCut)


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (event("conversation.chat.failed", id="7", last_error={"code": 5000, "msg": "overloaded"}), UpstreamRefused),
        (event("conversation.chat.requires_action", id="7"), BadUpstream),
        (event("error", code=4028, msg="quota used"), UpstreamRefused),
        (b'{"code": 4101, "msg": "The token you entered is incorrect"}', UpstreamRefused),
        (b"{}", BadUpstream),
    ],
)
def test_a_failure_is_an_error_however_it_comes(body, error):
    with pytest.raises(error):
        ASKS.decode_response(body)


async def test_the_package_gathers_the_answer_and_its_tokens_are_paid():
    async with ScriptedProvider() as upstream:
        upstream.script(Answer(raw=(STREAM,), content_type="text/event-stream", reports="no"))
        prices = {"input": "1", "output": "2"}
        row = {"model": "me/bot", "upstream": "bot7", "operations": ["chat"], "price_usd_per_mtok": prices}
        body = json.dumps({"model": "me/bot", "messages": [HI]}).encode()
        got = await served("coze", upstream, "openai-chat", body, endpoints=[row])
        sent = upstream.requests[0]
    assert json.loads(got.body)["choices"][0]["message"]["content"] == "Hello"
    assert got.cost_nano == 6 * 1000 + 3 * 2000
    assert (sent.path[-8:], sent.header("authorization"), sent.json["bot_id"]) == ("/v3/chat", "Bearer none", "bot7")
