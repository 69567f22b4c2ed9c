"""The door: uvicorn's HTTP/1.1 protocol, made strict and bounded, before anything else reads a byte.

A request head is held back until it is whole, then checked against one grammar, then parsed. Law (HTTP-1): what two
parsers may read differently is refused with 400, and the connection ends. Law (HTTP-2): bytes, count and time of a
request are bounded before they are buffered; a reader that takes no byte any more is cut (STREAM-3).
Sources: RFC 9112, 2.2, 5 and 6 (message format, fields, framing); RFC 9110, 7.2 (Host).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import httptools
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from crossroads.errors import BadRequest, CrossroadsError, Overloaded, RequestTimeout
from crossroads_gateway.errors import envelope
from crossroads_gateway.hangup import EXTENSION

HEAD_BYTES_MAX = 64 << 10
HEADERS_MAX = 100
TARGET_BYTES_MAX = 8 << 10
HEAD_S = 10.0
"""From the first byte of a request (or the opening of a connection) to the end of its head."""
IDLE_S = 75.0
"""Of a connection between two requests."""
LINGER_S = 1.0
"""After a refusal: what the client still sends is thrown away, so that it reads the refusal and no reset."""
STALL_S = 30.0
"""A reader that has taken no byte of what waits for it for this long is cut."""
CONNECTIONS_MAX = 10_000

TOKEN = rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]++"
HEAD = re.compile(
    rb"[A-Z]++ /[\x21-\x22\x24-\x7e]*+ HTTP/1\.[01]\r\n"
    rb"(?:" + TOKEN + rb":[\t\x20-\x7e\x80-\xff]*+\r\n)*+\r\n"
)
"""The whole head. Possessive, so that no input makes it go back. Only origin-form targets: we are no proxy."""
HOPELESS = re.compile(rb"(?<!\r)\n|\r(?!\n|\Z)|\0")
"""What no continuation makes right: a bare LF or CR, a NUL."""
UPGRADE = re.compile(rb"\r\nupgrade:[^\r]*+", re.I)
"""Passed over, as RFC 9110, 7.8 allows: the parser would leave a body unread (Java's client offers h2c with a POST)."""
SINGLE = frozenset(
    (
        b"host",
        b"content-length",
        b"transfer-encoding",
        b"content-type",
        b"content-encoding",
        b"authorization",
        b"x-api-key",
        b"expect",
    )
)
"""Fields that two readers may take from different places if they stand twice."""
LENGTH = re.compile(rb"[0-9]{1,18}")


LOOPBACK = re.compile(rb"(?:localhost|[\w-]+\.localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?", re.I)
"""What a browser on this machine may call us. Any other name is a page that had its own name point here."""
REMEDY = "Send one request by the rules of RFC 9112."


class Refused(Exception):
    """Raised while a head or body is read; never leaves this module."""

    def __init__(self, status: int, what: str) -> None:
        self.status, self.what = status, what


class Guard(HttpToolsProtocol):
    """One connection of a client. upload_s: from the end of a head to the end of its body.

    local_only: without keys, the name that the client calls us by is all that keeps a hostile web page out.
    """

    def __init__(self, *args: Any, upload_s: float, local_only: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._upload_s, self._local_only = upload_s, local_only
        self._held = bytearray()  # of a head that is not whole yet
        self._in_head = True
        self._body_left: int | None = 0  # None: chunked, the parser finds its end
        self._ended = False  # nothing more is read
        self._phase: str | None = None  # what the timer bounds
        self._timer: Any = None
        self._stall: Any = None
        self._waiting_bytes = 0
        self._hung_up: Callable[[], None] | None = None
        self._extensions = {EXTENSION: self.watch}

    # the connection

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        if len(self.connections) > CONNECTIONS_MAX:
            self._refuse(Overloaded("Too many connections.", remedy="Retry later.", retry_after_s=1))
        else:
            self._arm("head", HEAD_S)

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._unset_keepalive_if_required()
        self._disarm()
        self._unset_stall()
        self.pipeline.clear()
        if self._hung_up is not None:
            self._hung_up()

    def watch(self, callback: Callable[[], None] | None) -> None:
        """Who is told when the client has gone; see `hangup`."""
        self._hung_up = callback
        if callback is not None and self.transport.is_closing():
            callback()

    def data_received(self, data: bytes) -> None:
        if self._ended:
            return
        self._unset_keepalive_if_required()
        try:
            while data and not self._ended:
                data = self._take_head(data) if self._in_head else self._take_body(data)
        except httptools.HttpParserUpgrade:  # CONNECT; answered as any wrong method, what follows is not read
            self.cycle.keep_alive = False
            self._ended = True
        except httptools.HttpParserError as error:
            cause = error.__context__
            self._refuse_request(cause if isinstance(cause, Refused) else Refused(400, "it is not HTTP/1.1."))
        except Refused as refused:
            self._refuse_request(refused)
        if self._ended or (self._in_head and not self._held):
            self._disarm()
        elif self._in_head:
            self._arm("head", HEAD_S)
        else:
            self._arm("body", self._upload_s)

    # one request

    def _take_head(self, data: bytes | bytearray) -> bytes:
        """A whole head goes to the parser; what follows it is returned. Raises Refused."""
        known = len(self._held)
        if known:
            self._held += data
            data = self._held
        end = data.find(b"\r\n\r\n", max(0, known - 3)) + 4
        if end > HEAD_BYTES_MAX or (end < 4 and len(data) > HEAD_BYTES_MAX):
            raise Refused(431, f"its head is larger than {HEAD_BYTES_MAX} bytes.")
        if end < 4:
            if HOPELESS.search(data, max(0, known - 1)) or not b"A" <= data[:1] <= b"Z":
                raise Refused(400, "its head breaks the rules of HTTP/1.1.")
            if not known:
                self._held += data
            return b""
        match = HEAD.match(data)
        if match is None or match.end() != end:
            raise Refused(400, "its head breaks the rules of HTTP/1.1.")
        del match  # it holds the buffer, which could not be emptied
        head, rest = bytes(data[:end]), bytes(data[end:])
        if b"pgrade:" in head or b"PGRADE:" in head:
            head = UPGRADE.sub(b"", head)
        self._held.clear()
        self._in_head = False
        self.parser.feed_data(head)
        return rest

    def _take_body(self, data: bytes) -> bytes:
        """What belongs to this body goes to the parser; what follows it is returned."""
        left = self._body_left
        if left is None:
            self.parser.feed_data(data)
            return b""
        self._body_left = max(0, left - len(data))
        self.parser.feed_data(data[:left])
        return data[left:]

    def on_message_begin(self) -> None:
        if self._in_head:  # in the bytes after a chunked body, where no head was checked
            raise Refused(400, "it follows a chunked request without a pause.")
        super().on_message_begin()
        self.scope["extensions"] = self._extensions

    def on_headers_complete(self) -> None:
        fields = self._check_fields()
        self._body_left = None if b"transfer-encoding" in fields else int(fields.get(b"content-length", b"0"))
        super().on_headers_complete()
        if self.expect_100_continue:  # answered unread, it would leave open whether its body follows
            self.cycle.keep_alive = False

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._in_head = True
        if not self.pipeline:
            self.flow.resume_reading()  # a large body's last piece has paused it: a hang-up would go unseen

    def _check_fields(self) -> dict[bytes, bytes]:
        """The fields by name. Raises Refused: too many, ambiguous, or not for us."""
        headers = self.headers
        if len(self.url) > TARGET_BYTES_MAX:
            raise Refused(414, f"its target is longer than {TARGET_BYTES_MAX} bytes.")
        if len(headers) > HEADERS_MAX:
            raise Refused(431, f"it has more than {HEADERS_MAX} headers.")
        fields = dict(headers)
        if len(fields) != len(headers):
            names = [name for name, _ in headers]
            if any(names.count(name) > 1 for name in SINGLE & fields.keys()):
                raise Refused(400, "a header stands twice that may stand only once.")
        host = fields.get(b"host", b"").strip()
        if not host:
            raise Refused(400, "it has no Host.")
        if self._local_only and LOOPBACK.fullmatch(host) is None:
            raise Refused(403, "without keys only `localhost` is served.")
        length, coding = fields.get(b"content-length"), fields.get(b"transfer-encoding")
        if length is not None and LENGTH.fullmatch(length) is None:
            raise Refused(400, "its Content-Length is not a number.")
        if coding is not None and (
            coding.lower() != b"chunked" or length is not None or self.parser.get_http_version() != "1.1"
        ):
            raise Refused(400, "its framing is ambiguous.")
        return fields

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.transport.is_closing():
            self._watch_stall()

    # what is refused

    def _refuse_request(self, refused: Refused) -> None:
        error = BadRequest(f"The request is refused: {refused.what}", remedy=REMEDY)
        error.status = refused.status
        self._refuse(error)

    def _refuse(self, error: CrossroadsError) -> None:
        """Answer, and end the connection; after the reply that is due before it, if there is one."""
        self._ended = True
        self._disarm()
        cycle = self.cycle
        if cycle is not None and not cycle.response_complete:
            if not cycle.more_body or cycle.response_started or self.pipeline:
                cycle.keep_alive = False
                return
            cycle.disconnected = True  # its handler waits for a body that will not come
            cycle.message_event.set()
        body = envelope(error)
        head = b"content-type: application/json\r\ncontent-length: %d\r\nconnection: close\r\n\r\n" % len(body)
        self.transport.write(STATUS_LINE[error.status] + head + body)
        if self.transport.can_write_eof():
            self.transport.write_eof()
            self.loop.call_later(LINGER_S, self.transport.close)
        else:
            self.transport.close()

    # time

    def _arm(self, phase: str, seconds: float) -> None:
        if self._phase != phase:
            self._disarm()
            self._phase = phase
            self._timer = self.loop.call_later(seconds, self._late)

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = self._phase = None

    def _late(self) -> None:
        self._timer = None
        if self._phase == "head" and not self._held:
            self.transport.close()  # it never said a word
            return
        self._refuse(RequestTimeout(f"The {self._phase} of the request took too long.", remedy="Send it at once."))

    def timeout_keep_alive_handler(self) -> None:
        super().timeout_keep_alive_handler()
        if self.transport.get_write_buffer_size():  # IDLE_S after the reply it is still not taken
            self.transport.abort()

    # a reader that does not read

    def pause_writing(self) -> None:
        super().pause_writing()
        self._watch_stall()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._unset_stall()

    def _watch_stall(self) -> None:
        if self._stall is None:
            self._waiting_bytes = self.transport.get_write_buffer_size()
            self._stall = self.loop.call_later(STALL_S, self._check_stall)

    def _check_stall(self) -> None:
        self._stall = None
        waiting = self.transport.get_write_buffer_size()
        if 0 < self._waiting_bytes <= waiting:
            self.transport.abort()
        elif waiting:
            self._watch_stall()

    def _unset_stall(self) -> None:
        if self._stall is not None:
            self._stall.cancel()
            self._stall = None
