"""Replies, streams and errors, from an Anthropic upstream and for a client of Anthropic's."""

import json

import pytest
from crossroads_anthropic_messages import AnthropicMessages, foreign
from crossroads_anthropic_messages.tools import OUTPUT_TOOL

from crossroads.dialect import Reply
from crossroads.errors import BadUpstream, UpstreamRefused
from crossroads.testing.laws import STAMP, decode_all
from crossroads.types.usage import Usage

DIALECT = AnthropicMessages()
COUNTS = {"input_tokens": 10, "output_tokens": 4}
USAGE = Usage(input_tokens=10, output_tokens=4)


def body(*content, **fields):
    message = {"id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": list(content)}
    return json.dumps({**message, "stop_reason": "end_turn", "stop_sequence": None, "usage": COUNTS, **fields}).encode()


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


def client_reply(document, usage=USAGE):
    return json.loads(DIALECT.encode_response(Reply(document=document, usage=usage), STAMP))


def client_events(chunks, usage=USAGE):
    encoder = DIALECT.encode_stream(STAMP)
    out = b"".join(encoder.encode({"choices": [{"index": 0, "delta": d, **end}]}) for d, end in chunks)
    out += encoder.close(usage)
    return [json.loads(line[5:]) for line in out.decode().split("\n") if line.startswith("data:")]


# replies


@pytest.mark.parametrize(
    ("reason", "finish"),
    [
        ("end_turn", "stop"),
        ("stop_sequence", "stop"),
        ("pause_turn", "stop"),
        ("max_tokens", "length"),
        ("model_context_window_exceeded", "length"),
        ("tool_use", "tool_calls"),
        ("refusal", "content_filter"),
        ("a_new_reason", "stop"),
    ],
)
def test_a_stop_reason_has_its_canonical_word_and_comes_back_as_it_was(reason, finish):
    reply = DIALECT.decode_response(body({"type": "text", "text": "x"}, stop_reason=reason))
    choice = reply.document["choices"][0]
    assert (choice["finish_reason"], choice["native_finish_reason"], reply.finish_reason) == (finish, reason, finish)
    assert json.loads(DIALECT.encode_response(reply, STAMP))["stop_reason"] == reason


def test_a_refusal_says_why_on_both_sides():
    details = {"type": "refusal", "category": "cyber", "explanation": "No."}
    reply = DIALECT.decode_response(body(stop_reason="refusal", stop_details=details))
    assert reply.document["choices"][0]["message"]["refusal"] == "No."
    assert json.loads(DIALECT.encode_response(reply, STAMP))["stop_details"] == details
    told = client_reply({"choices": [{"message": {"content": None, "refusal": "Never."}, "finish_reason": "stop"}]})
    assert (told["stop_reason"], told["stop_details"]["explanation"]) == ("refusal", "Never.")


def test_the_answer_of_the_forced_tool_is_the_text():
    call = {"type": "tool_use", "id": "t", "name": OUTPUT_TOOL, "input": {"n": 1}}
    reply = DIALECT.decode_response(body(call, stop_reason="tool_use"))
    choice = reply.document["choices"][0]
    assert (choice["message"]["content"], choice["finish_reason"]) == ('{"n":1}', "stop")
    assert "tool_calls" not in choice["message"]
    piece = {"type": "input_json_delta", "partial_json": '{"n":1}'}
    chunks, decoder = decode_all(DIALECT, [stream(block(0, {**call, "input": {}}, piece), reason="tool_use")])
    assert [c["choices"][0]["delta"].get("content") for c in chunks if c["choices"]] == ["", '{"n":1}', None]
    assert decoder.finish_reason == "stop"


def test_citations_are_annotations_of_the_text_that_they_support():
    web = {"type": "web_search_result_location", "url": "https://a.example", "title": "A", "cited_text": "x"}
    page = {"type": "page_location", "document_index": 0, "cited_text": "y", "start_page_number": 1}
    content = [{"type": "text", "text": "ab"}, {"type": "text", "text": "cd", "citations": [web, page]}]
    message = DIALECT.decode_response(body(*content)).document["choices"][0]["message"]
    assert message["content"] == "abcd"
    url, file = message["annotations"]
    assert url["url_citation"] == {
        "url": "https://a.example", "title": "A", "content": "x", "start_index": 2, "end_index": 4
    }  # fmt: skip
    assert file["file_citation"]["start_page_number"] == 1
    told = client_reply({"choices": [{"message": {"content": "abcd", "annotations": [url]}, "finish_reason": "stop"}]})
    assert told["content"][0]["citations"][0]["url"] == "https://a.example"


def test_blocks_in_an_unusual_order_come_back_in_it():
    content = [
        {"type": "text", "text": "a"},
        {"type": "server_tool_use", "id": "s", "name": "web_search", "input": {"query": "q"}},
        {"type": "thinking", "thinking": "t", "signature": "s"},
        {"type": "text", "text": "b"},
        {"type": "tool_use", "id": "u", "name": "f", "input": {}, "caller": {"type": "code_execution_20260120"}},
    ]
    reply = DIALECT.decode_response(body(*content))
    assert json.loads(DIALECT.encode_response(reply, STAMP))["content"] == content


@pytest.mark.parametrize(
    "bad", [b"", b"[]", b"{}", body(5), body({"type": "text"}), body({"type": "redacted_thinking"}), b'{"content":{}}']
)
def test_what_is_no_message_is_refused(bad):
    with pytest.raises(BadUpstream):
        DIALECT.decode_response(bad)
    with pytest.raises(BadUpstream):
        DIALECT.relay_response(bad, STAMP)


def test_an_error_in_a_200_is_an_error():
    told = b'{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}'
    with pytest.raises(UpstreamRefused) as caught:
        DIALECT.decode_response(told)
    assert (caught.value.code, caught.value.status, caught.value.billing) == ("provider_overloaded", 503, "maybe")


def test_a_reply_of_another_model_is_a_message():
    call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": '{"a":1}'}}
    message = {"content": "Hi", "reasoning": "hm", "tool_calls": [call]}
    told = client_reply({"choices": [{"message": message, "finish_reason": "tool_calls"}]})
    assert [one["type"] for one in told["content"]] == ["thinking", "text", "tool_use"]
    assert foreign.unpack(told["content"][0]["signature"])["format"] == "unknown"
    assert told["content"][2]["input"] == {"a": 1}
    assert (told["id"], told["model"], told["stop_reason"]) == (STAMP.id, STAMP.model, "tool_use")
    assert told["usage"]["cost"] == pytest.approx((3 * 10 + 7 * 4) / 1e9)


def test_an_ordinary_end_with_calls_is_tool_use_for_clients_but_anthropics_own_word_stays():
    call = {"index": 0, "id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    for native, told in (("stop", "tool_use"), ("end_turn", "end_turn")):
        end = {"index": 0, "finish_reason": "stop", "native_finish_reason": native}
        whole = Reply(document={"choices": [{**end, "message": {"content": None, "tool_calls": [call]}}]})
        assert json.loads(DIALECT.encode_response(whole, STAMP))["stop_reason"] == told
        encoder = DIALECT.encode_stream(STAMP)
        encoder.encode({"choices": [{"index": 0, "delta": {"tool_calls": [call]}}]})
        encoder.encode({"choices": [{**end, "delta": {}}]})
        assert b'"stop_reason":"%b"' % told.encode() in encoder.close(Usage())
