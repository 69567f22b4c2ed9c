"""The door: uvicorn's HTTP/1.1 protocol, made strict and bounded, before anything else reads a byte.

A request head is held back until it is whole, then checked against one grammar, then parsed. Law (HTTP-1): what two
parsers may read differently is refused with 400, and the connection ends. Law (HTTP-2): bytes, count and time of a
request are bounded before they are buffered; a reader that takes no byte any more is cut (STREAM-3).
Sources: RFC 9112, 2.2, 5 and 6 (message format, fields, framing); RFC 9110, 7.2 (Host).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import httptools
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from crossroads.errors import BadRequest, CrossroadsError, Overloaded, RequestTimeout
from crossroads_gateway.errors import envelope
from crossroads_gateway.hangup import EXTENSION
from crossroads_gateway.hot import WHOLE_REPLY
from crossroads_gateway.rules import HEAD_BYTES_MAX, Refused, check_fields, check_head, check_part

HEAD_S = 10.0
"""From the first byte of a request (or the opening of a connection) to the end of its head."""
IDLE_S = 75.0
"""Of a connection between two requests."""
LINGER_S = 1.0
"""After a refusal: what the client still sends is thrown away, so that it reads the refusal and no reset."""
STALL_S = 30.0
"""A reader that has taken no byte of what waits for it for this long is cut."""
CONNECTIONS_MAX = 10_000
EMPTY_LINES_MAX = 1000
"""In one read of a chunked body. JSON has hardly any."""
REMEDY = "Send one request by the rules of RFC 9112."


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
        self._tail = b""  # the last bytes of a chunked body so far: its end may come in pieces
        self._framing_bytes = 0  # of a chunked body, since its last content: sizes, extensions, trailers
        self._ended = False  # nothing more is read
        self._phase: str | None = None  # what the timer bounds
        self._timer: Any = None
        self._stall: Any = None
        self._waiting_bytes = 0
        self._hung_up: Callable[[], None] | None = None
        self._extensions = {EXTENSION: self.watch, WHOLE_REPLY: self.reply}

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

    def watch(self, callback: Callable[[], None] | None, former: Callable[[], None] | None = None) -> None:
        """Who is told when the client has gone; see `hangup`."""
        if former is None or former == self._hung_up:
            self._hung_up = callback
        if callback is not None and self.transport.is_closing():
            callback()

    def reply(self, scope: Any, status: int, headers: Iterable[tuple[bytes, bytes]], body: bytes) -> bool:
        """A whole reply in one write: as two ASGI messages it is two system calls. False: send it as usual."""
        cycle = self.cycle
        if cycle.scope is not scope or cycle.response_started or cycle.disconnected or self.flow.write_paused:
            return False
        fields = [*cycle.default_headers, (b"content-length", b"%d" % len(body))]
        fields += [field for field in headers if field[0] != b"content-length"]
        if not cycle.keep_alive:
            fields.append((b"connection", b"close"))
        head = STATUS_LINE[status] + b"".join([b"%b: %b\r\n" % field for field in fields])
        if head.count(b"\n") != len(fields) + 1 or head.count(b"\r") != len(fields) + 1:
            return False  # a value that no header can hold: uvicorn refuses it
        cycle.response_started = cycle.response_complete = True
        cycle.waiting_for_100_continue = False
        self.transport.write(b"%b\r\n%b" % (head, body))
        cycle.message_event.set()
        if not cycle.keep_alive:
            self.transport.close()
        cycle.on_response()
        return True

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
            check_part(data, known)
            if not known:
                self._held += data
            return b""
        head, rest = check_head(bytes(data[:end])), bytes(data[end:])
        self._held.clear()
        self._in_head = False
        self.parser.feed_data(head)
        return rest

    def _take_body(self, data: bytes) -> bytes:
        """What belongs to this body goes to the parser; what follows it is returned."""
        left = self._body_left
        if left is None:
            return self._take_chunks(data)
        self._body_left = max(0, left - len(data))
        self.parser.feed_data(data[:left])
        return data[left:]

    def _take_chunks(self, data: bytes) -> bytes:
        """The same where only the parser finds the end: it is an empty line, so the parser stops at each and says."""
        known = len(self._tail)
        text, fed, place = self._tail + data, known, 0
        for _ in range(EMPTY_LINES_MAX):
            found = text.find(b"\r\n\r\n", place)
            if found < 0:
                self._feed_chunked(text[fed:])
                self._tail = text[-3:]
                return b""
            place = found + 2
            if found + 4 > fed:
                self._feed_chunked(text[fed : found + 4])
                fed = found + 4
            if self._in_head:
                self._tail = b""
                return text[fed:]
        raise Refused(400, "its body is full of empty lines.")

    def _feed_chunked(self, data: bytes) -> None:
        """Raises Refused: trailers without end, which the parser would keep."""
        self._framing_bytes += len(data)
        self.parser.feed_data(data)
        if self._framing_bytes > HEAD_BYTES_MAX:
            raise Refused(431, f"its trailers or chunk extensions are larger than {HEAD_BYTES_MAX} bytes.")

    def on_body(self, body: bytes) -> None:
        self._framing_bytes = 0
        super().on_body(body)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = self._extensions  # type: ignore[typeddict-item]  # ours hold functions

    def on_headers_complete(self) -> None:
        fields = check_fields(
            self.headers, target=self.url, version=self.parser.get_http_version(), local_only=self._local_only
        )
        self._body_left = None if b"transfer-encoding" in fields else int(fields.get(b"content-length", b"0"))
        super().on_headers_complete()
        self.headers = []  # what comes now are trailers, which are no headers (RFC 9110, 6.5.1), and are dropped
        self._framing_bytes = 0
        if self.expect_100_continue:  # answered unread, it would leave open whether its body follows
            self.cycle.keep_alive = False

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._in_head = True
        if not self.pipeline:
            self.flow.resume_reading()  # a large body's last piece has paused it: a hang-up would go unseen

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
