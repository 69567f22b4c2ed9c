"""Readers and splitters on what nobody promised: no document makes them raise; frames of every kind come apart."""

import json
from importlib import import_module

import pytest
from crossroads_dialect import frames
from crossroads_dialect.frames import Event
from crossroads_dialect.reading import Reading
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

READERS = [
    "anthropic", "audio", "bedrock_converse", "bedrock_invoke", "cohere", "embeddings", "gemini", "images", "mistral",
    "moderations", "ollama", "openai_chat", "openai_responses", "replicate", "rerank", "watsonx",
]  # fmt: skip
NAMES = st.sampled_from(
    ["choices", "message", "delta", "content", "text", "tool_calls", "function", "arguments", "index", "type", "usage",
     "prompt_tokens", "candidates", "parts", "functionCall", "args", "output", "results", "data", "embeddings", "input",
     "content_block", "toolUse", "finish_reason", "stop_reason", "annotations", "citations", "response", "error"]
)  # fmt: skip
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-1, 9) | st.text(max_size=3) | st.sampled_from(["text", "tool_use"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)
RELAXED = settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow], deadline=None)


@RELAXED
@given(st.sampled_from(READERS), VALUES)
def test_no_document_makes_a_reader_raise(name, document):
    module = import_module(f"crossroads_dialect.readers.{name}")
    assert isinstance(module.reply(document), Reading)
    assert isinstance(module.stream([Event("", document), Event("contentBlockDelta", document)]), Reading)


DOCUMENTS = [{"a": 1}, {"b": "ü\n"}]


@pytest.mark.parametrize(
    "text",
    [
        'data: {"a": 1}\n\ndata: {"b":\ndata: "ü\\n"}\n\n',
        'event: x\r\ndata: {"a": 1}\r\n\r\n: ping\r\n\r\ndata:{"b": "ü\\n"}',
        '{"a": 1}\n{"b": "ü\\n"}\n',
        '[{"a": 1},\n{"b": "ü\\n"}]',
        '\ufeffdata: {"a": 1}\r\rdata: {"b": "ü\\n"}\r\r',
    ],
)
def test_every_framing_of_text_comes_apart(text):
    assert [event.data for event in frames.events(text.encode())] == DOCUMENTS


def test_what_is_no_json_stays_text():
    assert frames.events(b"data: [DONE]\n\n") == [Event("", "[DONE]")]


def test_an_aws_event_stream_comes_apart_and_chunks_are_opened(told):
    import base64

    inner = base64.b64encode(json.dumps({"a": 1}).encode()).decode()
    body = told.aws(("chunk", {"bytes": inner}), ("messageStop", {"stopReason": "end_turn"}))
    events = frames.events(base64.b64decode(body["base64"]), binary=True)
    assert events == [Event("chunk", {"a": 1}), Event("messageStop", {"stopReason": "end_turn"})]


def test_what_is_no_event_stream_is_said_and_does_not_hang():
    with pytest.raises(ValueError, match="shorter"):
        frames.events(bytes(64), binary=True)
