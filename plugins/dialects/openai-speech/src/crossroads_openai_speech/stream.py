"""Streams of typed events (`{"type": "....delta"}` to `{"type": "....done"}`): relayed, read, and written.

A canonical chunk is such an event without its usage. Laws: any split of the same bytes gives the same output
(STREAM-1); a stream without its `.done` was cut (STREAM-2).
Source: OpenAI API reference, "Audio", streaming events, read 2026-11-25.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec
from crossroads_openai_chat.errors import embedded_error

from crossroads.dialect import Document, Stamp
from crossroads.errors import BadUpstream, CrossroadsError, StreamCut
from crossroads.holding import FailsLate, HoldingRelay
from crossroads.jsonbody import MALFORMED, encode
from crossroads.sse import EventReader, encode_event
from crossroads.types.usage import Usage
from crossroads_openai_speech.transcript import spoken_usage, usage_document
from crossroads_openai_speech.usage import read_usage

REMEDY = "Retry the call."


class Kind(NamedTuple):
    """What a stream's events are called. speaks: is what comes out sound?"""

    delta: str
    done: str
    speaks: bool = False


SPEECH = Kind("speech.audio.delta", "speech.audio.done", speaks=True)
TRANSCRIPT = Kind("transcript.text.delta", "transcript.text.done")


class Reading:
    """What a stream said so far."""

    finish_reason: str | None = None
    upstream_id: str | None = None
    usage: Usage | None = None

    def __init__(self, *done: str) -> None:
        self._done = done
        self._events = EventReader()
        self.complete = False

    def read(self, data: bytes) -> Iterator[tuple[str, bytes, Document]]:
        """Kind, data and document of each event. Raises BadUpstream, UpstreamRefused."""
        for event in self._events.feed(data):
            if event.data == b"[DONE]" or self.complete:
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
            if kind in self._done:
                self.complete = True
                self.usage = self.used(kind, told)
            yield kind, event.data, told

    def used(self, kind: str, told: Document) -> Usage | None:
        """What the last event says was used."""
        return read_usage(told.get("usage"), speaks=kind.startswith("speech"))


class Relay(HoldingRelay):
    """See `crossroads.dialect.Relay`. done: the kind of the event that ends the stream."""

    def __init__(self, done: str) -> None:
        self._reading = Reading(done)
        super().__init__(self._reading)

    def _relay(self, data: bytes) -> Iterator[bytes]:
        for kind, text, _ in self._reading.read(data):
            self.started = True
            if kind.endswith(".delta"):
                self.seen_tokens += 1
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
        self._reading = Reading(kind.done)

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


class Encoder:
    """See `crossroads.dialect.StreamEncoder`. The last event is the upstream's own, where it has one."""

    def __init__(self, kind: Kind, stamp: Stamp) -> None:
        self._kind, self._stamp = kind, stamp
        self._last: Document | None = None
        self._texts: list[str] = []

    def encode(self, chunk: Document) -> bytes:
        if chunk.get("type") == self._kind.done:
            self._last = chunk
            return b""
        if not self._kind.speaks and isinstance(text := chunk.get("delta"), str):
            self._texts.append(text)
        return encode_event(msgspec.json.encode(chunk))

    def close(self, usage: Usage) -> bytes:
        last: Document = dict(self._last or {"type": self._kind.done})
        if not self._kind.speaks:
            last.setdefault("text", "".join(self._texts))
        told = spoken_usage(usage) if self._kind.speaks else usage_document(usage)
        last["usage"] = {**told, "cost": self._stamp.price(usage).json()}
        return encode_event(encode(last))


def _failure(told: dict[str, Any]) -> CrossroadsError:
    error = told.get("error") or {name: value for name, value in told.items() if name != "type"}
    return embedded_error(msgspec.json.encode({"error": error}), error)
