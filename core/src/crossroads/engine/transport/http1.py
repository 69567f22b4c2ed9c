"""The strict HTTP/1.1 response reader: bytes in, a head and body pieces out. Sans I/O, no clock.

    HEAD -> (1xx: HEAD) -> PLAIN    until the length is reached, or the connection ends  -> complete
                        -> CHUNKED  size line, data, CRLF, ... , zero, trailers          -> complete
                        -> complete at once (HEAD, 204, 304, length 0)

Law: any split of the same bytes gives the same result, and a response is `complete` only when its own framing says so.
Every byte is accounted for: one that comes after the end makes `surplus` true, and such a connection is never reused.
"""

from __future__ import annotations

import re
from collections import deque

from crossroads.engine.transport.head import (
    CHUNKED,
    FIELDS,
    HEAD_BROKEN,
    REMEDY,
    START,
    TEXT,
    TO_EOF,
    Head,
    parse_head,
    refused,
)
from crossroads.engine.transport.limits import Limits
from crossroads.errors import BadUpstream, CrossroadsError, StreamCut

CHUNK_LINE = re.compile(rb"([0-9A-Fa-f]{1,15})(;" + TEXT + rb")?\r\n")
CHUNK_LINE_PART = re.compile(rb"(?:[0-9A-Fa-f]{1,15}(?:;" + TEXT + rb")?\r?)?")
TRAILERS = re.compile(FIELDS + rb"\r\n")


class ResponseReader:
    """Reads one response. `feed` and `eof` raise BadUpstream; after that the reader is dead."""

    __slots__ = (
        "_chunk_open",
        "_extension_bytes",
        "_in_trailers",
        "_interim",
        "_left",
        "_limits",
        "_method",
        "_scanned",
        "_tail",
        "buffered",
        "complete",
        "error",
        "head",
        "pieces",
        "received",
        "surplus",
    )

    def __init__(self, limits: Limits, method: str) -> None:
        self._limits, self._method = limits, method
        self.head: Head | None = None
        self.pieces: deque[bytes] = deque()
        """Body bytes that nobody has taken yet, encoded as they came."""
        self.buffered = 0
        self.received = 0
        """Body bytes so far."""
        self.complete = False
        self.surplus = False
        self.error: CrossroadsError | None = None
        """Why no more will come. Set by whoever owns the reader, raised after the pieces are taken."""
        self._tail = b""
        """Bytes that are not yet a whole line or head; bounded by the limits of what is being read."""
        self._scanned = 0
        self._interim = 0
        self._left = 0
        """Body or chunk bytes still to come."""
        self._chunk_open = False
        """The CRLF after a chunk's data is still to come."""
        self._in_trailers = False
        self._extension_bytes = 0

    @property
    def in_head(self) -> bool:
        """Has a head begun that is not whole?"""
        return self.head is None and bool(self._tail)

    def feed(self, data: bytes) -> None:
        """More bytes from the peer."""
        if self.complete:
            self.surplus = True
            return
        if self._tail:
            data = self._tail + data
            self._tail = b""
        start = 0
        if self.head is None:
            start = self._feed_head(data)
            if self.head is None:
                return
        if not self.complete:
            start = self._feed_chunked(data, start) if self.head.length == CHUNKED else self._feed_plain(data, start)
        if self.complete and start < len(data):
            self.surplus = True

    def eof(self, *, clean: bool) -> None:
        """The connection has ended; clean: by FIN (TLS: close_notify), not by a reset. Raises StreamCut."""
        if self.complete:
            return
        if self.head is not None and self.head.length == TO_EOF and clean:
            self.complete = True
        elif self.head is not None or self._tail or self._interim:
            raise StreamCut("The provider's response ended before its end.", remedy=REMEDY)
        else:
            raise BadUpstream("The provider closed the connection without an answer.", remedy=REMEDY)

    def take(self, most_bytes: int) -> bytes:
        """The next body bytes: what has come, joined up to about `most_bytes`; b"" when there are none."""
        pieces = self.pieces
        if not pieces:
            return b""
        first = pieces.popleft()
        if pieces and len(first) < most_bytes:
            joined, size = [first], len(first)
            while pieces and size + len(pieces[0]) <= most_bytes:
                joined.append(pieces.popleft())
                size += len(joined[-1])
            first = b"".join(joined)
        self.buffered -= len(first)
        return first

    def _feed_head(self, data: bytes) -> int:
        """Where the body starts; `head` stays None while the head is not whole."""
        start, limits = 0, self._limits
        while True:
            blank = data.find(b"\r\n\r\n", start + max(0, self._scanned - 3))
            end = blank + 4 if blank >= 0 else len(data)
            if end - start > limits.head_bytes:
                raise refused(f"its head is over {limits.head_bytes} bytes")
            if blank < 0:
                self._hold_head(data[start:])
                return end
            self._scanned = 0
            head = parse_head(data, start, end, method=self._method, header_count=limits.header_count)
            if head.status >= 200:
                self._begin(head)
                return end
            self._interim += 1
            if head.status == 101 or self._interim > limits.interim_count:
                raise refused("a 101 nobody asked for" if head.status == 101 else "too many 1xx responses")
            start = end

    def _hold_head(self, part: bytes) -> None:
        # Fail at the first wrong byte: a peer that never sends CRLF CRLF would hold the caller until its timeout.
        if not START.startswith(part[: len(START)]):
            raise refused("it does not start with HTTP/1.0 or HTTP/1.1")
        if HEAD_BROKEN.search(part, max(0, self._scanned - 1)):
            raise refused("a bare CR or LF, or NUL, in the head")
        self._tail, self._scanned = part, len(part)

    def _begin(self, head: Head) -> None:
        if head.length > self._limits.body_bytes:
            raise self._too_long()
        self.head = head
        self.complete = head.length == 0
        self._left = max(0, head.length)

    def _feed_plain(self, data: bytes, start: int) -> int:
        end = len(data)
        to_eof = self.head is not None and self.head.length == TO_EOF
        if not to_eof:
            end = min(end, start + self._left)
            self._left -= end - start
            self.complete = self._left == 0
        self._add(data, start, end)
        return end

    def _feed_chunked(self, data: bytes, start: int) -> int:
        while not self._in_trailers:
            if self._left:
                end = min(len(data), start + self._left)
                self._left -= end - start
                self._add(data, start, end)
                start = end
                if self._left:
                    return start
            if self._chunk_open:
                if not data.startswith(b"\r\n", start):
                    return self._hold(data, start, data[start:] in (b"", b"\r"), "a chunk without its CRLF")
                self._chunk_open = False
                start += 2
            line = CHUNK_LINE.match(data, start)
            if line is None:
                possible = CHUNK_LINE_PART.fullmatch(data, start) is not None
                if len(data) - start > self._limits.extension_bytes:
                    raise refused("a chunk extension over its bound")
                return self._hold(data, start, possible, "a chunk size is malformed")
            start = line.end()
            self._begin_chunk(line)
        return self._feed_trailers(data, start)

    def _begin_chunk(self, line: re.Match[bytes]) -> None:
        size, extension = line.groups()
        if extension is not None:
            self._extension_bytes += len(extension)
            if self._extension_bytes > self._limits.extension_bytes:
                raise refused("chunk extensions over their bound")
        self._left = int(size, 16)
        if self.received + self._left > self._limits.body_bytes:
            raise self._too_long()
        self._chunk_open = self._left > 0
        self._in_trailers = self._left == 0

    def _feed_trailers(self, data: bytes, start: int) -> int:
        """Read and drop."""
        if data.startswith(b"\r\n", start):
            end = start + 2
        else:
            blank = data.find(b"\r\n\r\n", start)
            end = blank + 4 if blank >= 0 else len(data)
            if end - start > self._limits.trailer_bytes:
                raise refused("trailers over their bound")
            if blank < 0:
                return self._hold(data, start, not HEAD_BROKEN.search(data, start), "a bare CR or LF in the trailers")
            if TRAILERS.fullmatch(data, start, end) is None:
                raise refused("a trailer is malformed")
        self.complete = True
        return end

    def _hold(self, data: bytes, start: int, possible: bool, what: str) -> int:
        if not possible:
            raise refused(what)
        self._tail = data[start:]
        return len(data)

    def _add(self, data: bytes, start: int, end: int) -> None:
        size = end - start
        if not size:
            return
        self.received += size
        if self.received > self._limits.body_bytes:
            raise self._too_long()
        self.pieces.append(data if size == len(data) else data[start:end])
        self.buffered += size

    def _too_long(self) -> BadUpstream:
        return BadUpstream(f"The provider's response is over {self._limits.body_bytes} bytes.", remedy=REMEDY)
