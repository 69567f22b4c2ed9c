"""Streams of a body family, unwrapped: server-sent events of its JSON. Relayed, decoded or encoded.

Laws: any split of the same bytes gives the same output (STREAM-1); complete is the event that holds Bedrock's metrics,
or an end that framing proves after every choice has finished (STREAM-2).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from crossroads_openai_chat.chunks import CHOICES_MAX
from crossroads_openai_chat.reply import REMEDY, broken, whole
from crossroads_openai_chat.splicing import Spliced

from crossroads.dialect import Document, Stamp
from crossroads.errors import StreamCut
from crossroads.holding import FailsLate
from crossroads.sse import EventReader, encode_event
from crossroads.types.usage import Cost, Usage, openai_usage
from crossroads_bedrock_invoke.families.base import (
    GUARDRAIL,
    INTERVENED,
    METRICS,
    Counts,
    Family,
    Json,
    Piece,
    known,
)


class Reader:
    """Bytes -> events, and what a stream has told so far."""

    def __init__(self, family: Family) -> None:
        self.upstream_id: str | None = None
        self._family = family
        self._events = EventReader()
        self._reasons: dict[int, str | None] = {}
        """The host's own word for the end of every choice seen."""
        self._counts = Counts()
        self._blocked = self._told = False

    @property
    def usage(self) -> Usage | None:
        prompt, completion = self._counts
        return None if prompt is None or completion is None else Usage(input_tokens=prompt, output_tokens=completion)

    @property
    def finish_reason(self) -> str | None:
        return next(filter(None, map(self._finish, self._reasons)), None)

    def events(self, data: bytes) -> Iterator[tuple[Json, list[Piece]]]:
        for event in self._events.feed(data):
            document = whole(event.data)
            pieces = self._family.pieces(document)
            if not pieces and METRICS not in document:
                raise broken("the provider sent an event that is not of its format.")
            self._counts = known(self._family.counts(document), self._counts)
            self._blocked = self._blocked or document.get(GUARDRAIL) == INTERVENED
            self._told = self._told or METRICS in document
            if self.upstream_id is None and isinstance(document.get("id"), str):
                self.upstream_id = document["id"] or None
            for piece in pieces:
                self._note(piece)
            yield document, pieces

    def check_end(self, *, framed: bool) -> None:
        """Raises StreamCut: the stream was not complete."""
        ended = framed and bool(self._reasons) and all(map(self._finish, self._reasons))
        if self._events.pending or not (self._told or ended):
            raise StreamCut("the stream ended before its end.", remedy=REMEDY)

    def _note(self, piece: Piece) -> None:
        for index in [*(self._reasons or {0: None})] if piece.number is None else [piece.number]:
            self._reasons[index] = piece.reason or self._reasons.get(index)
        if len(self._reasons) > CHOICES_MAX:
            raise broken(f"the provider sent over {CHOICES_MAX} choices.")

    def _native(self, index: int) -> str | None:
        return INTERVENED if self._blocked else self._reasons[index]

    def _finish(self, index: int) -> str | None:
        return self._family.finish(self._native(index))


class Source(Reader):
    """See `crossroads_openai_chat.splicing.Source`."""

    def __init__(self, family: Family, stamp: Stamp) -> None:
        super().__init__(family)
        self._stamp = stamp

    def read(self, data: bytes) -> Iterator[Spliced]:
        for document, pieces in self.events(data):
            token = any(piece.text or piece.reason for piece in pieces) or METRICS in document
            yield Spliced(encode_event(msgspec.json.encode(stamped(document, self._stamp))), token)

    def end(self, *, framed: bool, usage: Usage) -> bytes:
        self.check_end(framed=framed)
        return b""


class StreamDecoder(FailsLate, Reader):
    """See `crossroads.dialect.StreamDecoder`. How a choice ended is known for sure when all has come: a guardrail may
    still step in.
    """

    def feed(self, data: bytes) -> list[Document]:
        """See `crossroads.dialect.StreamDecoder.feed`. An error leaves after the chunks that came before it."""
        return self._taken(self._read, data)

    def close(self, *, framed: bool) -> list[Document]:
        """See `crossroads.dialect.StreamDecoder.close`."""
        self._raise_failure()
        self.check_end(framed=framed)
        ends = [_chunk(i, {}, self._finish(i) or "stop", self._native(i)) for i in sorted(self._reasons)]
        if self.usage is not None:
            usage = openai_usage(self.usage, Cost(total_nano=None))
            ends.append({"object": "chat.completion.chunk", "choices": [], "usage": usage})
        return ends

    def _read(self, data: bytes) -> Iterator[Document]:
        for _, pieces in self.events(data):
            for piece in pieces:
                if piece.text:
                    yield _chunk(piece.number or 0, {"role": "assistant", "content": piece.text})


class StreamEncoder:
    """See `crossroads.dialect.StreamEncoder`."""

    def __init__(self, family: Family) -> None:
        self._family = family
        self._ends: dict[int, str] = {}

    def encode(self, chunk: Document) -> bytes:
        out = []
        for choice in chunk.get("choices") or []:
            index, delta = choice.get("index", 0), choice.get("delta") or {}
            if index >= self._family.choices_max:
                continue  # it has no place for more
            if text := delta.get("content") or delta.get("refusal"):
                out.append(self._event(Piece(index, text)))
            if choice.get("finish_reason"):
                self._ends[index] = self._family.native(choice["finish_reason"], choice.get("native_finish_reason"))
        return b"".join(out)

    def close(self, usage: Usage) -> bytes:
        """How each choice ended, the last with what was used."""
        ends = [Piece(index, "", reason) for index, reason in self._ends.items()]
        *before, last = ends or [Piece(0, "", self._family.native("stop", None))]
        counts = Counts(usage.prompt_tokens, usage.completion_tokens)
        return b"".join((*map(self._event, before), self._event(last, counts)))

    def _event(self, piece: Piece, counts: Counts = Counts()) -> bytes:  # noqa: B008
        told, blocked = self._family.unblocked(piece)
        return encode_event(msgspec.json.encode({**self._family.event(told, counts), **blocked}))


def stamped(document: Json, stamp: Stamp) -> Json:
    """Our own identity, where the format has a place for one."""
    told: Json = {"id": stamp.id, "model": stamp.model}
    return {**document, **{name: value for name, value in told.items() if isinstance(document.get(name), str)}}


def _chunk(index: int, delta: Json, reason: str | None = None, native: Any = None) -> Document:
    choice = {"index": index, "delta": delta, "finish_reason": reason, "native_finish_reason": native}
    return {"object": "chat.completion.chunk", "choices": [choice]}
