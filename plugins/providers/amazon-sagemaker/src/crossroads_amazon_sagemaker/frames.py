"""A container's stream out of SageMaker's frames: `PayloadPart`s hold its bytes, cut anywhere; an exception ends it."""

from __future__ import annotations

from collections.abc import Iterator

from crossroads_bedrock_converse.errors import frame_error
from crossroads_bedrock_converse.frames import FrameReader
from crossroads_openai_chat.reply import REMEDY

from crossroads.dialect import Document, StreamDecoder
from crossroads.errors import StreamCut
from crossroads.holding import FailsLate
from crossroads.types.usage import Usage

PART = "PayloadPart"


class Unframed(FailsLate):
    """See `crossroads.dialect.StreamDecoder`. inner: reads what the frames hold."""

    def __init__(self, inner: StreamDecoder) -> None:
        self._inner = inner
        self._frames = FrameReader()

    @property
    def usage(self) -> Usage | None:
        """See `crossroads.dialect.StreamDecoder`."""
        return self._inner.usage

    @property
    def finish_reason(self) -> str | None:
        """See `crossroads.dialect.StreamDecoder`."""
        return self._inner.finish_reason

    @property
    def upstream_id(self) -> str | None:
        """See `crossroads.dialect.StreamDecoder`."""
        return self._inner.upstream_id

    def feed(self, data: bytes) -> list[Document]:
        """See `crossroads.dialect.StreamDecoder`. An error leaves after the chunks that came before it."""
        return self._taken(self._read, data)

    def close(self, *, framed: bool) -> list[Document]:
        """See `crossroads.dialect.StreamDecoder`."""
        self._raise_failure()
        if self._frames.pending:
            raise StreamCut("the stream ended inside a frame.", remedy=REMEDY)
        return self._inner.close(framed=framed)

    def _read(self, data: bytes) -> Iterator[Document]:
        for frame in self._frames.feed(data):
            if frame.exception:
                raise frame_error(frame)
            if frame.name == PART:
                yield from self._inner.feed(frame.payload)
