"""Encoded requests against the types that vendors publish: OpenAI's own, and Groq's, which has fewer words."""

import json

import pytest
from crossroads_openai_chat import OpenAIChat
from pydantic import TypeAdapter

from crossroads import jsonbody
from crossroads.testing.recordings import NO_RECORDINGS, recordings, recordings_folder

DIALECT = OpenAIChat()
FULL = {
    "messages": [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": [
            {"type": "text", "text": "What is this?"},
            {"type": "image_url", "image_url": {"url": "https://h.example/a.png", "detail": "low"}},
        ]},
        {"role": "assistant", "content": None, "tool_calls": [
            {"id": "c1", "type": "function", "function": {"name": "look", "arguments": "{}"}},
        ]},
        {"role": "tool", "tool_call_id": "c1", "content": "a cat"},
    ],
    "tools": [{"type": "function", "function": {"name": "look", "parameters": {"type": "object"}}}],
    "tool_choice": {"type": "function", "function": {"name": "look"}}, "parallel_tool_calls": False,
    "response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": {"type": "object"}}},
    "temperature": 0.5, "top_p": 0.9, "seed": 7, "stop": ["a"], "max_completion_tokens": 9, "logprobs": True,
    "top_logprobs": 2, "presence_penalty": 0.1, "frequency_penalty": 0.1, "user": "u", "n": 1,
}  # fmt: skip


def published(vendor):
    module = pytest.importorskip(f"{vendor}.types.chat.completion_create_params")
    return TypeAdapter(getattr(module, "CompletionCreateParamsNonStreaming", None) or module.CompletionCreateParams)


def encoded(body):
    request = DIALECT.decode_request(DIALECT.open(body))
    draft = DIALECT.encode_request(request, url="https://h.example", upstream="m", stream=False)
    return json.loads(jsonbody.encode(draft.document))


@pytest.mark.parametrize("vendor", ["openai", "groq"])
def test_a_request_with_every_usual_word_is_one_that_the_vendor_publishes_types_for(vendor):
    document = encoded(json.dumps({"model": "a/b", **FULL}).encode())
    assert document.keys() >= FULL.keys()
    published(vendor).validate_python(document)


@pytest.mark.skipif(recordings_folder() is None, reason=NO_RECORDINGS)
@pytest.mark.parametrize("vendor", ["openai", "groq"])
def test_every_recorded_request_to_a_vendor_is_one_that_it_publishes_types_for(vendor):
    types, seen = published(vendor), 0
    for one in recordings("openai-chat"):
        if one.provider == vendor and one.request and one.status == 200:
            document = encoded(one.request)
            for name in ("response_format", "tools"):  # two callers wrote null, which the types forbid
                if document.get(name, ...) is None:
                    del document[name]
            types.validate_python(document)
            seen += 1
    assert seen
