"""Relay, decoder and encoder: each hands what a chunk holds to the body that its first event shows.

Law (STREAM-2): a stream without a chunk, with half a message left, or without the inner format's end, is StreamCut.
"""

from __future__ import annotations

from collections.abc import Iterator

from crossroads_bedrock_converse.frames import FrameReader
from crossroads_openai_chat.reply import REMEDY
from crossroads_openai_chat.splicing import Spliced, SplicedRelay, bears_content

from crossroads.dialect import Dialect, Document, Relay, Stamp
from crossroads.dialect import StreamDecoder as Decoder
from crossroads.dialect import StreamEncoder as Encoder
from crossroads.errors import StreamCut
from crossroads.holding import FailsLate, HoldingRelay
from crossroads.types.usage import Usage
from crossroads_bedrock_invoke import bodies, chunks


class Unknown:
    """What is known of a stream before its first chunk."""

    usage: Usage | None = None
    finish_reason: str | None = None
    upstream_id: str | None = None


class StreamDecoder(FailsLate):
    """See `crossroads.dialect.StreamDecoder`."""

    def __init__(self) -> None:
        self._frames = FrameReader()
        self._body = bodies.ANTHROPIC
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
                self._body = bodies.of_reply(event)
                self._inner = self._body.decode_stream()
            yield from self._inner.feed(chunks.unwrapped(event, self._body))


class Foreign:
    """A `crossroads_openai_chat.splicing.Source`: a stream in another body than the client's, decoded and encoded."""

    def __init__(self, decoder: Decoder, encoder: Encoder) -> None:
        self._decoder, self._encoder = decoder, encoder

    @property
    def usage(self) -> Usage | None:
        return self._decoder.usage

    @property
    def finish_reason(self) -> str | None:
        return self._decoder.finish_reason

    @property
    def upstream_id(self) -> str | None:
        return self._decoder.upstream_id

    def read(self, data: bytes) -> Iterator[Spliced]:
        return map(self._encoded, self._decoder.feed(data))

    def end(self, *, framed: bool, usage: Usage) -> bytes:
        rest = [self._encoded(chunk).data for chunk in self._decoder.close(framed=framed)]
        return b"".join((*rest, self._encoder.close(self._decoder.usage or usage)))

    def _encoded(self, chunk: Document) -> Spliced:
        return Spliced(self._encoder.encode(chunk), bears_content([chunk]))


class InvokeRelay(HoldingRelay):
    """See `crossroads.dialect.Relay`. The inner relay holds back; this one only wraps what it lets go."""

    def __init__(self, stamp: Stamp) -> None:
        super().__init__(Unknown())
        self._stamp = stamp
        self._frames = FrameReader()
        self._body = bodies.ANTHROPIC
        self._inner: Relay | None = None
        self._wrapper = chunks.Wrapper(self._body)

    def _relay(self, data: bytes) -> Iterator[bytes]:
        for event in chunks.read(self._frames, data):
            if self._inner is None:
                self._told = self._inner = self._begun(event)
            out = self._inner.feed(chunks.unwrapped(event, self._body))
            self.started, self.seen_tokens = self._inner.started, self._inner.seen_tokens
            yield self._wrapper.wrap(out)

    def _begun(self, event: chunks.Json) -> Relay:
        """The relay that the first event asks for."""
        self._body = bodies.of_reply(event)
        wanted = bodies.BY_NAME.get(self._stamp.form, self._body)
        self._wrapper = chunks.Wrapper(wanted)
        if wanted is self._body:
            return wanted.relay_stream(self._stamp)
        return SplicedRelay(Foreign(self._body.decode_stream(), wanted.encode_stream(self._stamp)))

    def close(self, *, framed: bool, usage: Usage) -> bytes:
        """See `crossroads.dialect.Relay.close`."""
        self._raise_failure()
        if self._inner is None or self._frames.pending:
            raise StreamCut("the stream ended before its end.", remedy=REMEDY)
        return b"".join((*self._held, self._wrapper.wrap(self._inner.close(framed=framed, usage=usage))))


class StreamEncoder:
    """See `crossroads.dialect.StreamEncoder`."""

    def __init__(self, body: Dialect, stamp: Stamp) -> None:
        self._inner = body.encode_stream(stamp)
        self._wrapper = chunks.Wrapper(body)

    def encode(self, chunk: Document) -> bytes:
        return self._wrapper.wrap(self._inner.encode(chunk))

    def close(self, usage: Usage) -> bytes:
        return self._wrapper.wrap(self._inner.close(usage))
