"""Upstream stream bytes -> shallow chunks: what relaying and decoding a stream have in common.

Law (STREAM-2): complete is `[DONE]`, or an end that framing proves after every choice has finished.
"""

from __future__ import annotations

from typing import Any

import msgspec

from crossroads.errors import StreamCut, UpstreamError
from crossroads.jsonbody import MALFORMED
from crossroads.sse import EventReader, ServerEvent
from crossroads.types.usage import Usage
from crossroads_openai_chat import reply as common
from crossroads_openai_chat.errors import embedded_error
from crossroads_openai_chat.reply import ABSENT, EMPTY_LIST, KNOWN_REASONS, NULL, Choice, Said, Shape
from crossroads_openai_chat.usage import parse_usage

DONE = b"[DONE]"

CHOICES_MAX = 1024
CALLS_MAX = 1024
"""Tool calls of one choice that are told apart by id, where a host does not number them."""

_shallow = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_choices = msgspec.json.Decoder(list[Choice]).decode
_encode = msgspec.json.Encoder().encode


class ChunkReader:
    """Keeps what every reader of a stream must know: usage, finish, identity, completeness.

    The attributes after the blank line describe the chunk that was read last.
    """

    __slots__ = (
        "_calls", "_events", "_finished", "_required", "created", "done", "ended", "finish_reason", "told",
        "upstream_id", "usage", "usage_raw",
    )  # fmt: skip

    def __init__(self, shape: Shape) -> None:
        self.usage: Usage | None = None
        self.usage_raw: msgspec.Raw | None = None
        self.finish_reason: str | None = None
        self.upstream_id: str | None = None
        self.created: msgspec.Raw | None = None
        self.done = False

        self.told = False
        """It reported usage."""
        self.ended = False
        """It finished a choice."""
        self._events = EventReader()
        self._finished: dict[int, bool] = {}  # by index of every choice seen
        self._required = shape.chunk_choice
        self._calls: dict[int, list[str]] = {}  # ids of tool calls, by choice: only of hosts that number none

    def events(self, data: bytes) -> list[ServerEvent]:
        """The events that these bytes complete."""
        return self._events.feed(data)

    def chunk(self, event: ServerEvent) -> dict[str, Any] | None:
        """The event as a document, undecoded, without its usage. None for the terminator, and for all after it."""
        name, data = event
        if self.done or data == DONE:
            self.done = True
            return None
        try:
            if not data.isascii():
                data.decode()  # a Raw value is skipped over, and would hand broken UTF-8 to the client
            document: dict[str, Any] = _shallow(data)
            if name or "choices" not in document or "error" in document:
                self._unusual(document, event)
            choices = _choices(document["choices"])
        except MALFORMED:
            raise common.broken("the provider sent an event that is no chunk of a completion.") from None
        if self.upstream_id is None or self.created is None:
            self._identify(document)
        self.told = self.ended = bare = False
        usage = document.pop("usage", NULL)
        if usage != NULL and (parsed := parse_usage(usage)) is not None:
            self.usage, self.usage_raw = parsed, usage  # counts are cumulative: the last one holds
            self.told = True
        for choice in choices:
            if reason := choice.finish_reason:
                self._finished[choice.index] = self.ended = True
                self.finish_reason = common.finish_reason(reason)
            elif choice.index not in self._finished:
                self._finished[choice.index] = False
                if len(self._finished) > CHOICES_MAX:
                    raise common.broken(f"the provider sent over {CHOICES_MAX} choices.")
            if reason not in KNOWN_REASONS or (self._required and _is_bare(choice.delta)):
                bare = True
        if bare:
            self._complete(document)
        return document

    def end(self, *, framed: bool) -> list[dict[str, Any]]:
        """The chunks of a last event without its blank line. Raises StreamCut unless the stream was complete."""
        rest: list[dict[str, Any]] = []
        if self._events.pending and not self.done:
            try:
                rest = [c for c in map(self.chunk, self._events.feed(b"\n\n")) if c is not None]
            except UpstreamError as error:
                raise StreamCut("the stream ended inside an event.", remedy=common.REMEDY) from error
        ended = framed and bool(self._finished) and all(self._finished.values())
        if not (self.done or ended):
            raise StreamCut("the stream ended before its end.", remedy=common.REMEDY)
        return rest

    def _complete(self, document: dict[str, Any]) -> None:
        """Add what clients insist on: keys, known finish reasons, numbers of tool calls."""
        choices = common.with_required_keys(document["choices"], self._required)
        for choice in choices:
            said = common.decode(choice["delta"]) if isinstance(choice.get("delta"), msgspec.Raw) else None
            if not isinstance(said, dict) or not said.get("tool_calls"):
                continue
            index = common.decode(choice["index"]) if isinstance(choice["index"], msgspec.Raw) else choice["index"]
            ids = self._calls.setdefault(index, [])
            for call in said["tool_calls"]:
                if call.get("index") is None:
                    if isinstance(call.get("id"), str) and call["id"] not in ids and len(ids) < CALLS_MAX:
                        ids.append(call["id"])
                    call["index"] = max(0, len(ids) - 1)
            choice["delta"] = said
        document["choices"] = msgspec.Raw(_encode(choices))

    def _identify(self, document: dict[str, Any]) -> None:
        self.upstream_id = self.upstream_id or common.text_or_none(document.get("id"))
        if self.created is None and common.is_time(document.get("created")):
            self.created = document["created"]

    def _unusual(self, document: dict[str, Any], event: ServerEvent) -> None:
        """An event with a name, an error or no choices: raise what it says, or make it an ordinary chunk."""
        try:
            if event.name == "error" and document.get("error", NULL) == NULL:
                raise embedded_error(event.data, "an error event")
            common.raise_error(document, event.data, "choices")
        except UpstreamError as error:
            error.billing = "maybe"  # tokens may have been made before it
            raise
        document.setdefault("choices", EMPTY_LIST)


def _is_bare(delta: Said | None) -> bool:
    if delta is ABSENT:
        return True
    calls = delta.tool_calls if delta is not None else None
    return calls is not None and any(not isinstance(call.index, int) for call in calls)
