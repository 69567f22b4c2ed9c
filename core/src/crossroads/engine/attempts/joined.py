"""A reply that is on its way to a client, read again as one canonical document: whole, or the chunks of a stream."""

from __future__ import annotations

from typing import Any

from crossroads.call import Call
from crossroads.dialect import Document

TEXTS = ("content", "refusal", "reasoning")
"""Of a delta: pieces that add up."""


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
        calls = message.setdefault("tool_calls", [])
        while len(calls) <= call.get("index", 0):
            calls.append({"type": "function", "function": {"name": "", "arguments": ""}})
        into, function = calls[call.get("index", 0)], call.get("function") or {}
        into["id"] = call.get("id") or into.get("id")
        for field in ("name", "arguments"):
            into["function"][field] += function.get(field) or ""
