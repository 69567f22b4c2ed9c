"""GPTRouter: messages for a model of a provider, one text or the pieces of it, and the package at work."""

import json

import pytest
from crossroads_gpt_router.chat import GPTRouterChat

from crossroads.errors import BadUpstream, StreamCut, UpstreamRefused
from crossroads.testing import dialect_conformance, laws
from crossroads.testing.answers import Answer
from crossroads.testing.served import served
from crossroads.testing.upstream import ScriptedProvider

TestGPTRouter = dialect_conformance(GPTRouterChat)

ASKS = GPTRouterChat()
TALK = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": [{"type": "text", "text": "Hi"}]}]
WHOLE = {
    "id": "g-1",
    "choices": [{"index": 0, "text": "Yes?", "finish_reason": "length", "role": "assistant"}],
    "meta": {"usage": {"prompt_tokens": 3, "completion_tokens": 2}},
}
STREAM = (
    b'data: {"event": "generation_source", "data": {"model": "m"}}\n\n'
    b'data: {"event": "update", "data": {"text": "Ye"}}\n\n'
    b'data: {"event": "update", "data": {"text": "s?"}}\n\n'
    b'data: {"event": "meta", "data": {"usage": {"prompt_tokens": 3, "completion_tokens": 2}}}\n\n'
)
END = b'data: {"event": "end", "data": {"finish_reason": "length"}}\n\n'


def drafted(upstream="chat_openai/gpt-4o", **fields):
    opened = ASKS.open(json.dumps({"messages": TALK, **fields}).encode())
    return ASKS.splice_request(opened, url="u", upstream=upstream)


def test_a_model_is_one_of_a_provider():
    draft = drafted("together_ai/meta/llama", max_completion_tokens=9, temperature=0, seed=1)
    assert draft.document == {
        "stream": False,
        "data": [
            {
                "modelName": "meta/llama",
                "providerName": "together_ai",
                "order": 1,
                "promptParams": {
                    "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi"}],
                    "max_tokens": 9,
                    "temperature": 0,
                },
            }
        ],
    }
    assert [(lost.field, lost.how) for lost in draft.lost] == [("seed", "dropped")]
    (one,) = drafted("gpt-4o").document["data"]
    assert (one["providerName"], one["modelName"]) == ("chat_openai", "gpt-4o")


def test_a_promised_format_goes_along():
    draft = drafted(response_format={"type": "json_object"})
    assert draft.document["data"][0]["promptParams"]["response_format"] == {"type": "json_object"}


def test_a_reply_is_one_text():
    reply = ASKS.decode_response(json.dumps(WHOLE).encode())
    assert reply.document["choices"][0]["message"]["content"] == "Yes?"
    assert (reply.finish_reason, reply.upstream_id, reply.usage.completion_tokens) == ("length", "g-1", 2)


def test_counts_may_stand_in_meta_itself_or_nowhere():
    flat = {**WHOLE, "meta": {"prompt_tokens": 1, "completion_tokens": 1}}
    assert ASKS.decode_response(json.dumps(flat).encode()).usage.prompt_tokens == 1
    assert ASKS.decode_response(json.dumps({**WHOLE, "meta": None}).encode()).usage is None


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"choices": []}, BadUpstream),
        ({"choices": [{"finish_reason": "stop"}]}, BadUpstream),
        ({"message": "No such model"}, UpstreamRefused),
    ],
)
def test_what_is_no_text_is_an_error(body, error):
    with pytest.raises(error):
        ASKS.decode_response(json.dumps(body).encode())


@pytest.mark.parametrize(("tail", "reason"), [(END, "length"), (b"", "stop")])
def test_a_stream_ends_by_its_event_or_its_framing(tail, reason):
    chunks, decoder = laws.decode_all(ASKS, [STREAM + tail])
    assert "".join(one["choices"][0]["delta"].get("content", "") for one in chunks if one["choices"]) == "Yes?"
    assert (decoder.finish_reason, decoder.usage.completion_tokens) == (reason, 2)


def test_a_stream_without_an_end_is_cut():
    assert isinstance(laws.decode_all(ASKS, [STREAM], framed=False)[1], StreamCut)


@pytest.mark.parametrize(
    ("event", "error"),
    [(b'{"event": "error", "message": "no"}', UpstreamRefused), (b'{"event": "x"}', BadUpstream)],
)
def test_an_error_of_a_stream(event, error):
    assert isinstance(laws.decode_all(ASKS, [b"data: " + event + b"\n\n"])[1], error)


ROW = {
    "model": "me/gpt",
    "upstream": "chat_openai/gpt-4o",
    "operations": ["chat"],
    "price_usd_per_mtok": {"input": "1", "output": "2"},
}


async def test_the_package_asks_with_its_key():
    body = json.dumps({"model": "me/gpt", "messages": TALK}).encode()
    async with ScriptedProvider() as upstream:
        upstream.script(Answer(raw=(json.dumps(WHOLE).encode(),), content_type="application/json", reports="no"))
        got = await served("gpt-router", upstream, "openai-chat", body, endpoints=[ROW])
        sent = upstream.requests[0]
    assert json.loads(got.body)["choices"][0]["message"]["content"] == "Yes?"
    assert got.cost_nano == 3 * 1000 + 2 * 2000
    assert (sent.path.rpartition("/")[2], sent.header("ws-secret")) == ("generate", "none")
