"""OpenAI's formats: chat, completions, embeddings. Source: its API reference, "Chat completions", read 2026-11-24."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from crossroads.testing.answers import Answer, Tokens, ToolCall
from crossroads.testing.voices.voice import CREATED, UPSTREAM_ID, Voice


class OpenAI(Voice):
    """operation: chat, completions or embeddings."""

    def __init__(self, operation: str, end: str, dialects: frozenset[str]) -> None:
        self.operation, self.ends, self.dialects = operation, (end,), dialects

    def streams(self, path: str, asked: dict[str, Any]) -> bool:
        return asked.get("stream") is True and self.operation != "embeddings"

    def tools(self, asked: dict[str, Any]) -> Iterator[tuple[str, Any]]:
        for tool in asked["tools"]:
            yield tool["function"]["name"], tool["function"]["parameters"]

    def document(self, answer: Answer, asked: dict[str, Any]) -> dict[str, Any]:
        return document(answer, self.operation, asked)

    def pieces(self, answer: Answer, asked: dict[str, Any]) -> Iterator[bytes]:
        for chunk in chunks(answer, self.operation, asked):
            yield b"data: " + json.dumps(chunk).encode() + b"\n\n"
        if answer.done:
            yield b"data: [DONE]\n\n"


def document(answer: Answer, operation: str, asked: dict[str, Any]) -> dict[str, Any]:
    """A whole reply."""
    usage = {} if answer.reports == "no" else {"usage": _usage(answer.tokens)}
    text = "".join(answer.pieces)
    model = asked.get("model")
    if operation == "embeddings":
        texts = asked["input"] if isinstance(asked.get("input"), list) else [asked.get("input")]
        rows = [{"object": "embedding", "index": i, "embedding": [0.5, -0.25]} for i in range(len(texts))]
        return {"object": "list", "data": rows, "model": model, **usage}
    choice: dict[str, Any] = {"index": 0, "finish_reason": answer.finish}
    if operation == "completions":
        choice |= {"text": text, "logprobs": None}
    else:
        message: dict[str, Any] = {"role": "assistant", "content": text}
        if answer.reasoning:
            message["reasoning"] = "".join(answer.reasoning)
        if answer.tool_calls:
            message |= {"content": None, "tool_calls": [_tool(i, call)[1] for i, call in enumerate(answer.tool_calls)]}
        choice["message"] = message
    kind = "text_completion" if operation == "completions" else "chat.completion"
    return {"id": UPSTREAM_ID, "object": kind, "created": CREATED, "model": model, "choices": [choice], **usage}


def chunks(answer: Answer, operation: str, asked: dict[str, Any]) -> list[dict[str, Any]]:
    """A streamed reply."""
    completion = operation == "completions"
    kind = "text_completion" if completion else "chat.completion.chunk"
    common = {"id": UPSTREAM_ID, "object": kind, "created": CREATED, "model": asked.get("model")}

    def chunk(delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
        body = delta if completion else {"delta": delta}
        return {**common, "choices": [{"index": 0, **body, "finish_reason": finish}]}

    if completion:
        made = [chunk({"text": piece}) for piece in answer.pieces]
        made.append(chunk({"text": ""}, answer.finish))
    else:
        made = [chunk({"role": "assistant", "content": ""})]
        made += [chunk({"reasoning": piece}) for piece in answer.reasoning]
        if answer.tool_calls:
            for i, call in enumerate(answer.tool_calls):
                made += [chunk({"tool_calls": [part]}) for part in _parts(i, call)]
        else:
            made += [chunk({"content": piece}) for piece in answer.pieces]
        made.append(chunk({}, answer.finish))
    wanted = (asked.get("stream_options") or {}).get("include_usage") is True
    if answer.reports == "finish":
        made[-1]["usage"] = _usage(answer.tokens)
    elif answer.reports == "last" and wanted:
        made.append({**common, "choices": [], "usage": _usage(answer.tokens)})
    return made


def _tool(index: int, call: ToolCall) -> tuple[int, dict[str, Any]]:
    function = {"name": call.name, "arguments": call.arguments}
    return index, {"id": call.id, "type": "function", "function": function}


def _parts(index: int, call: ToolCall) -> list[dict[str, Any]]:
    """A tool call as a stream cuts it: the name, then the arguments in two halves."""
    half = len(call.arguments) // 2
    first = {"index": index, "id": call.id, "type": "function", "function": {"name": call.name, "arguments": ""}}
    halves = (call.arguments[:half], call.arguments[half:])
    return [first, *({"index": index, "function": {"arguments": part}} for part in halves)]


def _usage(tokens: Tokens) -> dict[str, Any]:
    return {
        "prompt_tokens": tokens.prompt,
        "completion_tokens": tokens.completion,
        "total_tokens": tokens.prompt + tokens.completion,
        "prompt_tokens_details": {"cached_tokens": tokens.cached, "cache_write_tokens": tokens.written},
        "completion_tokens_details": {"reasoning_tokens": tokens.reasoning},
    }
