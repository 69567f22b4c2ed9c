"""Whatever a host says in OpenAI's format, each client's encoder writes it, or the reply is a broken one (HTTP-6)."""

import copy
import json
from collections.abc import Iterator
from contextlib import suppress
from importlib.metadata import entry_points
from typing import Any

import pytest

from crossroads.errors import BadUpstream
from crossroads.testing import laws
from crossroads.types.usage import Usage

DETAILS = [
    {"type": "reasoning.text", "text": "Hm", "signature": "S", "format": "anthropic-claude-v1", "index": 0},
    {"type": "reasoning.encrypted", "data": "D", "id": "rs_1", "format": "openai-responses-v1", "index": 1},
    {"type": "reasoning.summary", "summary": "Hm", "format": "openai-responses-v1", "index": 1},
]
NOTE = {"url": "http://x", "title": "t", "start_index": 0, "end_index": 2, "content": "c"}
TOKEN = {"token": "a", "logprob": -1.0, "bytes": [97]}
SAID = {
    "role": "assistant",
    "content": "Hi",
    "refusal": "No",
    "reasoning": "Hm",
    "reasoning_details": DETAILS,
    "tool_calls": [{"index": 0, "id": "c1", "type": "function", "function": {"name": "f", "arguments": '{"a":1}'}}],
    "annotations": [{"type": "url_citation", "url_citation": NOTE}],
    "images": [{"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}],
    "audio": {"id": "a1", "data": "AAAA", "transcript": "Hi", "expires_at": 1},
}
CHOICE = {"index": 0, "finish_reason": "tool_calls", "native_finish_reason": "t", "message": SAID}
LOGPROBS = {"content": [{**TOKEN, "top_logprobs": [TOKEN]}], "refusal": None}
REPLY: dict[str, Any] = {"id": "x", "created": 1, "model": "m", "choices": [{**CHOICE, "logprobs": LOGPROBS}]}
ODD: tuple[Any, ...] = (True, -1, "x", {}, [None], ["x"], {"a": None})
CHATS = [entry for entry in entry_points(group="crossroads.dialects") if entry.name != "ollama-generate"]
CLIENTS = [one for one in (entry.load()() for entry in CHATS) if one.operation == "chat"]
OPENAI = next(one for one in CLIENTS if one.name == "openai-chat")


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if path:
        yield path
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in steps:
        yield from places(inner, (*path, step))


def with_value(path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    document = copy.deepcopy(REPLY)
    holder: Any = document
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = value
    return document


@pytest.mark.parametrize("odd", ODD, ids=json.dumps)
@pytest.mark.parametrize("path", list(places(REPLY)), ids=lambda path: ".".join(map(str, path)))
def test_a_reply_with_a_value_of_another_kind_is_written_or_is_broken(path, odd):
    document = with_value(path, odd)
    try:
        reply = OPENAI.decode_response(json.dumps(document).encode())
    except BadUpstream:
        return
    for client in CLIENTS:
        with suppress(BadUpstream):
            client.encode_response(copy.deepcopy(reply), laws.STAMP)


@pytest.mark.parametrize("odd", ODD, ids=json.dumps)
@pytest.mark.parametrize("path", list(places(REPLY)), ids=lambda path: ".".join(map(str, path)))
def test_a_stream_with_a_value_of_another_kind_is_written_or_is_broken(path, odd):
    text = json.dumps(with_value(path, odd)).replace('"message"', '"delta"').encode()
    chunks, decoder = laws.decode_all(OPENAI, [b"data: " + text + b"\n\ndata: [DONE]\n\n"])
    assert isinstance(decoder, BadUpstream) or not isinstance(decoder, Exception)
    for client in CLIENTS:
        encoder = client.encode_stream(laws.STAMP)
        with suppress(BadUpstream):
            for chunk in copy.deepcopy(chunks):
                encoder.encode(chunk)
            encoder.close(Usage(input_tokens=1, output_tokens=1))


def test_arguments_that_a_host_has_parsed_reach_other_clients_as_text():
    path = ("choices", 0, "message", "tool_calls", 0, "function", "arguments")
    reply = OPENAI.decode_response(json.dumps(with_value(path, {"a": 1})).encode())
    assert reply.document["choices"][0]["message"]["tool_calls"][0]["function"]["arguments"] == '{"a":1}'


@pytest.mark.parametrize("client", [c for c in CLIENTS if c.name != "bedrock-invoke"], ids=lambda client: client.name)
def test_what_a_model_refuses_with_reaches_the_client_of_every_format(client):
    end = {"index": 0, "finish_reason": "stop", "native_finish_reason": "stop"}
    said = {"role": "assistant", "content": None, "refusal": "I will not."}
    text = json.dumps({"choices": [{**end, "message": said}]}).encode()
    assert b"I will not." in client.encode_response(OPENAI.decode_response(text), laws.STAMP)
    encoder = client.encode_stream(laws.STAMP)
    out = encoder.encode({"choices": [{"index": 0, "delta": said, "finish_reason": None}]})
    out += encoder.encode({"choices": [{**end, "delta": {}}]}) + encoder.close(Usage())
    assert b"I will not." in out
