"""A stream's content blocks -> deltas of a canonical message. Each block is known by its index until it stops.

Text, thinking and tool calls leave as they come; citations when their text is whole; a block that only Anthropic has,
whole, as one entry of `native_blocks`.
"""

from __future__ import annotations

from typing import Any

import msgspec

from crossroads.jsonbody import MALFORMED
from crossroads_anthropic_messages import reasoning
from crossroads_anthropic_messages.foreign import FORMAT
from crossroads_anthropic_messages.reply import NATIVE, annotation, broken, call_extras
from crossroads_anthropic_messages.tools import OUTPUT_TOOL

BLOCK_BYTES_MAX = 8 << 20
"""Of one block that is collected before it leaves."""

NEW_TEXT = {"type": "text", "starts": True}
"""The entry of `native_blocks` that parts two texts which follow each other."""

Delta = dict[str, Any]


class _Block(msgspec.Struct):
    """One block. kind: text, thinking, call or other. number: among those of its kind. start: in the answer's text."""

    kind: str
    number: int = 0
    start: int = 0
    end: int = 0
    citations: list[dict[str, Any]] = msgspec.field(default_factory=list)
    native: dict[str, Any] = msgspec.field(default_factory=dict)
    json: list[str] = msgspec.field(default_factory=list)
    size: int = 0


class BlockDecoder:
    """Feed it the events between `message_start` and `message_delta`."""

    def __init__(self) -> None:
        self._open: dict[int, _Block] = {}
        self._known: dict[int, _Block] = {}
        self._thoughts = self._calls = self._size = 0
        self._last = ""

    def deltas(self, kind: str, event: dict[str, Any]) -> list[Delta]:
        """What an event adds to the message."""
        if kind == "content_block_start":
            return self._start(event["index"], event["content_block"])
        if kind == "content_block_delta":
            return self._delta(event["index"], event["delta"])
        if kind == "content_block_stop":
            return self._stop(event["index"])
        return []

    def finish(self) -> list[Delta]:
        """What is left of blocks that did not stop."""
        return [delta for index in list(self._open) for delta in self._stop(index)]

    def _start(self, index: int, block: dict[str, Any]) -> list[Delta]:
        kind = block["type"]
        before, self._last = self._last, kind
        if kind == "text":
            self._keep(index, _Block("text", start=self._size, end=self._size))
            out = [{NATIVE: [NEW_TEXT]}] if before == "text" else []
            return out + self._text(index, block["text"])
        if kind == "thinking":
            made = self._keep(index, _Block("thinking", self._thoughts))
            self._thoughts += 1
            out = self._thought(made, block["thinking"])
            if isinstance(block.get("signature"), str) and block["signature"]:
                out += self._signature(made, block["signature"])
            return out
        if kind == "redacted_thinking":
            self._thoughts += 1
            return [{"reasoning_details": [reasoning.detail(block, self._thoughts - 1)]}]
        if kind == "tool_use":
            return self._call(index, block)
        self._keep(index, _Block("other", native=block))
        return []

    def _call(self, index: int, block: dict[str, Any]) -> list[Delta]:
        asked = block.get("input")
        arguments = msgspec.json.encode(asked).decode() if asked else ""
        if block.get("name") == OUTPUT_TOOL:
            self._keep(index, _Block("text", start=self._size, end=self._size))
            return self._text(index, arguments)
        made = self._keep(index, _Block("call", self._calls))
        self._calls += 1
        function = {"name": block.get("name") or "", "arguments": ""}
        call = {
            "index": made.number,
            "id": block.get("id") or f"call_{made.number}",
            "type": "function",
            "function": function,
        }
        delta: Delta = {"tool_calls": [call]}
        if extras := call_extras(block):
            delta[NATIVE] = [{"type": "tool_use", **extras}]
        return [delta, *self._arguments(made, arguments)]

    def _delta(self, index: int, delta: dict[str, Any]) -> list[Delta]:
        block = self._known.get(index)
        kind = delta.get("type")
        if block is None:  # what was redacted has said all
            return []
        if block.kind == "other":
            self._collect(block, delta)
        elif kind == "text_delta":
            return self._text(index, delta["text"])
        elif kind == "thinking_delta" and block.kind == "thinking":
            return self._thought(block, delta["thinking"])
        elif kind == "signature_delta" and block.kind == "thinking":
            return self._signature(block, delta["signature"])
        elif kind == "input_json_delta":
            if block.kind == "call":
                return self._arguments(block, delta["partial_json"])
            if block.kind == "text":
                return self._text(index, delta["partial_json"])
        elif kind == "citations_delta" and isinstance(delta.get("citation"), dict):
            block.citations.append(delta["citation"])
            self._open[index] = block
        return []

    def _stop(self, index: int) -> list[Delta]:
        block = self._open.pop(index, None)
        if block is None:
            return []
        if block.kind == "other":
            return [{NATIVE: [self._whole(block)]}]
        if not block.citations:
            return []
        cited, block.citations = block.citations, []
        notes = [annotation(one, block.start, block.end) for one in cited]
        return [{"annotations": notes, NATIVE: [{"type": "text", "citations": cited}]}]

    def _keep(self, index: int, block: _Block) -> _Block:
        self._open[index] = self._known[index] = block
        return block

    def _text(self, index: int, text: str) -> list[Delta]:
        if not text:
            return []
        self._size += len(text)
        if (block := self._known.get(index)) is not None:
            block.end = self._size
        return [{"content": text}]

    @staticmethod
    def _thought(block: _Block, text: str) -> list[Delta]:
        if not text:
            return []
        detail = {"type": "reasoning.text", "text": text, "format": FORMAT, "index": block.number}
        return [{"reasoning": text, "reasoning_details": [detail]}]

    @staticmethod
    def _signature(block: _Block, signature: str) -> list[Delta]:
        detail = reasoning.detail({"type": "thinking", "signature": signature}, block.number)
        return [{"reasoning_details": [detail]}] if signature else []

    @staticmethod
    def _arguments(block: _Block, text: str) -> list[Delta]:
        return [{"tool_calls": [{"index": block.number, "function": {"arguments": text}}]}] if text else []

    @staticmethod
    def _collect(block: _Block, delta: dict[str, Any]) -> None:
        """A delta of a block that has no canonical word: strings grow, other values replace."""
        for name, value in delta.items():
            if name == "type":
                continue
            block.size += len(value) if isinstance(value, str) else 1
            if block.size > BLOCK_BYTES_MAX:
                raise broken(f"the provider sent a block of more than {BLOCK_BYTES_MAX} characters.")
            if name == "partial_json" and isinstance(value, str):
                block.json.append(value)
            elif isinstance(value, str):
                before = block.native.get(name)
                block.native[name] = (before if isinstance(before, str) else "") + value
            else:
                block.native[name] = value

    @staticmethod
    def _whole(block: _Block) -> dict[str, Any]:
        text = "".join(block.json)
        if text:
            try:
                block.native["input"] = msgspec.json.decode(text)
            except MALFORMED:
                block.native["input"] = {"arguments": text}
        return block.native
