"""Lines of JSON (NDJSON), sans I/O: bytes in, lines out. What stands in a line is its dialect's to read.

Law (STREAM-1): any split of the same bytes gives the same lines. Empty ones are passed over; a line that its stream did
not end is not a line: `pending` tells.
"""

from __future__ import annotations

from crossroads.errors import BadUpstream
from crossroads.holding import REMEDY

LINE_BYTES_MAX = 8 << 20


class LineReader:
    """Feed it bytes as they come."""

    __slots__ = ("_parts", "_size")

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._size = 0

    def feed(self, data: bytes) -> list[bytes]:
        """The lines that these bytes complete. Raises BadUpstream over the limit."""
        *lines, rest = data.split(b"\n")
        if lines and self._parts:
            lines[0] = b"".join((*self._parts, lines[0]))
            self._parts, self._size = [], 0
        if rest:
            self._parts.append(rest)
            self._size += len(rest)
            if self._size > LINE_BYTES_MAX:
                raise BadUpstream(f"one line of the stream exceeds {LINE_BYTES_MAX} bytes.", remedy=REMEDY)
        return [line for line in map(bytes.strip, lines) if line]

    @property
    def pending(self) -> bool:
        """Are there bytes of a line without its end?"""
        return any(part.strip() for part in self._parts)
