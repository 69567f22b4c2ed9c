"""Streams from an Anthropic upstream and for a client of Anthropic's."""

import json

import pytest
from crossroads_anthropic_messages import AnthropicMessages, foreign
from crossroads_openai_chat import OpenAIChat

from crossroads.errors import BadUpstream
from crossroads.holding import HELD_BYTES_MAX
from crossroads.testing.laws import STAMP, decode_all, relay_all
from crossroads.types.usage import Usage

DIALECT = AnthropicMessages()
COUNTS = {"input_tokens": 10, "output_tokens": 4}
USAGE = Usage(input_tokens=10, output_tokens=4)


def event(kind, **fields):
    return f"event: {kind}\ndata: {json.dumps({'type': kind, **fields})}\n\n".encode()


def stream(*events, reason="end_turn"):
    start = event("message_start", message={"id": "msg_1", "model": "m", "content": [], "usage": COUNTS})
    end = event("message_delta", delta={"stop_reason": reason, "stop_sequence": None}, usage={"output_tokens": 4})
    return start + b"".join(events) + end + event("message_stop")


def block(index, content, *deltas):
    out = event("content_block_start", index=index, content_block=content)
    return (
        out
        + b"".join(event("content_block_delta", index=index, delta=d) for d in deltas)
        + event("content_block_stop", index=index)
    )


TEXT = block(0, {"type": "text", "text": ""}, {"type": "text_delta", "text": "Hi"})


def client_events(chunks, usage=USAGE):
    encoder = DIALECT.encode_stream(STAMP)
    out = b"".join(encoder.encode({"choices": [{"index": 0, "delta": d, **end}]}) for d, end in chunks)
    out += encoder.close(usage)
    return [json.loads(line[5:]) for line in out.decode().split("\n") if line.startswith("data:")]


def test_the_price_leaves_once_at_the_end_and_identity_is_ours():
    out, error = relay_all(DIALECT, [stream(TEXT)])
    assert error is None
    events = [json.loads(line[5:]) for line in out.decode().split("\n") if line.startswith("data:")]
    assert (events[0]["message"]["id"], events[0]["message"]["model"]) == (STAMP.id, STAMP.model)
    assert [one["type"] for one in events[-2:]] == ["message_delta", "message_stop"]
    assert events[-2]["usage"]["cost"] == pytest.approx(58 / 1e9)
    assert out.count(b'"cost"') == 1


def test_nothing_leaves_before_the_first_token_and_then_all_of_it():
    relay = DIALECT.relay_stream(STAMP)
    head, tail = stream(TEXT).split(b"event: content_block_delta")
    assert relay.feed(head) == b""
    assert not relay.started
    assert relay.feed(b"event: content_block_delta" + tail).startswith(b"event: message_start")
    assert relay.started


def test_a_host_that_sends_no_token_is_stopped():
    relay = DIALECT.relay_stream(STAMP)
    relay.feed(stream().split(b"event: message_delta")[0])
    with pytest.raises(BadUpstream, match="without a token"):
        relay.feed(event("ping", filler="x" * HELD_BYTES_MAX))


def test_an_error_in_a_stream_leaves_after_the_tokens_before_it():
    told = event("error", error={"type": "overloaded_error", "message": "Overloaded"})
    data = stream(TEXT).split(b"event: message_delta")[0] + told
    out, error = relay_all(DIALECT, [data.removesuffix(told), told])
    assert b'"Hi"' in out
    assert (error.code, error.billing) == ("provider_overloaded", "maybe")
    chunks, failed = decode_all(DIALECT, [data])
    assert chunks[-1]["choices"][0]["delta"] == {"content": "Hi"}
    assert failed.code == "provider_overloaded"


def test_events_without_names_are_read_and_leave_with_them():
    bare = b"".join(line + b"\n\n" for line in stream(TEXT).split(b"\n") if line.startswith(b"data:"))
    out, error = relay_all(DIALECT, [bare + b"data: [DONE]\n\n"])
    assert error is None
    assert out.count(b"event: content_block_delta\n") == 1


def test_chunks_of_another_model_are_blocks_one_after_another():
    def call(index, **more):
        return {"tool_calls": [{"index": index, **more}]}

    first = {"id": "a", "function": {"name": "f", "arguments": ""}}
    second = {"id": "b", "function": {"name": "g", "arguments": '{"x":'}}
    events = client_events(
        [
            ({"role": "assistant", "content": ""}, {}),
            ({"reasoning": "h"}, {}),
            ({"reasoning": "m"}, {}),
            ({"content": "Hi"}, {}),
            (call(0, **first), {}),
            (call(1, **second), {}),
            (call(0, function={"arguments": "{}"}), {}),
            (call(1, function={"arguments": "1}"}), {"finish_reason": "tool_calls"}),
        ]
    )
    starts = [one["content_block"]["type"] for one in events if one["type"] == "content_block_start"]
    assert starts == ["thinking", "text", "tool_use", "tool_use"]
    opened = [one["index"] for one in events if one["type"] == "content_block_start"]
    closed = [one["index"] for one in events if one["type"] == "content_block_stop"]
    assert opened == closed == [0, 1, 2, 3]
    texts = {}
    for one in events:
        if one["type"] == "content_block_delta" and "partial_json" in one["delta"]:
            texts[one["index"]] = texts.get(one["index"], "") + one["delta"]["partial_json"]
    assert texts == {2: "{}", 3: '{"x":1}'}
    assert events[-2]["delta"]["stop_reason"] == "tool_use"
    assert events[-2]["usage"]["output_tokens"] == 4


def test_encrypted_reasoning_of_another_format_comes_back_from_a_stream_whole():
    text = {"type": "reasoning.summary", "summary": "s", "format": "openai-responses-v1", "id": "rs_1", "index": 0}
    sealed = {"type": "reasoning.encrypted", "data": "zz", "format": "openai-responses-v1", "id": "rs_1", "index": 1}
    events = client_events([({"reasoning_details": [text]}, {}), ({"reasoning_details": [sealed]}, {})])
    seals = [one["delta"]["signature"] for one in events if (one.get("delta") or {}).get("type") == "signature_delta"]
    data = [one["content_block"]["data"] for one in events if "data" in one.get("content_block", {})]
    assert [foreign.unpack(seal) for seal in (*seals, *data)] == [
        {name: value for name, value in text.items() if name != "summary"},
        sealed,
    ]


def test_a_stream_for_a_chat_client_is_what_openai_would_have_sent():
    chunks, decoder = decode_all(DIALECT, [stream(TEXT)])
    encoder = OpenAIChat().encode_stream(STAMP)
    out = b"".join(map(encoder.encode, chunks)) + encoder.close(decoder.usage)
    told = [json.loads(line[6:]) for line in out.decode().split("\n") if line.startswith("data: {")]
    assert "".join(c["choices"][0]["delta"].get("content") or "" for c in told if c["choices"]) == "Hi"
    assert [c["choices"][0]["finish_reason"] for c in told if c["choices"]] == [None, None, "stop"]
    assert told[-1]["usage"]["prompt_tokens"] == 10
    assert out.endswith(b"data: [DONE]\n\n")


def test_a_stream_that_was_not_counted_to_its_end_is_estimated_by_what_it_has_said():
    told = json.dumps({"id": "m", "content": [], "usage": {"input_tokens": 10, "output_tokens": 1}}).encode()
    begun = b'data: {"type":"message_start","message":%b}\n\n' % told
    begun += b'data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}\n\n'
    begun += b'data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hi"}}\n\n' * 5
    for reader in (DIALECT.relay_stream(STAMP), DIALECT.decode_stream()):
        reader.feed(begun)
        assert reader.usage == Usage(input_tokens=10, output_tokens=5, quality="estimated")
        reader.feed(
            b'data: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":7}}\n\n'
        )
        assert reader.usage == Usage(input_tokens=10, output_tokens=7)


def test_what_was_counted_is_not_taken_back_by_a_0_of_an_imitator():
    told = json.dumps({"id": "m", "content": [], "usage": {"input_tokens": 10, "output_tokens": 1}}).encode()
    said = b'{"input_tokens":0,"output_tokens":7,"cache_read_input_tokens":0}'
    data = b'data: {"type":"message_start","message":%b}\n\n' % told
    data += b'data: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":%b}\n\n' % said
    for reader in (DIALECT.relay_stream(STAMP), DIALECT.decode_stream()):
        reader.feed(data)
        assert reader.usage == Usage(input_tokens=10, output_tokens=7)
