"""Relay, decoder and encoder: each hands what a chunk holds to the dialect that its first event shows.

Law (STREAM-2): a stream without a chunk, with half a message left, or without the inner format's end, is StreamCut.
"""

from __future__ import annotations

from collections.abc import Iterator

from crossroads_bedrock_converse.frames import FrameReader
from crossroads_openai_chat.reply import REMEDY

from crossroads.dialect import Dialect, Document, Relay, Stamp
from crossroads.dialect import StreamDecoder as Decoder
from crossroads.dialect import StreamEncoder as Encoder
from crossroads.errors import StreamCut
from crossroads.holding import FailsLate, HoldingRelay
from crossroads.types.usage import Usage
from crossroads_bedrock_invoke import chunks
from crossroads_bedrock_invoke.bodies import ANTHROPIC, NOVA


def inner_of(event: chunks.Json) -> Dialect:
    return ANTHROPIC if chunks.is_anthropic(event) else NOVA


class Unknown:
    """What is known of a stream before its first chunk."""

    usage: Usage | None = None
    finish_reason: str | None = None
    upstream_id: str | None = None


class StreamDecoder(FailsLate):
    """See `crossroads.dialect.StreamDecoder`."""

    def __init__(self) -> None:
        self._frames = FrameReader()
        self._inner: Decoder | None = None

    @property
    def usage(self) -> Usage | None:
        return (self._inner or Unknown).usage

    @property
    def finish_reason(self) -> str | None:
        return (self._inner or Unknown).finish_reason

    @property
    def upstream_id(self) -> str | None:
        return (self._inner or Unknown).upstream_id

    def feed(self, data: bytes) -> list[Document]:
        """See `crossroads.dialect.StreamDecoder.feed`. An error leaves after the chunks that came before it."""
        return self._taken(self._read, data)

    def close(self, *, framed: bool) -> list[Document]:
        """See `crossroads.dialect.StreamDecoder.close`."""
        self._raise_failure()
        if self._inner is None or self._frames.pending:
            raise StreamCut("the stream ended before its end.", remedy=REMEDY)
        return self._inner.close(framed=framed)

    def _read(self, data: bytes) -> Iterator[Document]:
        for event in chunks.read(self._frames, data):
            if self._inner is None:
                self._inner = inner_of(event).decode_stream()
            yield from self._inner.feed(chunks.unwrapped(event))


class InvokeRelay(HoldingRelay):
    """See `crossroads.dialect.Relay`. The inner relay holds back; this one only wraps what it lets go."""

    def __init__(self, stamp: Stamp) -> None:
        super().__init__(Unknown())
        self._stamp = stamp
        self._frames = FrameReader()
        self._inner: Relay | None = None
        self._wrapper = chunks.Wrapper(anthropic=True)

    def _relay(self, data: bytes) -> Iterator[bytes]:
        for event in chunks.read(self._frames, data):
            if self._inner is None:
                self._inner = inner_of(event).relay_stream(self._stamp)
                self._wrapper = chunks.Wrapper(anthropic=chunks.is_anthropic(event))
                self._told = self._inner
            out = self._inner.feed(chunks.unwrapped(event))
            self.started, self.seen_tokens = self._inner.started, self._inner.seen_tokens
            yield self._wrapper.wrap(out)

    def close(self, *, framed: bool, usage: Usage) -> bytes:
        """See `crossroads.dialect.Relay.close`."""
        self._raise_failure()
        if self._inner is None or self._frames.pending:
            raise StreamCut("the stream ended before its end.", remedy=REMEDY)
        return b"".join((*self._held, self._wrapper.wrap(self._inner.close(framed=framed, usage=usage))))


class StreamEncoder:
    """See `crossroads.dialect.StreamEncoder`."""

    def __init__(self, inner: Encoder, *, anthropic: bool) -> None:
        self._inner = inner
        self._wrapper = chunks.Wrapper(anthropic=anthropic)

    def encode(self, chunk: Document) -> bytes:
        return self._wrapper.wrap(self._inner.encode(chunk))

    def close(self, usage: Usage) -> bytes:
        return self._wrapper.wrap(self._inner.close(usage))
