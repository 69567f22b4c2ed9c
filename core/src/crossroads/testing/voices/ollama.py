"""Ollama's chat, whose streams are lines of JSON. Source: docs/api.md of ollama/ollama, read 2026-11-25."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from crossroads.testing.answers import Answer, Tokens
from crossroads.testing.voices.voice import Voice


class Ollama(Voice):
    """It counts neither a cache nor thoughts apart. A reply is a stream unless the caller says no."""

    ends = ("/api/chat",)
    dialects = frozenset({"ollama-chat"})
    media_type = "application/x-ndjson"

    def streams(self, path: str, asked: dict[str, Any]) -> bool:
        return asked.get("stream") is not False

    def told(self, tokens: Tokens) -> Tokens:
        return tokens._replace(cached=0, written=0, reasoning=0)

    def tools(self, asked: dict[str, Any]) -> Iterator[tuple[str, Any]]:
        for tool in asked["tools"]:
            yield tool["function"]["name"], tool["function"]["parameters"]

    def document(self, answer: Answer, asked: dict[str, Any]) -> dict[str, Any]:
        return {**_line("".join(answer.pieces), answer, asked), **_end(answer)}

    def pieces(self, answer: Answer, asked: dict[str, Any]) -> Iterator[bytes]:
        lines = (
            [_line("", answer, asked)] if answer.tool_calls else [_line(one, answer, asked) for one in answer.pieces]
        )
        if answer.done:
            lines.append({**_line("", Answer(), asked), **_end(answer)})
        for line in lines:
            yield json.dumps(line).encode() + b"\n"


def _line(text: str, answer: Answer, asked: dict[str, Any]) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": "" if answer.tool_calls else text}
    if answer.tool_calls:
        message["tool_calls"] = [
            {"function": {"name": call.name, "arguments": json.loads(call.arguments)}} for call in answer.tool_calls
        ]
    return {"model": asked.get("model"), "created_at": "2026-11-25T00:00:00Z", "message": message, "done": False}


def _end(answer: Answer) -> dict[str, Any]:
    counts = {"prompt_eval_count": answer.tokens.prompt, "eval_count": answer.tokens.completion}
    reason = "stop" if answer.finish == "tool_calls" else answer.finish
    return {"done": True, "done_reason": reason, **({} if answer.reports == "no" else counts)}
