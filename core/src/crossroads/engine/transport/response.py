"""A response whose body is still coming: `wire.HttpResponse` over a `BodySource`.

Law: pieces that came before a failure are given out before the failure is raised; the end is only told when the
framing, and the Content-Encoding if there is one, have both ended. One consumer, once.
"""

from __future__ import annotations

from typing import Protocol

from crossroads.engine.transport.decode import decoder
from crossroads.engine.transport.head import REMEDY
from crossroads.engine.transport.limits import Limits
from crossroads.errors import BadUpstream
from crossroads.wire import Headers

ENCODED = frozenset((b"content-encoding", b"content-length"))


class BodySource(Protocol):
    """Where encoded body bytes come from."""

    async def next_piece(self) -> bytes:
        """What has come, or wait for it; b"" at the end. Raises as `HttpResponse` does."""
        ...

    def taken(self) -> bytes | None:
        """The whole rest of the body, if it is all here already; else None."""
        ...

    async def aclose(self) -> None:
        """Nobody wants the rest: cancel the upstream's work. Idempotent, never raises."""
        ...


class StreamedResponse:
    """What a transport gives out. `headers` speak of the decoded body: once something is undone, its
    Content-Encoding and Content-Length are gone."""

    __slots__ = ("_decoder", "_source", "_used", "framed", "headers", "status")

    def __init__(
        self, status: int, headers: Headers, *, framed: bool, coding: bytes, source: BodySource, limits: Limits
    ) -> None:
        self.status, self.framed = status, framed
        self._source = source
        self._decoder = decoder(coding, limits) if coding else None
        self.headers = headers
        if self._decoder is not None:
            self.headers = tuple(pair for pair in headers if pair[0] not in ENCODED)
        self._used = False

    def __repr__(self) -> str:
        return f"StreamedResponse({self.status}, {len(self.headers)} headers)"

    async def read(self, limit_bytes: int) -> bytes:
        """See `wire.HttpResponse.read`."""
        self._use()
        if self._decoder is None and (whole := self._source.taken()) is not None:
            if len(whole) > limit_bytes:
                raise over(limit_bytes)
            return whole
        pieces: list[bytes] = []
        size = 0
        while piece := await self._next():
            size += len(piece)
            if size > limit_bytes:
                await self.aclose()
                raise over(limit_bytes)
            pieces.append(piece)
        return b"".join(pieces)

    def __aiter__(self) -> StreamedResponse:
        self._use()
        return self

    async def __anext__(self) -> bytes:
        piece = await self._next()
        if not piece:
            raise StopAsyncIteration
        return piece

    async def aclose(self) -> None:
        """See `wire.HttpResponse.aclose`."""
        await self._source.aclose()

    async def _next(self) -> bytes:
        decoder = self._decoder
        if decoder is None:
            return await self._source.next_piece()
        try:
            while not (out := decoder.pull()):
                piece = await self._source.next_piece()
                if not piece:
                    decoder.finish()
                    return b""
                decoder.push(piece)
        except BadUpstream:
            await self._source.aclose()
            raise
        return out

    def _use(self) -> None:
        # A second reader would see an empty body that looks complete.
        if self._used:
            raise RuntimeError("this response is being read already, or was")
        self._used = True


def over(limit_bytes: int) -> BadUpstream:
    return BadUpstream(f"The provider's response is over {limit_bytes} bytes.", remedy=REMEDY)
