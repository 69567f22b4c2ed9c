"""The body of one exchange: `response.BodySource` over a reader and the connection that feeds it.

It outlives its connection's interest in it: a response that is whole keeps its bytes here while the connection carries
the next exchange.
"""

from __future__ import annotations

from typing import Protocol

from crossroads.engine.transport.http1 import ResponseReader
from crossroads.engine.transport.limits import KIB

TAKE_BYTES = 64 * KIB
"""Pieces that came apart are joined up to this: fewer turns for a consumer that fell behind."""


class Feeder(Protocol):
    """What a body asks of its connection, always naming its reader: the connection may have moved on."""

    async def wait(self, reader: ResponseReader) -> None: ...
    def took(self, reader: ResponseReader) -> None: ...
    def drop(self, reader: ResponseReader) -> None: ...


class Body:
    __slots__ = ("_feeder", "_reader")

    def __init__(self, feeder: Feeder, reader: ResponseReader) -> None:
        self._feeder, self._reader = feeder, reader

    async def next_piece(self) -> bytes:
        reader = self._reader
        while True:
            if reader.pieces:
                piece = reader.take(TAKE_BYTES)
                self._feeder.took(reader)
                return piece
            if reader.error is not None:
                raise reader.error
            if reader.complete:
                return b""
            await self._feeder.wait(reader)

    def taken(self) -> bytes | None:
        return self._reader.take(self._reader.buffered) if self._reader.complete else None

    async def aclose(self) -> None:
        self._feeder.drop(self._reader)
