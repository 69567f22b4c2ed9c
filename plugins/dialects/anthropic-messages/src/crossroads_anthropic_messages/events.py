"""Upstream stream bytes -> Anthropic's events: what relaying and decoding a stream have in common.

Law (STREAM-2): complete is `message_stop`, and nothing else. Counts are cumulative: the last ones hold, but for a
0 that imitators send for what they counted before.
Source: Anthropic's docs, "Streaming messages", and `anthropic` 2.12, types/raw_*_event.py, read 2026-11-25.
"""

from __future__ import annotations

from typing import Any

import msgspec

from crossroads.errors import StreamCut, UpstreamError
from crossroads.jsonbody import MALFORMED
from crossroads.sse import EventReader, ServerEvent
from crossroads.types.usage import Usage
from crossroads_anthropic_messages.errors import embedded_error
from crossroads_anthropic_messages.reply import REMEDY, broken, finish_reason
from crossroads_anthropic_messages.response import is_block
from crossroads_anthropic_messages.tools import OUTPUT_TOOL
from crossroads_anthropic_messages.usage import parse_usage

HOLDERS = {
    "message_start": ("message",),
    "content_block_start": ("index", "content_block"),
    "content_block_delta": ("index", "delta"),
    "content_block_stop": ("index",),
    "message_delta": ("delta",),
}
"""What each event must hold: an integer `index`, and objects."""

DELTA_TEXTS = {
    "text_delta": "text",
    "thinking_delta": "thinking",
    "signature_delta": "signature",
    "input_json_delta": "partial_json",
}
"""What each delta must hold: a string."""

DONE = b"[DONE]"
"""Imitators end with OpenAI's terminator too; it says nothing here."""

_decode = msgspec.json.Decoder().decode


class MessageReader:
    """Keeps what every reader of a stream must know: usage, end, identity, completeness."""

    __slots__ = (
        "_answered",
        "_began",
        "_begun",
        "_called",
        "_counted",
        "_events",
        "_pieces",
        "_usage",
        "done",
        "stop_reason",
        "upstream_id",
        "usage_raw",
    )

    def __init__(self) -> None:
        self._usage: Usage | None = None
        self._counted = False  # did a message_delta count the output?
        self._pieces = 0
        self.usage_raw: dict[str, Any] = {}
        self.stop_reason: str | None = None
        self.upstream_id: str | None = None
        self.done = False
        self._events = EventReader()
        self._began = self._called = self._answered = False
        self._begun: set[int] = set()

    @property
    def usage(self) -> Usage | None:
        """Of a stream that was not counted to its end, an estimate: message_start knows the input, not the output."""
        if self._usage is None or self._counted:
            return self._usage
        written = max(self._usage.output_tokens, self._pieces)
        return msgspec.structs.replace(self._usage, output_tokens=written, quality="estimated")

    @property
    def structured(self) -> bool:
        """Is a forced tool the only one that was called?"""
        return self._answered and not self._called

    @property
    def finish_reason(self) -> str | None:
        return finish_reason(self.stop_reason, structured=self.structured)

    def events(self, data: bytes) -> list[ServerEvent]:
        """The events that these bytes complete."""
        return self._events.feed(data)

    def read(self, event: ServerEvent) -> dict[str, Any] | None:
        """The event as a document; None for what says nothing, and for all after the end."""
        if self.done or event.data == DONE:
            return None
        try:
            document = _decode(event.data)
        except MALFORMED:
            raise broken("the provider sent an event that is not JSON.") from None
        if not isinstance(document, dict) or not isinstance(kind := document.get("type"), str):
            raise broken("the provider sent an event without a type.")
        if kind == "error" or event.name == "error":
            raise embedded_error(document, event.data)
        for name in HOLDERS.get(kind, ()):
            if type(document.get(name)) is not (int if name == "index" else dict):
                raise broken(f"the provider sent a {kind} event without its {name}.")
        self._began |= kind == "message_start"
        if not self._began and kind in HOLDERS:
            raise broken("the provider sent a stream without its beginning.")
        self._note(kind, document)
        return document

    def end(self, *, framed: bool) -> list[tuple[ServerEvent, dict[str, Any]]]:
        """The last event, where its blank line is missing. Raises StreamCut unless the message has ended."""
        rest: list[tuple[ServerEvent, dict[str, Any]]] = []
        if self._events.pending and not self.done:
            try:
                for event in self._events.feed(b"\n\n"):
                    if framed and (document := self.read(event)) is not None:
                        rest.append((event, document))
            except UpstreamError as error:
                raise StreamCut("the stream ended inside an event.", remedy=REMEDY) from error
        if not self.done:
            raise StreamCut("the stream ended before its end.", remedy=REMEDY)
        return rest

    def _note(self, kind: str, document: dict[str, Any]) -> None:
        if kind == "content_block_delta":
            self._pieces += 1
            if document["index"] not in self._begun:
                raise broken("the provider sent a delta of a block that has not begun.")
            delta = document["delta"]
            said = delta.get("type")
            name = DELTA_TEXTS.get(said) if isinstance(said, str) else None
            if name is not None and not isinstance(delta.get(name), str):
                raise broken("the provider sent a delta without its text.")
        elif kind == "content_block_start":
            block = document["content_block"]
            self._begun.add(document["index"])
            if not is_block(block):
                raise broken("the provider sent a content block that can't be read.")
            if block["type"] == "tool_use":
                self._answered |= block.get("name") == OUTPUT_TOOL
                self._called |= block.get("name") != OUTPUT_TOOL
        elif kind == "message_start":
            said = document["message"].get("id")
            self.upstream_id = self.upstream_id or (said if isinstance(said, str) else None)
            self._count(document["message"].get("usage"))
        elif kind == "message_delta":
            reason = document["delta"].get("stop_reason")
            self.stop_reason = reason if isinstance(reason, str) and reason else self.stop_reason
            self._count(counts := document.get("usage"))
            self._counted |= isinstance(counts, dict) and type(counts.get("output_tokens")) is int
        elif kind == "message_stop":
            self.done = True

    def _count(self, raw: Any) -> None:
        if isinstance(raw, dict):
            told = {name: value for name, value in raw.items() if value is not None}
            self.usage_raw |= {name: value for name, value in told.items() if value or name not in self.usage_raw}
            self._usage = parse_usage(self.usage_raw) or self._usage
