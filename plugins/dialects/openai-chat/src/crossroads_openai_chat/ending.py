"""A stream that says itself where it ends: what the readers of such formats share, whatever their frames are.

Laws: complete is that end, and nothing else (STREAM-2); a last frame whose own end is missing is read as if it had it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Generic, TypeVar

from crossroads.dialect import Document
from crossroads.errors import StreamCut, UpstreamError
from crossroads.holding import REMEDY, FailsLate
from crossroads.lines import LineReader
from crossroads.sse import EventReader
from crossroads.types.usage import Usage

P = TypeVar("P")
"""What one frame says."""


class EndingReader(Generic[P]):
    """What a stream has told so far. A member brings `pieces`, and sets `done` at the end.

    framing: `EventReader` or `LineReader`, which reads bytes into `frames`.
    """

    framing: type[EventReader] | type[LineReader] = EventReader

    def __init__(self) -> None:
        self.usage: Usage | None = None
        self.finish_reason: str | None = None
        self.upstream_id: str | None = None
        self.done = False
        self.frames: Any = self.framing()

    def pieces(self, data: bytes) -> Iterator[P]:
        """What the frames say that these bytes complete; nothing after the end. Raises UpstreamError."""
        raise NotImplementedError

    def last(self) -> Iterator[P]:
        """What the last frame says, where its own end is missing. Raises StreamCut: it can't be read."""
        if self.frames.pending and not self.done:
            missing, name = (b"\n", "a line") if self.framing is LineReader else (b"\n\n", "an event")
            try:
                yield from self.pieces(missing)
            except UpstreamError as error:
                raise StreamCut(f"the stream ended inside {name}.", remedy=REMEDY) from error

    def rest(self) -> Iterator[P]:
        """As `last`. Raises StreamCut too where the stream was not complete."""
        yield from self.last()
        self.must_be_done()

    def must_be_done(self) -> None:
        if not self.done:
            raise StreamCut("the stream ended before its end.", remedy=REMEDY)


class EndingDecoder(FailsLate, EndingReader[P]):
    """See `crossroads.dialect.StreamDecoder`. A member brings `_chunks` beside its reader."""

    def feed(self, data: bytes) -> list[Document]:
        """See `crossroads.dialect.StreamDecoder.feed`. An error leaves after the chunks that came before it."""
        return self._taken(self._decoded, data)

    def close(self, *, framed: bool) -> list[Document]:
        """See `crossroads.dialect.StreamDecoder.close`. framed: proves nothing here, the format's own end does."""
        self._raise_failure()
        return [chunk for piece in self.rest() for chunk in self._chunks(piece)]

    def _decoded(self, data: bytes) -> Iterator[Document]:
        for piece in self.pieces(data):
            yield from self._chunks(piece)

    def _chunks(self, piece: P) -> Iterable[Document]:
        """What one frame adds."""
        raise NotImplementedError
