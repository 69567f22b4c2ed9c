"""Streams of typed events (`{"type": "....delta"}` ... `{"type": "....done"}`), of sound and images: relayed and read.

A canonical chunk is such an event without its usage. Laws: any split of the same bytes gives the same output
(STREAM-1); a stream without its last event was cut (STREAM-2).
Source: OpenAI API reference, "Audio" and "Images", streaming events, read 2026-11-25.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import msgspec

from crossroads.dialect import Document, Stamp
from crossroads.errors import BadUpstream, CrossroadsError, StreamCut
from crossroads.holding import FailsLate, HoldingRelay
from crossroads.jsonbody import MALFORMED, encode
from crossroads.sse import EventReader, encode_event
from crossroads.types.usage import Usage
from crossroads_openai_chat.errors import embedded_error

REMEDY = "Retry the call."
EVENT_BYTES_MAX = 64 << 20
"""Of one event: an image may stand in it."""


class Kind(NamedTuple):
    """What a stream's events are called. last: any of them ends it; piece: how the names of those with content end.

    used: reads what was used from the last event, given what earlier last ones (of several images) said.
    """

    last: tuple[str, ...]
    piece: str
    used: Callable[[Document, Usage | None], Usage | None]


class Reading:
    """What a stream said so far."""

    finish_reason: str | None = None
    upstream_id: str | None = None
    usage: Usage | None = None

    def __init__(self, kind: Kind) -> None:
        self._kind = kind
        self._events = EventReader(EVENT_BYTES_MAX)
        self.complete = False

    def read(self, data: bytes) -> Iterator[tuple[str, bytes, Document]]:
        """Kind, data and document of each event. Raises BadUpstream, UpstreamRefused."""
        for event in self._events.feed(data):
            if event.data == b"[DONE]":
                continue
            try:
                told: Any = msgspec.json.decode(event.data)
            except MALFORMED:
                raise BadUpstream("it sent an event that is not JSON.", remedy=REMEDY) from None
            if not isinstance(told, dict):
                raise BadUpstream("it sent an event that is no object.", remedy=REMEDY)
            if told.get("error") or told.get("type") == "error":
                raise _failure(told)
            kind = told.get("type")
            kind = kind if isinstance(kind, str) and kind.isprintable() else ""
            if kind in self._kind.last:
                self.complete = True
                self.usage = self._kind.used(told, self.usage)
            yield kind, event.data, told


class Relay(HoldingRelay):
    """See `crossroads.dialect.Relay`. Events pass as they come, but that the last one's `usage` tells the price."""

    def __init__(self, kind: Kind, stamp: Stamp) -> None:
        self._kind, self._stamp, self._reading = kind, stamp, Reading(kind)
        super().__init__(self._reading)

    def _relay(self, data: bytes) -> Iterator[bytes]:
        for kind, text, told in self._reading.read(data):
            self.started = True
            if kind.endswith(self._kind.piece):
                self.seen_tokens += 1
            used = self._reading.usage
            if kind in self._kind.last and used is not None and isinstance(usage := told.get("usage"), dict):
                text = encode({**told, "usage": {**usage, "cost": self._stamp.price(used).json()}})
            yield encode_event(text)

    def close(self, *, framed: bool, usage: Usage) -> bytes:
        """See `crossroads.dialect.Relay.close`."""
        self._raise_failure()
        if not self._reading.complete:
            raise StreamCut("the stream ended before its last event.", remedy=REMEDY)
        return b"".join(self._held)


class Decoder(FailsLate):
    """See `crossroads.dialect.StreamDecoder`."""

    finish_reason: str | None = None
    upstream_id: str | None = None

    def __init__(self, kind: Kind) -> None:
        self._reading = Reading(kind)

    @property
    def usage(self) -> Usage | None:
        return self._reading.usage

    def feed(self, data: bytes) -> list[Document]:
        return self._taken(self._chunks, data)

    def close(self, *, framed: bool) -> list[Document]:
        self._raise_failure()
        if not self._reading.complete:
            raise StreamCut("the stream ended before its last event.", remedy=REMEDY)
        return []

    def _chunks(self, data: bytes) -> Iterator[Document]:
        for _, _, told in self._reading.read(data):
            yield {name: value for name, value in told.items() if name != "usage"}


def _failure(told: dict[str, Any]) -> CrossroadsError:
    error = told.get("error") or {name: value for name, value in told.items() if name != "type"}
    return embedded_error(msgspec.json.encode({"error": error}), error)
