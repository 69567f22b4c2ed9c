"""Cohere's chat, version 2. Source: its API reference, "Chat" and "Chat with streaming", read 2026-11-25."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from crossroads.testing.answers import Answer, Tokens
from crossroads.testing.voices.voice import Voice, event, halves

REASONS = {"stop": "COMPLETE", "tool_calls": "TOOL_CALL", "length": "MAX_TOKENS"}


class Cohere(Voice):
    """It bills what it calls billed units, and no cache apart."""

    ends = ("/v2/chat",)
    dialects = frozenset({"cohere-v2"})

    def told(self, tokens: Tokens) -> Tokens:
        return tokens._replace(cached=0, written=0)

    def tools(self, asked: dict[str, Any]) -> Iterator[tuple[str, Any]]:
        for tool in asked["tools"]:
            yield tool["function"]["name"], tool["function"]["parameters"]

    def document(self, answer: Answer, asked: dict[str, Any]) -> dict[str, Any]:
        message: dict[str, Any] = {"role": "assistant"}
        if answer.tool_calls:
            message["tool_calls"] = [_call(call.id, call.name, call.arguments) for call in answer.tool_calls]
        else:
            message["content"] = [{"type": "text", "text": "".join(answer.pieces)}]
        return {"id": "scripted", "message": message, **_end(answer)}

    def pieces(self, answer: Answer, asked: dict[str, Any]) -> Iterator[bytes]:
        yield _event("message-start", id="scripted", delta={"message": {"role": "assistant", "content": []}})
        if not answer.tool_calls:
            yield _event("content-start", index=0, delta={"message": {"content": {"type": "text", "text": ""}}})
            for piece in answer.pieces:
                yield _event("content-delta", index=0, delta={"message": {"content": {"text": piece}}})
            yield _event("content-end", index=0)
        for index, call in enumerate(answer.tool_calls):
            start = {"message": {"tool_calls": _call(call.id, call.name, "")}}
            yield _event("tool-call-start", index=index, delta=start)
            for part in halves(call.arguments):
                told = {"message": {"tool_calls": {"function": {"arguments": part}}}}
                yield _event("tool-call-delta", index=index, delta=told)
            yield _event("tool-call-end", index=index)
        if answer.done:
            yield _event("message-end", delta=_end(answer))


def _call(id: str, name: str, arguments: str) -> dict[str, Any]:
    return {"id": id, "type": "function", "function": {"name": name, "arguments": arguments}}


def _event(kind: str, **fields: Any) -> bytes:
    return event({"type": kind, **fields}, kind)


def _end(answer: Answer) -> dict[str, Any]:
    tokens = answer.tokens
    billed = {"input_tokens": tokens.prompt, "output_tokens": tokens.completion}
    usage = {"billed_units": billed, "tokens": {**billed, "reasoning_tokens": tokens.reasoning}}
    end: dict[str, Any] = {"finish_reason": REASONS.get(answer.finish, answer.finish)}
    return end if answer.reports == "no" else {**end, "usage": usage}
