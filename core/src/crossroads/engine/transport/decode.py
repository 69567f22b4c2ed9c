"""Content-Encoding, undone piece by piece and under bounds. Sans I/O.

Law: no input makes more output than asked for. A piece comes out at most `PIECE_BYTES` long, a body at most
`Limits.body_bytes`, and past `inflate_free_bytes` no more than `inflate_ratio` bytes for one: a zip bomb is a
BadUpstream, at the cost of one piece. br and zstd are not offered: Python 3.11 has neither.
"""

from __future__ import annotations

import zlib
from typing import Any

from crossroads.engine.transport.head import REMEDY, refused
from crossroads.engine.transport.limits import KIB, Limits
from crossroads.errors import BadUpstream, StreamCut

ACCEPT = b"gzip, deflate"
PIECE_BYTES = 64 * KIB
GZIP_WBITS = zlib.MAX_WBITS | 16


def decoder(coding: bytes, limits: Limits) -> Decoder | None:
    """The decoder for a Content-Encoding; None when there is nothing to undo. Raises BadUpstream."""
    if coding in (b"", b"identity", b"none"):
        return None
    if coding in (b"gzip", b"x-gzip"):
        return Decoder(limits, gzip=True)
    if coding == b"deflate":
        return Decoder(limits, gzip=False)
    raise BadUpstream("The provider's response has a Content-Encoding that was not asked for.", remedy=REMEDY)


class Decoder:
    """`push` encoded bytes, then `pull` until it returns nothing; `finish` when the body has ended."""

    def __init__(self, limits: Limits, *, gzip: bool) -> None:
        self._limits = limits
        self._gzip = gzip
        self._inflate: Any = None
        """None before the first bytes, and between the members of a gzip body."""
        self._held = b""
        self._full = False
        """The last pull filled its piece: zlib may hold more, without input."""
        self._bytes_in = 0
        self._bytes_out = 0

    def push(self, data: bytes) -> None:
        self._held = self._held + data if self._held else data
        self._bytes_in += len(data)

    def pull(self) -> bytes:
        """The next decoded piece, or b"" when more input is needed. Raises BadUpstream."""
        while self._held or self._full:
            if self._inflate is None and not self._start():
                return b""
            try:
                out: bytes = self._inflate.decompress(self._held, PIECE_BYTES)
            except zlib.error:
                raise refused("its Content-Encoding can't be undone") from None
            self._held = self._inflate.unconsumed_tail
            self._full = len(out) == PIECE_BYTES
            if self._inflate.eof:
                self._end_of_member()
            if out:
                self._count(len(out))
                return out
        return b""

    def finish(self) -> None:
        """The encoded body is over. Raises StreamCut when its own end is missing."""
        if self._held or self._inflate is not None or (self._bytes_in and not self._ended):
            raise StreamCut("The provider's compressed response ended before its end.", remedy=REMEDY)

    _ended = False

    def _start(self) -> bool:
        """Choose the format from the first bytes. False: more are needed."""
        if self._gzip:
            self._inflate = zlib.decompressobj(GZIP_WBITS)
            return True
        if len(self._held) < 2:
            return False
        # "deflate" means zlib (RFC 9110), but some servers send it raw: the zlib header has a checksum.
        is_zlib = self._held[0] & 0x0F == 8 and int.from_bytes(self._held[:2], "big") % 31 == 0
        self._inflate = zlib.decompressobj(zlib.MAX_WBITS if is_zlib else -zlib.MAX_WBITS)
        return True

    def _end_of_member(self) -> None:
        rest = self._inflate.unused_data
        self._ended, self._inflate, self._full = True, None, False
        if rest and not self._gzip:
            raise refused("bytes follow its compressed end")
        self._held = rest

    def _count(self, size: int) -> None:
        self._bytes_out += size
        limits = self._limits
        if self._bytes_out > limits.body_bytes:
            raise BadUpstream(f"The provider's response is over {limits.body_bytes} bytes.", remedy=REMEDY)
        if self._bytes_out > limits.inflate_free_bytes and self._bytes_out > self._bytes_in * limits.inflate_ratio:
            raise BadUpstream(
                f"The provider's response inflates over {limits.inflate_ratio} times its size.", remedy=REMEDY
            )
