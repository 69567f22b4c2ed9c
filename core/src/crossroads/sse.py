"""Server-sent events, sans I/O: bytes in, events out. No clock, no socket, no logging.

Law (STREAM-1): any split of the same bytes gives the same events. Lines end in LF, CRLF or CR; a leading BOM is
skipped; `data` lines join with LF; comments and `id`/`retry` fields are passed over. An event that its stream did not
end with a blank line is not an event: `pending` tells.
Source: WHATWG HTML, "Server-sent events", 9.2.6, read 2026-11-24.
"""

from __future__ import annotations

from typing import NamedTuple

from crossroads.errors import BadUpstream

EVENT_BYTES_MAX = 8 << 20
BOM = b"\xef\xbb\xbf"
LF, CR = 10, 13  # as ints: searching bytes for an int is one memchr, for bytes of length one it is 0.1 us more


class ServerEvent(NamedTuple):
    """`name` is "" where the stream named none; `data` is not decoded (one event may hold megabytes of base64)."""

    name: str
    data: bytes


class EventReader:
    """Feed it bytes as they come."""

    __slots__ = ("_limit", "_parts", "_size", "_skip_lf", "_started")

    def __init__(self, limit_bytes: int = EVENT_BYTES_MAX) -> None:
        self._limit = limit_bytes
        self._parts: list[bytes] = []  # of the unfinished event; joined only when it ends, so no feed is quadratic
        self._size = 0
        self._skip_lf = False  # the last byte was a CR, already counted as a line end
        self._started = False

    @property
    def pending(self) -> bool:
        """Are there bytes of an unfinished event?"""
        return any(part.strip(b"\n") for part in self._parts)

    def feed(self, data: bytes) -> list[ServerEvent]:
        """The events that these bytes complete: none, one or several. Raises BadUpstream over the event limit."""
        if not self._started:
            data = b"".join((*self._parts, data))
            self._parts = []
            if len(data) < len(BOM) and BOM.startswith(data):
                self._parts = [data]
                return []
            data = data.removeprefix(BOM)
            self._started = True
        if self._skip_lf and data:
            data = data.removeprefix(b"\n")
            self._skip_lf = False
        if CR in data:
            self._skip_lf = data.endswith(b"\r")
            data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        if b"\n\n" not in data and not (self._parts and data[:1] == b"\n" == self._parts[-1][-1:]):
            self._keep(data)
            return []
        *blocks, rest = (b"".join((*self._parts, data)) if self._parts else data).split(b"\n\n")
        self._parts, self._size = [], 0
        self._keep(rest)
        return [event for event in map(_parse, blocks) if event is not None]

    def _keep(self, rest: bytes) -> None:
        if rest:
            self._parts.append(rest)
            self._size += len(rest)
            if self._size > self._limit:
                raise BadUpstream(f"one stream event exceeds {self._limit} bytes.", remedy="Retry the call.")


def _parse(block: bytes) -> ServerEvent | None:
    if block.startswith(b"data: ") and LF not in block:  # nearly every event of every provider
        return ServerEvent("", block[6:])
    name, data = "", []
    for line in block.split(b"\n"):
        field, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if field == b"data":
            data.append(value)
        elif field == b"event":
            name = value.decode("utf-8", "replace")
    return ServerEvent(name, b"\n".join(data)) if data else None


def encode_event(data: bytes, name: str = "") -> bytes:
    """One event, ready to send. `data` may hold line breaks; they become several `data` lines."""
    head = f"event: {name}\n".encode() if name else b""
    if b"\n" in data or b"\r" in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\n", b"\ndata: ")
    return b"%bdata: %b\n\n" % (head, data)


def encode_comment(text: str) -> bytes:
    """A comment line, for keep-alive; every client skips it."""
    return f": {text}\n\n".encode()
