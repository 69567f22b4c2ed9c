"""A reply that is on its way to a client, read again as one canonical document: whole, or the chunks of a stream."""

from __future__ import annotations

from typing import Any

from crossroads.call import Call
from crossroads.dialect import Document

TEXTS = ("content", "refusal", "reasoning")
"""Of a delta: pieces that add up."""

CALLS_MAX = 1024
"""Calls of tools in one message: a place beyond is a mistake of its host, and all before it would be made up."""


def joined(call: Call, body: bytes) -> Document | None:
    """None: the dialect knows no canonical form of it. Raises what the dialect raises."""
    if not call.stream:
        return call.dialect.decode_response(body).document
    decoder = call.dialect.decode_stream()
    chunks = [*decoder.feed(body), *decoder.close(framed=True)]
    choices: dict[int, dict[str, Any]] = {}
    for chunk in chunks:
        for choice in chunk.get("choices") or ():
            into = choices.setdefault(choice.get("index", 0), {"index": choice.get("index", 0), "message": {}})
            _add(into["message"], choice.get("delta") or {})
            if choice.get("finish_reason") is not None:
                into["finish_reason"] = choice["finish_reason"]
    return {"object": "chat.completion", "choices": [choices[index] for index in sorted(choices)]}


def _add(message: dict[str, Any], delta: dict[str, Any]) -> None:
    for field in TEXTS:
        if delta.get(field) is not None:
            message[field] = (message.get(field) or "") + delta[field]
    for call in delta.get("tool_calls") or ():
        calls, place = message.setdefault("tool_calls", []), call.get("index", 0)
        if not 0 <= place < CALLS_MAX:
            raise ValueError(f"a call of a tool stands at {place}")
        while len(calls) <= place:
            calls.append({"type": "function", "function": {"name": "", "arguments": ""}})
        into, function = calls[place], call.get("function") or {}
        into["id"] = call.get("id") or into.get("id")
        for field in ("name", "arguments"):
            into["function"][field] += function.get(field) or ""
