"""Anthropic's Messages. Source: its API reference, "Messages" and "Streaming Messages", read 2026-11-25."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from crossroads.testing.answers import Answer, Tokens
from crossroads.testing.voices.voice import Voice, event, halves

REASONS = {"stop": "end_turn", "tool_calls": "tool_use", "length": "max_tokens"}


class Anthropic(Voice):
    """Thinking is part of the output, and not counted apart."""

    ends = ("/messages",)
    dialects = frozenset({"anthropic-messages"})

    def told(self, tokens: Tokens) -> Tokens:
        return tokens._replace(reasoning=0)

    def tools(self, asked: dict[str, Any]) -> Iterator[tuple[str, Any]]:
        for tool in asked["tools"]:
            yield tool["name"], tool["input_schema"]

    def document(self, answer: Answer, asked: dict[str, Any]) -> dict[str, Any]:
        blocks: list[dict[str, Any]] = [
            {"type": "tool_use", "id": call.id, "name": call.name, "input": json.loads(call.arguments)}
            for call in answer.tool_calls
        ]
        return {
            **_message(asked),
            "content": blocks or [{"type": "text", "text": "".join(answer.pieces)}],
            "stop_reason": REASONS.get(answer.finish, answer.finish),
            "usage": {} if answer.reports == "no" else {**_prompt(answer.tokens), **_made(answer.tokens)},
        }

    def pieces(self, answer: Answer, asked: dict[str, Any]) -> Iterator[bytes]:
        usage = {} if answer.reports == "no" else {**_prompt(answer.tokens), "output_tokens": 1}
        message = {**_message(asked), "content": [], "stop_reason": None, "usage": usage}
        yield _event("message_start", message=message)
        if not answer.tool_calls:
            yield from _block(0, {"type": "text", "text": ""}, "text_delta", "text", answer.pieces)
        for index, call in enumerate(answer.tool_calls):
            block = {"type": "tool_use", "id": call.id, "name": call.name, "input": {}}
            yield from _block(index, block, "input_json_delta", "partial_json", halves(call.arguments))
        delta = {"stop_reason": REASONS.get(answer.finish, answer.finish), "stop_sequence": None}
        yield _event("message_delta", delta=delta, usage={} if answer.reports == "no" else _made(answer.tokens))
        if answer.done:
            yield _event("message_stop")


def _message(asked: dict[str, Any]) -> dict[str, Any]:
    model = asked.get("model")
    return {"id": "msg_scripted", "type": "message", "role": "assistant", "model": model, "stop_sequence": None}


def _block(index: int, block: dict[str, Any], kind: str, field: str, pieces: tuple[str, ...]) -> Iterator[bytes]:
    yield _event("content_block_start", index=index, content_block=block)
    for piece in pieces:
        yield _event("content_block_delta", index=index, delta={"type": kind, field: piece})
    yield _event("content_block_stop", index=index)


def _event(kind: str, **fields: Any) -> bytes:
    return event({"type": kind, **fields}, kind)


def _prompt(tokens: Tokens) -> dict[str, int]:
    """Cached and written tokens stand beside the fresh ones."""
    return {
        "input_tokens": tokens.prompt - tokens.cached - tokens.written,
        "cache_read_input_tokens": tokens.cached,
        "cache_creation_input_tokens": tokens.written,
    }


def _made(tokens: Tokens) -> dict[str, int]:
    return {"output_tokens": tokens.completion}
