"""Tiny exchanges, one a family, that all say the same; and codecs that give what they are told to give."""

from __future__ import annotations

import base64
import json
import struct
import zlib
from typing import Any

import pytest

from crossroads.dialect import DialectBase, Reply
from crossroads.types.usage import Usage

ARGUMENTS = '{"a": 1}'
URL = "https://example.com/a"
USAGE = Usage(input_tokens=3, output_tokens=2)


def canonical(finish: str, native: str | None) -> dict[str, Any]:
    """The canonical reply of every family below, as a codec should give it."""
    call = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": ARGUMENTS}}
    message = {
        "role": "assistant",
        "content": "Hi",
        "reasoning": "hm",
        "reasoning_details": [{"type": "reasoning.text", "text": "hm", "signature": "sig"}],
        "tool_calls": [call],
        "annotations": [{"type": "url_citation", "url_citation": {"url": URL}}],
    }
    return {"choices": [{"index": 0, "message": message, "finish_reason": finish, "native_finish_reason": native}]}


def sse(*events: Any) -> str:
    return "".join(f"data: {one if isinstance(one, str) else json.dumps(one)}\n\n" for one in events)


def aws(*events: tuple[str, Any]) -> dict[str, str]:
    """An AWS event stream, as a record holds it."""
    out = b""
    for name, data in events:
        header = b"\x0b:event-type\x07" + struct.pack(">H", len(name)) + name.encode()
        payload = json.dumps(data).encode()
        prelude = struct.pack(">II", 16 + len(header) + len(payload), len(header))
        message = prelude + struct.pack(">I", zlib.crc32(prelude)) + header + payload
        out += message + struct.pack(">I", zlib.crc32(message))
    return {"base64": base64.b64encode(out).decode()}


class Decoder:
    """Chunks at the end of the bytes; `usage` and the error as told."""

    finish_reason = upstream_id = None

    def __init__(self, chunks: list[Any], usage: Usage | None, error: Exception | None = None) -> None:
        self.chunks, self.usage, self.error = chunks, usage, error

    def feed(self, data: bytes) -> list[Any]:
        return []

    def close(self, *, framed: bool) -> list[Any]:
        if self.error is not None:
            raise self.error
        return self.chunks


class Codec(DialectBase):
    """A codec that gives this document, whatever it is fed."""

    name = "told"
    paths = ()

    def __init__(self, document: Any, usage: Usage | None = USAGE, operation: str = "chat") -> None:
        self.document, self.usage, self.operation = document, usage, operation

    def decode_response(self, body: bytes) -> Reply:
        return Reply(document=self.document, usage=self.usage)

    def decode_stream(self) -> Decoder:
        choices = [{**choice, "delta": choice["message"]} for choice in self.document["choices"]]
        return Decoder([{"choices": choices}], self.usage)


@pytest.fixture
def record():
    """Makes a record of an answer without a request."""

    def made(folder: str, body: Any, *, operation: str = "chat", stream: bool = False, **rest: Any) -> dict[str, Any]:
        response = {"status": 200, "headers": {}, "body": body, **rest.pop("response", {})}
        return {
            "id": "r1", "dialect": folder, "provider": "northwind", "operation": operation, "stream": stream,
            "tags": [], "request": None, "response": response, **rest,
        }  # fmt: skip

    return made


OPENAI = {"index": 0, "finish_reason": "tool_calls"}
CALL = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": ARGUMENTS}}
OPENAI_USAGE = {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}
NOTE = {"type": "url_citation", "url_citation": {"url": URL}}
CLAUDE = [
    {"type": "thinking", "thinking": "hm", "signature": "sig"},
    {"type": "text", "text": "Hi", "citations": [{"type": "web_search_result_location", "url": URL}]},
    {"type": "tool_use", "id": "c1", "name": "f", "input": {"a": 1}},
]
CLAUDE_USAGE = {"input_tokens": 3, "output_tokens": 2}
CLAUDE_EVENTS = [
    {"type": "message_start", "message": {"usage": {"input_tokens": 3, "output_tokens": 1}}},
    {"type": "content_block_start", "index": 0, "content_block": {"type": "thinking", "thinking": ""}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "thinking_delta", "thinking": "hm"}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "signature_delta", "signature": "sig"}},
    {"type": "content_block_start", "index": 1, "content_block": {"type": "text", "text": ""}},
    {"type": "content_block_delta", "index": 1, "delta": {"type": "text_delta", "text": "H"}},
    {"type": "content_block_delta", "index": 1, "delta": {"type": "text_delta", "text": "i"}},
    {"type": "content_block_delta", "index": 1, "delta": {"type": "citations_delta", "citation": {"url": URL}}},
    {"type": "content_block_start", "index": 2, "content_block": {"type": "tool_use", "id": "c1", "name": "f"}},
    {"type": "content_block_delta", "index": 2, "delta": {"type": "input_json_delta", "partial_json": '{"a"'}},
    {"type": "content_block_delta", "index": 2, "delta": {"type": "input_json_delta", "partial_json": ": 1}"}},
    {"type": "message_delta", "delta": {"stop_reason": "tool_use"}, "usage": {"output_tokens": 2}},
    {"type": "message_stop"},
]
RESPONSES = [
    {"type": "reasoning", "summary": [{"type": "summary_text", "text": "hm"}], "encrypted_content": "sig"},
    {"type": "message", "role": "assistant", "content": [
        {"type": "output_text", "text": "Hi", "annotations": [{"type": "url_citation", "url": URL}]}]},
    {"type": "function_call", "call_id": "c1", "name": "f", "arguments": ARGUMENTS},
]  # fmt: skip
RESPONSE = {"status": "completed", "output": RESPONSES, "usage": {"input_tokens": 3, "output_tokens": 2}}
GEMINI = [{"text": "hm", "thought": True}, {"text": "Hi", "thoughtSignature": "sig"},
          {"functionCall": {"id": "c1", "name": "f", "args": {"a": 1}}}]  # fmt: skip
GEMINI_END = {"finishReason": "STOP", "groundingMetadata": {"groundingChunks": [{"web": {"uri": URL}}]}}
GEMINI_USAGE = {"promptTokenCount": 3, "candidatesTokenCount": 2, "totalTokenCount": 5}
CONVERSE = [
    {"reasoningContent": {"reasoningText": {"text": "hm", "signature": "sig"}}}, {"text": "Hi"},
    {"toolUse": {"toolUseId": "c1", "name": "f", "input": {"a": 1}}},
]  # fmt: skip
CONVERSE_USAGE = {"inputTokens": 3, "outputTokens": 2, "totalTokens": 5}
COHERE_CALL = {"name": "f", "parameters": {"a": 1}}
COHERE_META = {"tokens": {"input_tokens": 3, "output_tokens": 2}}
OLLAMA_CALL = {"function": {"name": "f", "arguments": {"a": 1}}}
OLLAMA_END = {"done": True, "done_reason": "stop", "prompt_eval_count": 3, "eval_count": 2}
WATSONX = {"generated_token_count": 2, "input_token_count": 3, "stop_reason": "eos_token"}

FAMILIES: dict[str, tuple[Any, Any, str, str | None]] = {
    "openai-chat": (
        {"choices": [{**OPENAI, "message": canonical("", "")["choices"][0]["message"]}], "usage": OPENAI_USAGE},
        sse({"choices": [{"delta": {"reasoning": "hm", "reasoning_details": [{"text": "hm", "signature": "sig"}]}}]},
            {"choices": [{"delta": {"content": "Hi", "annotations": [NOTE]}}]},
            {"choices": [{"delta": {"tool_calls": [{**CALL, "index": 0}]}, "finish_reason": "tool_calls"}]},
            {"choices": [], "usage": OPENAI_USAGE}, "[DONE]"),
        "tool_calls", "tool_calls"),
    "openai-completions": (
        {"choices": [{"index": 0, "text": "Hi", "finish_reason": "stop"}], "usage": OPENAI_USAGE},
        sse({"choices": [{"index": 0, "text": "H"}]}, {"choices": [{"index": 0, "text": "i", "finish_reason": "stop"}]},
            {"choices": [], "usage": OPENAI_USAGE}, "[DONE]"),
        "stop", "stop"),
    "anthropic-messages": (
        {"content": CLAUDE, "stop_reason": "tool_use", "usage": CLAUDE_USAGE}, sse(*CLAUDE_EVENTS),
        "tool_calls", "tool_use"),
    "openai-responses": (
        RESPONSE,
        sse(*({"type": "response.output_item.done", "output_index": at, "item": one} for at, one in
              enumerate(RESPONSES)), {"type": "response.completed", "response": {**RESPONSE, "output": []}}),
        "tool_calls", None),
    "google-gemini": (
        {"candidates": [{"content": {"parts": GEMINI}, **GEMINI_END}], "usageMetadata": GEMINI_USAGE},
        sse(*({"candidates": [{"content": {"parts": [part]}}]} for part in GEMINI),
            {"candidates": [GEMINI_END], "usageMetadata": GEMINI_USAGE}),
        "tool_calls", "STOP"),
    "bedrock-converse": (
        {"output": {"message": {"content": CONVERSE}}, "stopReason": "tool_use", "usage": CONVERSE_USAGE},
        aws(("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"reasoningContent": {"text": "hm"}}}),
            ("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"reasoningContent": {"signature": "sig"}}}),
            ("contentBlockDelta", {"contentBlockIndex": 1, "delta": {"text": "Hi"}}),
            ("contentBlockStart", {"contentBlockIndex": 2, "start": {"toolUse": {"toolUseId": "c1", "name": "f"}}}),
            ("contentBlockDelta", {"contentBlockIndex": 2, "delta": {"toolUse": {"input": ARGUMENTS}}}),
            ("messageStop", {"stopReason": "tool_use"}), ("metadata", {"usage": CONVERSE_USAGE})),
        "tool_calls", "tool_use"),
    "bedrock-invoke": (
        {"content": CLAUDE, "stop_reason": "tool_use", "usage": CLAUDE_USAGE},
        aws(*(("chunk", {"bytes": base64.b64encode(json.dumps(one).encode()).decode()}) for one in CLAUDE_EVENTS)),
        "tool_calls", "tool_use"),
    "cohere-v1": (
        {"text": "Hi", "tool_calls": [COHERE_CALL], "finish_reason": "COMPLETE", "meta": COHERE_META},
        "\n".join(map(json.dumps, [
            {"event_type": "text-generation", "text": "Hi"},
            {"event_type": "tool-calls-generation", "tool_calls": [COHERE_CALL]},
            {"event_type": "stream-end", "finish_reason": "COMPLETE", "response": {"text": "Hi", "meta": COHERE_META}},
        ])),
        "tool_calls", "COMPLETE"),
    "cohere-v2": (
        {"message": {"content": [{"type": "thinking", "thinking": "hm"}, {"type": "text", "text": "Hi"}],
                     "tool_calls": [CALL]}, "finish_reason": "TOOL_CALL", "usage": COHERE_META},
        sse({"type": "content-delta", "index": 0, "delta": {"message": {"content": {"thinking": "hm"}}}},
            {"type": "content-delta", "index": 1, "delta": {"message": {"content": {"text": "Hi"}}}},
            {"type": "tool-call-start", "index": 0, "delta": {"message": {"tool_calls": {**CALL, "function": {
                "name": "f", "arguments": ""}}}}},
            {"type": "tool-call-delta", "index": 0, "delta": {"message": {"tool_calls": {"function": {
                "arguments": ARGUMENTS}}}}},
            {"type": "message-end", "delta": {"finish_reason": "TOOL_CALL", "usage": COHERE_META}}),
        "tool_calls", "TOOL_CALL"),
    "mistral-chat": (
        {"choices": [{**OPENAI, "message": {"content": [{"type": "thinking", "thinking": [{"text": "hm"}]},
                                                        {"type": "text", "text": "Hi"}], "tool_calls": [CALL]}}],
         "usage": OPENAI_USAGE},
        sse({"choices": [{"delta": {"content": [{"type": "thinking", "thinking": [{"text": "hm"}]}]}}]},
            {"choices": [{"delta": {"content": "Hi", "tool_calls": [{**CALL, "index": 0}]},
                          "finish_reason": "tool_calls"}], "usage": OPENAI_USAGE}, "[DONE]"),
        "tool_calls", "tool_calls"),
    "ollama-chat": (
        {"message": {"content": "Hi", "thinking": "hm", "tool_calls": [OLLAMA_CALL]}, **OLLAMA_END},
        "\n".join(map(json.dumps, [{"message": {"thinking": "hm"}}, {"message": {"content": "Hi"}},
                                   {"message": {"tool_calls": [OLLAMA_CALL]}}, OLLAMA_END])),
        "tool_calls", "stop"),
    "ollama-generate": (
        {"response": "Hi", "thinking": "hm", **OLLAMA_END},
        "\n".join(map(json.dumps, [{"thinking": "hm"}, {"response": "Hi"}, OLLAMA_END])),
        "stop", "stop"),
    "watsonx": (
        {"results": [{"generated_text": "Hi", **WATSONX}]},
        sse({"results": [{"generated_text": "H", "generated_token_count": 1, "input_token_count": 3,
                          "stop_reason": "not_finished"}]},
            {"results": [{"generated_text": "i", **WATSONX, "input_token_count": 0}]}),
        "stop", "eos_token"),
}  # fmt: skip
"""By folder: a reply, the same as a stream, its canonical finish reason, the host's own word."""

ROWS: dict[str, tuple[str, Any, Any]] = {
    "openai-embeddings": (
        "embeddings", {"data": [{"index": 0, "embedding": [0.5, 1]}], "usage": {"prompt_tokens": 3}},
        {"data": [{"index": 0, "embedding": "AAAAPwAAgD8="}]}),
    "rerank-cohere": (
        "rerank", {"results": [{"index": 1, "relevance_score": 0.5}]},
        {"results": [{"index": 1, "relevance_score": 0.5, "document": {"text": "x"}}]}),
    "openai-images": ("images", {"data": [{"b64_json": "aGk="}]}, {"data": [{"b64_json": "aGk="}]}),
    "openai-audio": ("transcription", {"text": "Hi"}, {"text": "Hi"}),
    "openai-moderations": (
        "moderation", {"results": [{"flagged": True, "category_scores": {"hate": 0.5}}]},
        {"results": [{"flagged": True, "category_scores": {"hate": 0.5}}]}),
}  # fmt: skip
"""By folder: operation, a reply that is rows, the canonical document of it."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """`family` and `rows` stand for each of them, by folder."""
    for name, table in (("family", FAMILIES), ("rows", ROWS)):
        if name in metafunc.fixturenames:
            metafunc.parametrize(name, [(folder, *told) for folder, told in table.items()], ids=table)


@pytest.fixture
def told():
    """The helpers of this file, for tests (which can't import it)."""
    return Told


class Told:
    canonical, sse, aws = staticmethod(canonical), staticmethod(sse), staticmethod(aws)
    codec, decoder, usage = Codec, Decoder, USAGE
