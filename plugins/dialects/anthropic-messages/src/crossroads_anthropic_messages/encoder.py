"""Canonical chunks -> Anthropic's stream events, from whatever model they come.

Laws: blocks are numbered as they open, and one is open at a time; usage and price leave once, in `message_delta`.
A piece of a block that has closed still goes to that block: hosts interleave parallel tool calls.
Source: Anthropic's docs, "Streaming messages", and what the SDK (`anthropic` 2.12) builds of them, read 2026-11-25.
"""

from __future__ import annotations

from typing import Any

import msgspec

from crossroads.dialect import Document, Stamp
from crossroads.sse import encode_event
from crossroads.types.usage import Usage
from crossroads_anthropic_messages import foreign, reasoning
from crossroads_anthropic_messages.blocks import NEW_TEXT
from crossroads_anthropic_messages.reply import EXTRAS, NATIVE, citation, image_note
from crossroads_anthropic_messages.response import stop_fields
from crossroads_anthropic_messages.stream import MESSAGE_STOP
from crossroads_anthropic_messages.usage import encoded_usage

NO_USAGE = {"input_tokens": 0, "output_tokens": 0}
"""What the first event says: the counts are known at the end."""

UNNAMED = {"type": "reasoning.text", "format": "unknown"}
"""The detail of a host that sends its reasoning as bare text."""

Key = tuple[str, Any]


class StreamEncoder:
    """See `crossroads.dialect.StreamEncoder`."""

    def __init__(self, stamp: Stamp) -> None:
        self._stamp = stamp
        self._out: list[bytes] = []
        self._began = False
        self._numbers: dict[Key, int] = {}  # of every block that can be told apart from others of its kind
        self._current: Key | None = None
        self._next = 0
        self._foreign: dict[Key, dict[str, Any]] = {}  # what another format's thinking must bring back
        self._texts = 0
        self._end: dict[str, Any] = {}
        self._refusal = ""
        self._extras: dict[str, Any] = {}
        self._usage: Any = None

    def encode(self, chunk: Document) -> bytes:
        """See `crossroads.dialect.StreamEncoder.encode`."""
        self._begin()
        if chunk.get("usage") is not None:
            self._usage = chunk["usage"]
        self._extras |= {name: chunk[name] for name in EXTRAS if chunk.get(name) is not None}
        for choice in chunk.get("choices") or []:
            if choice.get("index"):
                continue  # the format has one answer
            self._add(choice.get("delta") or {})
            if choice.get("finish_reason"):
                self._end = {name: value for name, value in choice.items() if name != "delta"}
        return self._taken()

    def close(self, usage: Usage) -> bytes:
        """The end of the last block, `message_delta` with usage, `message_stop`."""
        self._begin()
        self._close_block()
        called = any(kind == "call" for kind, _ in self._numbers)
        delta = stop_fields(self._end, self._refusal or None, called=called)
        beside = {name: value for name, value in self._extras.items() if name != "container"}
        if "container" in self._extras:
            delta["container"] = self._extras["container"]
        told = encoded_usage(self._usage, usage, self._stamp.price(usage))
        self._event("message_delta", delta=delta, **beside, usage=told)
        return self._taken() + MESSAGE_STOP

    def _begin(self) -> None:
        if self._began:
            return
        self._began = True
        stamp = self._stamp
        message: dict[str, Any] = {
            "id": stamp.id,
            "type": "message",
            "role": "assistant",
            "model": stamp.model,
            "provider": stamp.provider,
            "content": [],
            "stop_reason": None,
            "stop_sequence": None,
            "usage": NO_USAGE,
        }
        self._event("message_start", message=message)

    def _add(self, delta: dict[str, Any]) -> None:
        details = [one for one in delta.get("reasoning_details") or [] if isinstance(one, dict)]
        for detail in details:
            self._thought(detail)
        if not details and (bare := delta.get("reasoning") or delta.get("reasoning_content")):
            self._thought({**UNNAMED, "text": bare})
        native = delta.get(NATIVE) or []
        if NEW_TEXT in native:
            self._texts += 1
            self._at(("text", self._texts), {"type": "text", "text": ""})
        for text in (delta.get("content"), *map(image_note, delta.get("images") or [])):
            if text:
                self._piece(self._text(), type="text_delta", text=text)
        if (said := (delta.get("audio") or {}).get("transcript")) and not delta.get("content"):
            self._piece(self._text(), type="text_delta", text=said)
        self._cite(delta, native)
        extras: dict[str, Any] = next((one for one in native if one.get("type") == "tool_use"), {})
        for at, call in enumerate(delta.get("tool_calls") or []):
            self._call(call, call.get("index", at), extras)
        for block in native:
            if block.get("type") not in ("text", "tool_use"):
                self._whole(block)
        self._refusal += delta.get("refusal") or ""

    def _cite(self, delta: dict[str, Any], native: list[Any]) -> None:
        cited = [one for block in native if block.get("type") == "text" for one in block.get("citations", ())]
        if not cited:
            cited = [one for one in map(citation, delta.get("annotations") or []) if one is not None]
        for one in cited:
            self._piece(self._text(), type="citations_delta", citation=one)

    def _thought(self, detail: dict[str, Any]) -> None:
        text = detail.get("text") or detail.get("summary") or ""
        if not text and detail.get("type") != "reasoning.text":
            self._whole(reasoning.packed_block(detail))
            return
        key = self._thinking_key(detail)
        number = self._at(key, {"type": "thinking", "thinking": "", "signature": ""})
        if text:
            self._piece(number, type="thinking_delta", thinking=text)
        if detail.get("format") == foreign.FORMAT:
            if detail.get("signature"):
                self._piece(number, type="signature_delta", signature=detail["signature"])
        else:
            said = {name: value for name, value in detail.items() if name not in ("text", "summary")}
            self._foreign[key] = {**self._foreign.get(key, {}), **said}

    def _thinking_key(self, detail: dict[str, Any]) -> Key:
        """By its index; without one it goes on with what is being thought, or begins anew."""
        index = detail.get("index")
        if index is None and self._current is not None and self._current[0] == "thinking":
            return self._current
        return "thinking", (detail.get("type"), index, self._next if index is None else 0)

    def _text(self) -> int:
        if self._current is not None and self._current[0] == "text":
            return self._numbers[self._current]
        self._texts += 1
        return self._at(("text", self._texts), {"type": "text", "text": ""})

    def _call(self, call: dict[str, Any], index: int, extras: dict[str, Any]) -> None:
        function = call.get("function") or {}
        key = ("call", index)
        block = {"type": "tool_use", "id": call.get("id") or f"call_{index}", "name": function.get("name") or ""}
        number = self._at(key, {**block, "input": {}, **extras})
        if function.get("arguments"):
            self._piece(number, type="input_json_delta", partial_json=function["arguments"])

    def _whole(self, block: dict[str, Any]) -> None:
        """A block that comes in one piece; its input as the client's SDK collects it."""
        asked = block.get("input")
        first = {**block, "input": {}} if isinstance(asked, dict) else block
        number = self._at(("whole", self._next), first)
        if isinstance(asked, dict) and asked:
            self._piece(number, type="input_json_delta", partial_json=msgspec.json.encode(asked).decode())
        self._close_block()

    def _at(self, key: Key, block: dict[str, Any]) -> int:
        """The number of this block; it is opened when it is new."""
        if key not in self._numbers:
            self._close_block()
            self._numbers[key] = self._next
            self._next += 1
            self._current = key
            self._event("content_block_start", index=self._numbers[key], content_block=block)
        return self._numbers[key]

    def _close_block(self) -> None:
        if self._current is None:
            return
        number = self._numbers[self._current]
        if (said := self._foreign.pop(self._current, None)) is not None:
            self._piece(number, type="signature_delta", signature=foreign.pack(said))
        self._event("content_block_stop", index=number)
        self._current = None

    def _piece(self, number: int, **delta: Any) -> None:
        self._event("content_block_delta", index=number, delta=delta)

    def _event(self, kind: str, **fields: Any) -> None:
        self._out.append(encode_event(msgspec.json.encode({"type": kind, **fields}), kind))

    def _taken(self) -> bytes:
        out, self._out = b"".join(self._out), []
        return out
