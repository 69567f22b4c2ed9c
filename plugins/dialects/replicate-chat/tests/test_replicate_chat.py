"""Chat over Replicate's language models: what a conversation becomes for each family, and how a text comes back."""

import json
from itertools import pairwise

import pytest
from crossroads_replicate_chat import ReplicateChat
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crossroads import jsonbody
from crossroads.errors import BadUpstream, StreamCut, Unsupported, UpstreamError, UpstreamRefused
from crossroads.testing import dialect_conformance, laws
from crossroads.testing.mutilated import mutilated
from crossroads.types.base import validate
from crossroads.types.chat import ChatRequest

TestReplicateChat = dialect_conformance(ReplicateChat)

DIALECT = ReplicateChat()
RELAXED = settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow], deadline=None)
LLAMA, CLAUDE, GEMINI, GPT = (
    "meta/meta-llama-3-70b-instruct",
    "anthropic/claude-4-sonnet",
    "google/gemini-2.5-flash",
    "openai/o1",
)
SYSTEM, HI = {"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi"}
TALK = [SYSTEM, HI, {"role": "assistant", "content": "Yes?"}, {"role": "user", "content": "Why?"}]
SEEN = {
    "role": "user",
    "content": [{"type": "text", "text": "What?"}, {"type": "image_url", "image_url": {"url": "https://a"}}],
}
METRICS = {"input_token_count": 9, "output_token_count": 3, "predict_time": 0.5}
REPLY = json.dumps({"id": "p", "status": "succeeded", "output": ["Hel", "lo"], "metrics": METRICS}).encode()
STREAM = (
    b"event: output\nid: 1\ndata: Hel\n\n: hi\n\nevent: output\nid: 2\ndata: lo\ndata: you\n\nevent: logs\ndata: x\n\n"
    b"event: done\ndata: {}\n\nevent: prediction\ndata: %b\n\n" % REPLY
)


def sent(upstream, *messages, stream=False, **fields):
    body = json.dumps({"messages": list(messages or [HI]), **fields}).encode()
    url = f"https://api.northwind.example/v1/models/{upstream}/predictions"
    draft = DIALECT.encode_request(validate(ChatRequest, body), url=url, upstream=upstream, stream=stream)
    return draft, json.loads(jsonbody.encode(draft.document))["input"], [(one.field, one.how) for one in draft.lost]


def test_a_question_is_the_prompt_in_every_family():
    assert sent(LLAMA, SYSTEM, HI, max_tokens=5, temperature=0.5, stop=["a", "b"])[1:] == (
        {"system_prompt": "Be brief.", "prompt": "Hi", "max_tokens": 5, "temperature": 0.5, "stop_sequences": "a,b"},
        [],
    )
    assert sent(CLAUDE, SYSTEM, HI, max_completion_tokens=5, temperature=0.5)[1:] == (
        {"system_prompt": "Be brief.", "prompt": "Hi", "max_tokens": 5},
        [("temperature", "dropped")],
    )
    assert sent(GEMINI, SYSTEM, HI, max_tokens=5)[1] == {
        "system_instruction": "Be brief.", "prompt": "Hi", "max_output_tokens": 5,
    }  # fmt: skip
    assert sent(GPT, SYSTEM, HI, max_tokens=5)[1] == {
        "system_prompt": "Be brief.", "prompt": "Hi", "max_completion_tokens": 5,
    }  # fmt: skip


def test_a_conversation_is_messages_or_one_prompt_and_the_caller_is_told():
    assert sent(GPT, *TALK)[1:] == ({"messages": TALK}, [])
    assert sent(LLAMA, *TALK)[1:] == (
        {"system_prompt": "Be brief.", "prompt": "User: Hi\n\nAssistant: Yes?\n\nUser: Why?\n\nAssistant:"},
        [("messages", "emulated")],
    )


def test_images_stand_where_the_family_has_them():
    assert sent(CLAUDE, SEEN)[1] == {"image": "https://a", "prompt": "What?"}
    assert sent(GEMINI, SEEN)[1] == {"images": ["https://a"], "prompt": "What?"}
    assert sent(GPT, SEEN)[1:] == (
        {"image_input": ["https://a"], "prompt": "What?"},
        [("messages[].content", "emulated")],
    )
    for upstream, messages in ((LLAMA, [SEEN]), (CLAUDE, [SEEN, HI, SEEN])):
        with pytest.raises(Unsupported):
            sent(upstream, *messages)


def test_thinking_is_asked_for_in_the_familys_words():
    assert sent(GPT, reasoning={"effort": "xhigh"})[1]["reasoning_effort"] == "high"
    assert sent(GEMINI, reasoning={"max_tokens": 500})[1]["thinking_budget"] == 500
    assert sent(GEMINI, reasoning={"enabled": False})[1]["thinking_budget"] == 0
    assert sent(CLAUDE, reasoning_effort="low", max_tokens=2000)[1] | {"prompt": ""} == {
        "prompt": "", "max_tokens": 2000, "extended_thinking": True, "thinking_budget_tokens": 1024,
    }  # fmt: skip
    assert sent(LLAMA, reasoning={"effort": "low"})[2] == [("reasoning", "dropped")]


@pytest.mark.parametrize(
    "fields",
    [
        {"n": 2},
        {"tools": [{"type": "function", "function": {"name": "f"}}]},
        {"response_format": {"type": "json_object"}},
        {"messages": [{"role": "tool", "tool_call_id": "x", "content": "1"}]},
        {"messages": [{"role": "user", "content": [{"type": "file", "file": {"file_id": "f"}}]}]},
    ],
)
def test_what_a_prompt_cant_say_is_refused(fields):
    with pytest.raises(Unsupported):
        sent(LLAMA, *fields.pop("messages", []), **fields)


def test_a_stream_is_asked_for_and_a_version_has_another_address():
    draft, _, _ = sent(LLAMA, stream=True)
    assert (draft.document["stream"], dict(draft.headers)[b"accept"]) == (True, b"text/event-stream")
    draft, _, _ = sent("acme/small:abc")
    assert (draft.url, draft.document["version"]) == ("https://api.northwind.example/v1/predictions", "abc")
    assert dict(draft.headers)[b"prefer"] == b"wait"


def test_a_reply_is_the_joined_output_with_its_tokens():
    reply = DIALECT.decode_response(REPLY)
    (choice,) = reply.document["choices"]
    assert (choice["message"]["content"], choice["native_finish_reason"]) == ("Hello", "succeeded")
    assert (reply.usage.prompt_tokens, reply.usage.completion_tokens) == (9, 3)
    assert DIALECT.decode_response(b'{"id":"p","status":"succeeded","output":"a"}').usage is None
    for body in (b'{"id":"p","status":"canceled"}', b'{"id":"p","status":"processing","output":[]}', b"[]"):
        with pytest.raises(BadUpstream):
            DIALECT.decode_response(body)


def test_a_stream_is_text_then_its_end_then_what_was_counted():
    documents, decoder = laws.decode_all(DIALECT, [STREAM])
    *text, end, counted = documents
    assert "".join(one["choices"][0]["delta"]["content"] for one in text) == "Hello\nyou"
    assert end["choices"][0]["finish_reason"] == "stop"
    assert (counted["choices"], counted["usage"]["total_tokens"]) == ([], 12)
    assert (decoder.usage.prompt_tokens, decoder.upstream_id) == (9, "p")


def test_complete_is_done_and_nothing_else():
    done = STREAM.index(b"event: done")
    for cut in range(done):
        chunks, error = laws.decode_all(DIALECT, [STREAM[:cut]])
        assert isinstance(error, StreamCut)
        assert all(not one["choices"][0]["finish_reason"] for one in chunks)
    _, decoder = laws.decode_all(DIALECT, [STREAM[: STREAM.index(b"event: prediction")]])
    assert (decoder.finish_reason, decoder.usage) == ("stop", None)


@pytest.mark.parametrize("last", [b"event: error\ndata: too long\n\n", b'event: done\ndata: {"reason": "error"}\n\n'])
def test_a_stream_that_fails_is_an_error_after_what_came_before(last):
    chunks, error = laws.decode_all(DIALECT, [b"event: output\nid: 1\ndata: Hel\n\n" + last])
    assert chunks[0]["choices"][0]["delta"] == {"content": "Hel"}
    assert isinstance(error, UpstreamRefused)
    assert error.billing == "maybe"


def decoded(pieces):
    chunks, decoder = laws.decode_all(DIALECT, pieces)
    return chunks, type(decoder) if isinstance(decoder, UpstreamError) else decoder.usage


@RELAXED
@given(mutilated([STREAM, REPLY]), st.lists(st.integers(0, 500), max_size=6))
def test_any_split_of_a_mutilated_stream_gives_the_same(data, cuts):
    edges = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    assert decoded([data[a:b] for a, b in pairwise(edges)]) == decoded([data])
