"""Streams: relayed event by event, or decoded to canonical chunks and encoded again. No I/O, no clock.

Laws: any split of the same bytes gives the same output (STREAM-1); a cut stream never gets a `[DONE]` (STREAM-2);
usage leaves once, priced, in the last chunk. What a stream's end is, `chunks` says.
Source: OpenRouter API reference, "Streaming", read 2026-11-24.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from crossroads.call import Fields
from crossroads.dialect import Document, Stamp
from crossroads.holding import FailsLate, HoldingRelay
from crossroads.sse import encode_event
from crossroads.types.usage import Usage
from crossroads_openai_chat import heard
from crossroads_openai_chat import reply as common
from crossroads_openai_chat.chunks import ChunkReader
from crossroads_openai_chat.reply import EMPTY_LIST, NULL, Shape
from crossroads_openai_chat.usage import merged_usage

LF = 10
DONE_EVENT = b"data: [DONE]\n\n"

_encode = msgspec.json.Encoder().encode


class Relay(HoldingRelay):
    """See `crossroads.dialect.Relay`."""

    def __init__(self, stamp: Stamp, shape: Shape) -> None:
        self._chunks = ChunkReader(shape)
        super().__init__(self._chunks)
        self._stamp = stamp
        self._identity = {
            name: msgspec.Raw(_encode(text))
            for name, text in (
                ("id", stamp.id),
                ("object", shape.chunk_object),
                ("model", stamp.model),
                ("provider", stamp.provider),
            )
        }
        self._tail: Fields = {}

    def _relay(self, data: bytes) -> Iterator[bytes]:
        chunk, relayed = self._chunks.chunk, self._relayed
        for event in self._chunks.events(data):
            document = chunk(event)
            if document is not None:
                yield relayed(document)

    def close(self, *, framed: bool, usage: Usage) -> bytes:
        """See `crossroads.dialect.Relay.close`."""
        self._raise_failure()
        out = [*self._held, *map(self._relayed, self._chunks.end(framed=framed))]
        known = self._chunks.usage or usage
        last = {
            **self._tail,
            **self._identity,
            "created": self._chunks.created or self._stamp.created,
            "choices": [],
            "usage": merged_usage(self._chunks.usage_raw, known, self._stamp.price(known)),
            **self._stamp.told_route(),
        }
        return b"".join((*out, encode_event(_encode(last)), DONE_EVENT))

    def _relayed(self, document: dict[str, Any]) -> bytes:
        chunks = self._chunks
        if chunks.told and document["choices"] == EMPTY_LIST:
            self._tail = document  # its other fields leave with the one usage chunk
            return b""
        if not self.started:
            self.started = common.has_token(document["choices"])
        if self.started and not chunks.ended:
            self.seen_tokens += 1
        document.update(self._identity)
        if document.get("created", NULL) == NULL:
            document["created"] = chunks.created or self._stamp.created
        text = _encode(document)
        return b"data: %b\n\n" % text if LF not in text else encode_event(text)


class StreamDecoder(FailsLate):
    """See `crossroads.dialect.StreamDecoder`. `usage` stays in the chunk that carried it."""

    def __init__(self, shape: Shape) -> None:
        self._chunks = ChunkReader(shape)
        self._calls = heard.Calls()

    @property
    def usage(self) -> Usage | None:
        return self._chunks.usage

    @property
    def finish_reason(self) -> str | None:
        return self._chunks.finish_reason

    @property
    def upstream_id(self) -> str | None:
        return self._chunks.upstream_id

    def feed(self, data: bytes) -> list[Document]:
        """See `crossroads.dialect.StreamDecoder.feed`. An error leaves after the chunks that came before it."""
        return self._taken(self._read, data)

    def close(self, *, framed: bool) -> list[Document]:
        """See `crossroads.dialect.StreamDecoder.close`."""
        self._raise_failure()
        return [self._canonical(document) for document in self._chunks.end(framed=framed)]

    def _read(self, data: bytes) -> Iterator[Document]:
        for event in self._chunks.events(data):
            document = self._chunks.chunk(event)
            if document is not None:
                yield self._canonical(document)

    def _plain(self, delta: dict[str, Any]) -> None:
        """A delta's content is text, for all who read it. Raises BadUpstream: of its parts one is none."""
        if isinstance(parts := delta.get("content"), list):
            if any(part.get("type") != "text" for part in parts):
                raise common.broken("the provider sent a piece of content that is no text.")
            delta["content"] = "".join(part.get("text") or "" for part in parts)

    def _canonical(self, document: dict[str, Any]) -> Document:
        chunk: Document = {name: common.decode(raw) for name, raw in document.items()}
        for choice in chunk["choices"]:
            heard.check(choice)
            self._calls.apart(choice)
            if isinstance(choice.get("delta"), dict):
                self._plain(choice["delta"])
        chunk["choices"] = [common.canonical_choice(choice, "delta") for choice in chunk["choices"]]
        if self._chunks.told and self._chunks.usage_raw is not None:
            chunk["usage"] = common.decode(self._chunks.usage_raw)
        return chunk


class StreamEncoder:
    """See `crossroads.dialect.StreamEncoder`."""

    def __init__(self, stamp: Stamp, shape: Shape) -> None:
        self._stamp, self._shape = stamp, shape
        self._created: int | None = None
        self._usage: Any = None
        self._tail: Document = {}

    def encode(self, chunk: Document) -> bytes:
        """One chunk for the client; b"" for one that only carried usage."""
        choices = chunk.get("choices") or []
        if self._created is None and common.is_time(chunk.get("created")):
            self._created = chunk["created"]
        rest = {name: value for name, value in chunk.items() if name != "usage"}
        if chunk.get("usage") is not None:
            self._usage = chunk["usage"]
            if not choices:
                self._tail = rest
                return b""
        required = self._shape.chunk_choice
        rest["choices"] = [
            {"index": i, "finish_reason": None, "native_finish_reason": c.get("finish_reason"), **required, **c}
            for i, c in enumerate(choices)
        ]
        return encode_event(_encode(self._stamped(rest)))

    def close(self, usage: Usage) -> bytes:
        """The usage chunk, then `[DONE]`."""
        told = merged_usage(self._usage, usage, self._stamp.price(usage))
        last = {**self._tail, "created": self._created, "choices": [], "usage": told, **self._stamp.told_route()}
        return encode_event(_encode(self._stamped(last))) + DONE_EVENT

    def _stamped(self, chunk: Document) -> Document:
        stamp = self._stamp
        if chunk.get("created") is None:
            chunk["created"] = stamp.created if self._created is None else self._created
        chunk |= {"id": stamp.id, "object": self._shape.chunk_object, "model": stamp.model, "provider": stamp.provider}
        return chunk
