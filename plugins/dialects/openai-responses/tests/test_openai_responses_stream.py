"""Streams: what is held back, what is touched, what ends one, what breaks one, and both translations."""

import json

import pytest
from crossroads_openai_chat import OpenAIChat
from crossroads_openai_responses import OpenAIResponses
from hypothesis import given, settings
from hypothesis import strategies as st

from crossroads.errors import BadUpstream, StreamCut, UpstreamRefused
from crossroads.holding import HELD_BYTES_MAX
from crossroads.testing.laws import NO_USAGE, STAMP, decode_all, relay_all
from crossroads.testing.recordings import NO_RECORDINGS, recordings, recordings_folder, vectors
from crossroads.types.usage import Usage

DIALECT, CHAT = OpenAIResponses(), OpenAIChat()
VECTORS = {vector.name: vector for vector in vectors("openai-responses")}
DONE = b"data: [DONE]\n\n"


def event(kind, **fields):
    return f"event: {kind}\ndata: {json.dumps({'type': kind, **fields})}\n\n".encode()


def lifecycle(kind, **fields):
    response = {"id": "resp_1", "object": "response", "created_at": 7, "model": "small-2", "output": [], **fields}
    return event(f"response.{kind}", response={"status": kind, **response})


def delta(text, **fields):
    at = {"item_id": "msg_1", "output_index": 0, "content_index": 0, "logprobs": []}
    return event("response.output_text.delta", delta=text, **{**at, **fields})


def done(item, index=0):
    return event("response.output_item.done", output_index=index, item=item)


def events(out):
    lines = [line[6:] for block in out.split(b"\n\n") for line in block.split(b"\n") if line.startswith(b"data: ")]
    return [json.loads(line) for line in lines if line != b"[DONE]"]


def encoded(*deltas, finish="stop", usage=NO_USAGE, **choice):
    encoder = DIALECT.encode_stream(STAMP)
    chunks = [{"choices": [{"index": 0, "delta": one, "finish_reason": None, **choice}]} for one in deltas]
    chunks.append({"choices": [{"index": 0, "delta": {}, "finish_reason": finish}]})
    return b"".join(map(encoder.encode, chunks)) + encoder.close(usage)


CREATED, COMPLETED = lifecycle("created", status="in_progress"), lifecycle("completed", usage=None)
ADDED = event("response.output_item.added", output_index=0, item={"type": "message", "id": "msg_1", "content": []})


def test_nothing_leaves_before_the_first_token():
    relay = DIALECT.relay_stream(STAMP)
    assert relay.feed(b": keep-alive\n\n" + CREATED + ADDED) == b""
    assert (relay.started, relay.seen_tokens) == (False, 0)
    out = events(relay.feed(delta("Hi")))
    assert [one["type"] for one in out] == [
        "response.created", "response.output_item.added", "response.output_text.delta"
    ]  # fmt: skip
    assert (relay.started, relay.seen_tokens, relay.upstream_id) == (True, 1, "resp_1")


def test_a_working_server_tool_is_a_start():
    assert DIALECT.relay_stream(STAMP).feed(CREATED + event("response.web_search_call.searching", output_index=0))


def test_only_identity_and_usage_are_touched():
    out, error = relay_all(DIALECT, [CREATED + delta("Hi", obfuscation="xyz") + COMPLETED])
    created, told, completed = events(out)
    assert error is None
    assert created["response"]["id"] == completed["response"]["id"] == STAMP.id
    assert completed["response"]["model"] == STAMP.model
    assert told == events(delta("Hi", obfuscation="xyz"))[0]
    assert completed["response"]["usage"]["total_tokens"] == 0
    assert out.endswith(DONE)


def test_a_host_that_sends_done_gets_one_done():
    assert relay_all(DIALECT, [CREATED + delta("Hi") + COMPLETED + DONE])[0].count(DONE) == 1


def test_an_error_before_the_first_token_lets_another_endpoint_try():
    relay = DIALECT.relay_stream(STAMP)
    with pytest.raises(UpstreamRefused) as caught:
        relay.feed(CREATED + event("error", code="rate_limit_exceeded", message="Slow down.", param=None))
    assert (caught.value.code, caught.value.billing) == ("rate_limit_exceeded", "maybe")


@pytest.mark.parametrize(
    "broken",
    [lifecycle("failed", error={"code": "server_error", "message": "Oops."}),
     event("error", error={"type": "server_error", "message": "Oops."}), b'data: {"error": {"message": "Oops."}}\n\n',
     lifecycle("failed")],
)  # fmt: skip
def test_an_error_after_tokens_leaves_after_them(broken):
    out, error = relay_all(DIALECT, [CREATED + delta("Hi"), broken])
    assert b"Hi" in out
    assert b"[DONE]" not in out
    assert isinstance(error, BadUpstream | UpstreamRefused)
    chunks, error = decode_all(DIALECT, [CREATED + delta("Hi"), broken])
    assert len(chunks) == 1
    assert isinstance(error, BadUpstream | UpstreamRefused)


@pytest.mark.parametrize("cut", [b"", DONE, COMPLETED[:-9], b'data: {"type": "response.comp'])
def test_only_the_formats_own_end_is_an_end(cut):
    for read in (relay_all, decode_all):
        assert isinstance(read(DIALECT, [CREATED + delta("Hi") + cut])[1], StreamCut)


def test_a_last_event_without_its_blank_line_counts():
    assert relay_all(DIALECT, [CREATED + delta("Hi") + COMPLETED.rstrip()])[1] is None


@pytest.mark.parametrize("data", [b"data: nonsense\n\n", b"data: []\n\n", b'data: {"type": 5}\n\n', b"data: {}\n\n"])
def test_what_is_no_event_is_refused(data):
    with pytest.raises(BadUpstream):
        DIALECT.relay_stream(STAMP).feed(data)


def test_output_that_never_becomes_a_token_is_bounded():
    relay = DIALECT.relay_stream(STAMP)
    piece = lifecycle("in_progress", instructions="x" * 100_000)
    with pytest.raises(BadUpstream, match=str(HELD_BYTES_MAX)):
        relay.feed(12 * piece)


def content(chunks):
    return "".join(c["delta"].get("content") or "" for chunk in chunks for c in chunk["choices"])


def test_what_deltas_left_out_comes_from_the_items_end():
    item = {"type": "message", "id": "msg_1", "content": [{"type": "output_text", "text": "Hi you"}]}
    assert content(decode_all(DIALECT, [CREATED + delta("Hi") + done(item) + COMPLETED])[0]) == "Hi you"


def test_a_stream_without_deltas_is_told_at_its_end():
    items = [{"type": "reasoning", "summary": [{"type": "summary_text", "text": "Hm."}], "encrypted_content": "x"},
             {"type": "function_call", "id": "fc", "call_id": "c", "name": "f", "arguments": "{}"}]  # fmt: skip
    chunks, decoder = decode_all(DIALECT, [CREATED + lifecycle("completed", output=items)])
    deltas = [c["delta"] for chunk in chunks for c in chunk["choices"]]
    assert deltas[0]["reasoning"] == "Hm."
    assert deltas[1]["reasoning_details"][0]["data"] == "x"
    assert deltas[2]["tool_calls"][0]["id"] == "c"
    assert deltas[3]["tool_calls"] == [{"index": 0, "function": {"arguments": "{}"}}]
    assert decoder.finish_reason == "tool_calls"


def test_parallel_calls_keep_their_arguments_apart():
    call = {"type": "function_call", "name": "f", "arguments": ""}
    calls = [{**call, "id": f"fc_{n}", "call_id": f"c{n}"} for n in (0, 1)]
    data = CREATED + b"".join(
        event("response.output_item.added", output_index=n, item=call) for n, call in enumerate(calls)
    )
    for n, part in ((0, "a"), (1, "b"), (0, "c")):
        data += event("response.function_call_arguments.delta", output_index=n, item_id=f"fc_{n}", delta=part)
    chunks, _ = decode_all(DIALECT, [data + COMPLETED])
    told = [call for chunk in chunks for c in chunk["choices"] for call in c["delta"].get("tool_calls", ())]
    assert [(c["index"], c["function"]["arguments"]) for c in told[2:]] == [(0, "a"), (1, "b"), (0, "c")]


def test_a_custom_tools_input_is_streamed():
    call = {"type": "custom_tool_call", "id": "ctc_1", "call_id": "c", "name": "sh", "input": ""}
    data = CREATED + event("response.output_item.added", output_index=0, item=call)
    data += event("response.custom_tool_call_input.delta", output_index=0, item_id="ctc_1", delta="ls")
    chunks, _ = decode_all(DIALECT, [data + COMPLETED])
    start, rest = [c["delta"]["tool_calls"][0] for chunk in chunks[:2] for c in chunk["choices"]]
    assert (start["type"], start["custom"]) == ("custom", {"name": "sh", "input": ""})
    assert rest["custom"] == {"input": "ls"}


def test_usage_comes_in_the_last_chunk_with_the_tier_that_served():
    usage = {"input_tokens": 3, "output_tokens": 2, "total_tokens": 5}
    chunks, decoder = decode_all(DIALECT, [CREATED + lifecycle("completed", usage=usage, service_tier="flex")])
    assert chunks[-1]["choices"] == []
    assert chunks[-1]["usage"] == {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}
    assert chunks[-1]["service_tier"] == "flex"
    assert decoder.usage == Usage(input_tokens=3, output_tokens=2)


def test_a_chat_stream_is_told_in_the_formats_order_of_events():
    call = {"index": 0, "id": "c", "type": "function", "function": {"name": "f", "arguments": "{"}}
    out = encoded(
        {"reasoning": "hm"}, {"content": "Hi"}, {"tool_calls": [call]},
        {"tool_calls": [{"index": 0, "function": {"arguments": "}"}}]},
        finish="tool_calls", usage=Usage(output_tokens=4),
    )  # fmt: skip
    told = events(out)
    assert [one["type"].removeprefix("response.") for one in told] == [
        "created", "in_progress",
        "output_item.added", "content_part.added", "reasoning_text.delta", "reasoning_text.done", "content_part.done",
        "output_item.done",
        "output_item.added", "content_part.added", "output_text.delta", "output_text.done", "content_part.done",
        "output_item.done",
        "output_item.added", "function_call_arguments.delta", "function_call_arguments.delta",
        "function_call_arguments.done", "output_item.done", "completed",
    ]  # fmt: skip
    assert [one["sequence_number"] for one in told] == list(range(len(told)))
    final = told[-1]["response"]
    assert [item["type"] for item in final["output"]] == ["reasoning", "message", "function_call"]
    assert final["output"][2]["arguments"] == "{}"
    assert (final["status"], final["usage"]["output_tokens"], final["id"]) == ("completed", 4, STAMP.id)
    assert out.endswith(DONE)


def test_a_signed_thought_is_one_item_with_its_signature():
    thought = {"type": "reasoning.text", "format": "anthropic-claude-v1", "index": 0}
    out = encoded(
        {"reasoning_details": [{**thought, "text": "a"}]}, {"reasoning_details": [{**thought, "text": "b"}]},
        {"reasoning_details": [{**thought, "signature": "sig"}]}, {"content": "Hi"},
    )  # fmt: skip
    item = events(out)[-1]["response"]["output"][0]
    assert item["content"] == [{"type": "reasoning_text", "text": "ab"}]
    assert (item["format"], item["signature"]) == ("anthropic-claude-v1", "sig")


def test_of_several_answers_the_first_is_told():
    encoder = DIALECT.encode_stream(STAMP)
    encoder.encode({"choices": [{"index": 0, "delta": {"content": "a"}}, {"index": 1, "delta": {"content": "b"}}]})
    assert b'"b"' not in encoder.close(NO_USAGE)


TEXT = st.text(min_size=1, max_size=5)
DELTAS = st.lists(
    st.builds(lambda t: {"content": t}, TEXT)
    | st.builds(lambda t: {"refusal": t}, TEXT)
    | st.builds(lambda t: {"reasoning": t}, TEXT)
    | st.builds(
        lambda n, t: {"tool_calls": [{"index": n, "id": f"c{n}", "type": "function", "function": {
            "name": "f", "arguments": t}}]}, st.integers(0, 2), TEXT,
    ),
    max_size=8,
)  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(DELTAS)
def test_decoding_what_was_encoded_says_the_same(deltas):
    chunks, decoder = decode_all(DIALECT, [encoded(*deltas)])
    said = [c["delta"] for chunk in chunks for c in chunk["choices"]]
    for name in ("content", "refusal"):
        assert "".join(d.get(name) or "" for d in said) == "".join(d.get(name) or "" for d in deltas)
    thought = [one["text"] for d in said for one in d.get("reasoning_details", ())]
    assert "".join(thought) == "".join(d.get("reasoning") or "" for d in deltas)
    arguments, expected = {}, {}
    for told, holder in ((said, arguments), (deltas, expected)):
        for call in (call for d in told for call in d.get("tool_calls", ())):
            holder[call["index"]] = holder.get(call["index"], "") + call["function"].get("arguments", "")
    assert sorted(arguments.values()) == sorted(expected.values())
    assert decoder.finish_reason == ("tool_calls" if expected else "stop")


@pytest.mark.skipif(recordings_folder() is None, reason=NO_RECORDINGS)
def test_every_recorded_chat_stream_becomes_events_that_openai_publishes_types_for():
    pydantic = pytest.importorskip("pydantic")
    types = pydantic.TypeAdapter(pytest.importorskip("openai.types.responses").ResponseStreamEvent)
    seen = 0
    for one in recordings("openai-chat"):
        chunks, decoder = decode_all(CHAT, [one.body]) if one.is_stream else ([], None)
        if not chunks or isinstance(decoder, Exception):
            continue
        encoder = DIALECT.encode_stream(STAMP)
        out = b"".join(map(encoder.encode, chunks)) + encoder.close(decoder.usage or NO_USAGE)
        for told in events(out):
            if "response" in told:
                told["response"]["service_tier"] = None  # every host has its own words
            types.validate_python(told)
        shown = "".join(told["delta"] for told in events(out) if told["type"] == "response.output_text.delta")
        assert shown == "".join(
            c["delta"].get("content") or "" for k in chunks for c in k["choices"] if c["index"] == 0
        )
        seen += 1
    assert seen


def test_an_answer_that_a_host_ended_with_an_error_never_looks_complete():
    sent = encoded({"content": "Hi"}, finish="error")
    assert b"event: response.failed" in sent
    assert b"event: response.completed" not in sent
    assert isinstance(decode_all(DIALECT, [sent])[1], UpstreamRefused)
