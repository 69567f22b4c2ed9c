"""Upstream stream bytes -> shallow chunks: what relaying and decoding a stream have in common.

Law (STREAM-2): complete is `[DONE]`, or an end that framing proves after every choice has finished.
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import UNSET

from crossroads.errors import StreamCut, UpstreamError
from crossroads.jsonbody import MALFORMED
from crossroads.sse import EventReader, ServerEvent
from crossroads.types.usage import Usage
from crossroads_openai_chat import reply as common
from crossroads_openai_chat.reply import EMPTY_LIST, NULL, Shape
from crossroads_openai_chat.usage import parse_usage

DONE = b"[DONE]"

NO_DELTA = msgspec.Raw()


class ChunkChoice(msgspec.Struct, gc=False):
    """All that is read of a choice in a chunk; the rest is skipped over."""

    index: int = 0
    finish_reason: str | msgspec.UnsetType | None = UNSET
    delta: msgspec.Raw = NO_DELTA


_shallow = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_choices = msgspec.json.Decoder(list[ChunkChoice]).decode


class ChunkReader:
    """Keeps what every reader of a stream must know: usage, finish, identity, completeness.

    The attributes after the blank line describe the chunk that was read last.
    """

    __slots__ = (
        "_events",
        "_finished",
        "_wants_delta",
        "bare",
        "created",
        "done",
        "ended",
        "finish_reason",
        "upstream_id",
        "usage",
        "usage_raw",
        "usage_told",
    )  # fmt: skip

    def __init__(self, shape: Shape) -> None:
        self.usage: Usage | None = None
        self.usage_raw: msgspec.Raw | None = None
        self.finish_reason: str | None = None
        self.upstream_id: str | None = None
        self.created: msgspec.Raw | None = None
        self.done = False

        self.usage_told = NULL
        self.ended = False
        self.bare = False
        """It had a choice without a key that clients insist on."""
        self._events = EventReader()
        self._finished: dict[int, bool] = {}  # by index of every choice seen
        self._wants_delta = bool(shape.chunk_choice)

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
        if self.upstream_id is None:
            self.upstream_id, self.created = common.text_or_none(document.get("id")), document.get("created")
        self.usage_told = usage = document.pop("usage", NULL)
        if usage != NULL and (parsed := parse_usage(usage)) is not None:
            self.usage, self.usage_raw = parsed, usage  # counts are cumulative: the last one holds
        self.bare = self.ended = False
        for choice in choices:
            if reason := choice.finish_reason:
                self._finished[choice.index] = self.ended = True
                self.finish_reason = common.finish_reason(reason)
            elif choice.index not in self._finished:
                self._finished[choice.index] = False
            if reason is UNSET or (choice.delta is NO_DELTA and self._wants_delta):
                self.bare = True
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

    def _unusual(self, document: dict[str, Any], event: ServerEvent) -> None:
        """An event with a name, an error or no choices: raise what it says, or make it an ordinary chunk."""
        try:
            if event.name == "error" and document.get("error", NULL) == NULL:
                raise common.embedded_error(event.data, "an error event")
            common.raise_error(document, event.data, "choices")
        except UpstreamError as error:
            error.billing = "maybe"  # tokens may have been made before it
            raise
        document.setdefault("choices", EMPTY_LIST)
