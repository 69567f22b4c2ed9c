"""Streams: relayed event by event, or decoded to canonical chunks and encoded again. No I/O, no clock.

Laws: any split of the same bytes gives the same output (STREAM-1); a cut stream never gets a `[DONE]` (STREAM-2):
complete is `[DONE]`, or an end that framing proves after every choice has finished; usage leaves once, priced, last.

One event costs a shallow parse, a look at its choices and an encode: figures in the changelog.
Source: OpenRouter API reference, "Streaming", read 2026-11-24.
"""

from __future__ import annotations

from typing import Any

import msgspec
from crossroads.call import Fields
from crossroads.dialect import Document, Stamp
from crossroads.errors import StreamCut, UpstreamError
from crossroads.sse import EventReader, ServerEvent, encode_event
from crossroads.types.usage import Usage

from crossroads_openai_chat import reply as common
from crossroads_openai_chat.reply import EMPTY_LIST, NULL, Shape
from crossroads_openai_chat.usage import merged_usage, parse_usage

HELD_BYTES_MAX = 1 << 20
"""Of output held back while no token has come; a host that sends more without one is broken."""

DONE = b"[DONE]"
DONE_EVENT = b"data: [DONE]\n\n"

_encode = msgspec.json.Encoder().encode


class ChunkReader:
    """Upstream bytes -> shallow chunks, with what every reader of a stream keeps: usage, finish, completeness."""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self.usage: Usage | None = None
        self.usage_raw: msgspec.Raw | None = None
        self.finish_reason: str | None = None
        self.upstream_id: str | None = None
        self.done = False
        self.bare = False  # the last chunk had a choice without the key `finish_reason`
        self.reader = EventReader()
        self._finished: dict[int, bool] = {}  # by index of every choice seen

    def chunk(self, event: ServerEvent) -> dict[str, Any] | None:
        """The event as a document, undecoded, usage left in; None when it is the terminator."""
        data = event.data
        if data == DONE or self.done:
            self.done = True
            return None
        document = common.shallow(data)
        choices = document.get("choices")
        if choices is None or "error" in document or event.name == "error":
            self._without_choices(document, event)
            choices = document["choices"]
        if self.upstream_id is None:
            self.upstream_id = common.text_or_none(document.get("id"))
        usage = document.get("usage", NULL)
        if usage != NULL and (parsed := parse_usage(usage)) is not None:
            self.usage, self.usage_raw = parsed, usage  # counts are cumulative: the last one holds
        self.bare = False
        for choice in common.read_choices(choices):
            if choice.finish_reason:
                self._finished[choice.index] = True
                self.finish_reason = common.finish_reason(choice.finish_reason)
            else:
                self.bare = self.bare or choice.finish_reason is msgspec.UNSET
                self._finished.setdefault(choice.index, False)
        return document

    def end(self, *, framed: bool) -> list[dict[str, Any]]:
        """The chunks of a last event without its blank line. Raises StreamCut unless the stream was complete."""
        rest: list[dict[str, Any]] = []
        if self.reader.pending and not self.done:
            try:
                rest = [c for c in map(self.chunk, self.reader.feed(b"\n\n")) if c is not None]
            except UpstreamError as error:
                raise StreamCut("the stream ended inside an event.", remedy=common.REMEDY) from error
        ended = framed and bool(self._finished) and all(self._finished.values())
        if not (self.done or ended):
            raise StreamCut("the stream ended before its end.", remedy=common.REMEDY)
        return rest

    def _without_choices(self, document: dict[str, Any], event: ServerEvent) -> None:
        if event.name == "error" and document.get("error", NULL) == NULL:
            document = {"message": NULL, **document}
            document.pop("choices", None)
        try:
            common.raise_error(document, event.data, "choices")
        except UpstreamError as error:
            error.billing = "maybe"  # tokens may have been made before it
            raise
        document.setdefault("choices", EMPTY_LIST)


class Relay:
    """See `crossroads.dialect.Relay`."""

    def __init__(self, stamp: Stamp, shape: Shape) -> None:
        self.started = False
        self._stamp = stamp
        self._chunks = ChunkReader(shape)
        self._held: list[bytes] = []
        self._held_bytes = 0
        self._failure: UpstreamError | None = None
        self._id, self._model, self._provider = (
            msgspec.Raw(_encode(text)) for text in (stamp.id, stamp.model, stamp.provider)
        )
        self._created: Any = stamp.created
        self._tail: Fields = {}

    @property
    def usage(self) -> Usage | None:
        return self._chunks.usage

    @property
    def finish_reason(self) -> str | None:
        return self._chunks.finish_reason

    @property
    def upstream_id(self) -> str | None:
        return self._chunks.upstream_id

    def feed(self, data: bytes) -> bytes:
        """See `crossroads.dialect.Relay.feed`. An error leaves after the tokens that came before it."""
        if self._failure is not None:
            raise self._failure
        running, out = self.started, []
        try:
            for event in self._chunks.reader.feed(data):
                document = self._chunks.chunk(event)
                if document is not None:
                    out.append(self._relayed(document, event.data))
        except UpstreamError as error:
            if not running:
                raise  # nothing has left: another endpoint can take over
            self._failure = error
        if running:
            return b"".join(out)
        return self._release(out)

    def close(self, *, framed: bool, usage: Usage) -> bytes:
        """See `crossroads.dialect.Relay.close`."""
        if self._failure is not None:
            raise self._failure
        out = [*self._held, *(self._relayed(document, b"\n") for document in self._chunks.end(framed=framed))]
        known = self._chunks.usage or usage
        last = {
            **self._tail,
            "id": self._id,
            "object": self._chunks.shape.chunk_object,
            "created": self._created,
            "model": self._model,
            "provider": self._provider,
            "choices": [],
            "usage": merged_usage(self._chunks.usage_raw, known, self._stamp.price(known)),
        }
        return b"".join((*out, encode_event(_encode(last)), DONE_EVENT))

    def _relayed(self, document: dict[str, Any], data: bytes) -> bytes:
        choices = document["choices"]
        usage = document.pop("usage", NULL)
        if choices == EMPTY_LIST and usage != NULL:
            self._tail = document  # its other fields leave with the one usage chunk
            return b""
        if not self.started and common.has_token(choices):
            self.started = True
        document["id"], document["model"], document["provider"] = self._id, self._model, self._provider
        if "created" in document and "object" in document:
            self._created = document["created"]
        else:
            document.setdefault("created", self._created)
            document.setdefault("object", self._chunks.shape.chunk_object)
        if self._chunks.bare:
            document["choices"] = common.with_required_keys(choices, delta={})
        text = _encode(document)
        return b"data: %b\n\n" % text if b"\n" not in data else encode_event(text)

    def _release(self, out: list[bytes]) -> bytes:
        self._held += out
        self._held_bytes += sum(map(len, out))
        if not self.started:
            if self._held_bytes > HELD_BYTES_MAX:
                raise common.broken(f"the provider sent {HELD_BYTES_MAX} bytes without a token.")
            return b""
        ready, self._held = b"".join(self._held), []
        return ready


class StreamDecoder:
    """See `crossroads.dialect.StreamDecoder`. `usage` stays in the chunk that carried it."""

    def __init__(self, shape: Shape) -> None:
        self._chunks = ChunkReader(shape)
        self._failure: UpstreamError | None = None

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
        if self._failure is not None:
            raise self._failure
        out: list[Document] = []
        try:
            for event in self._chunks.reader.feed(data):
                document = self._chunks.chunk(event)
                if document is not None:
                    out.append(_canonical(document))
        except UpstreamError as error:
            if not out:
                raise
            self._failure = error
        return out

    def close(self, *, framed: bool) -> list[Document]:
        """See `crossroads.dialect.StreamDecoder.close`."""
        if self._failure is not None:
            raise self._failure
        return [_canonical(document) for document in self._chunks.end(framed=framed)]


class StreamEncoder:
    """See `crossroads.dialect.StreamEncoder`."""

    def __init__(self, stamp: Stamp, shape: Shape) -> None:
        self._stamp, self._shape = stamp, shape
        self._created = stamp.created
        self._usage: Any = None
        self._tail: Document = {}

    def encode(self, chunk: Document) -> bytes:
        """One chunk for the client; b"" for one that only carried usage."""
        choices = chunk.get("choices") or []
        rest = {name: value for name, value in chunk.items() if name != "usage"}
        if chunk.get("usage") is not None:
            self._usage = chunk["usage"]
            if not choices:
                self._tail = rest
                return b""
        if common.is_time(chunk.get("created")):
            self._created = chunk["created"]
        rest["choices"] = [
            {"index": i, "delta": {}, "finish_reason": None, "native_finish_reason": c.get("finish_reason"), **c}
            for i, c in enumerate(choices)
        ]
        return encode_event(_encode(self._stamped(rest)))

    def close(self, usage: Usage) -> bytes:
        """The usage chunk, then `[DONE]`."""
        last = {
            **self._tail, "choices": [], "usage": merged_usage(self._usage, usage, self._stamp.price(usage))
        }  # fmt: skip
        return encode_event(_encode(self._stamped(last))) + DONE_EVENT

    def _stamped(self, chunk: Document) -> Document:
        stamp = self._stamp
        chunk |= {"id": stamp.id, "object": self._shape.chunk_object, "created": self._created}
        chunk |= {"model": stamp.model, "provider": stamp.provider}
        return chunk


def _canonical(document: dict[str, Any]) -> Document:
    chunk: Document = {name: common.decode(raw) for name, raw in document.items()}
    chunk["choices"] = [common.canonical_choice(choice, "delta") for choice in chunk["choices"]]
    return chunk
