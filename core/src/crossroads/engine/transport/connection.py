"""One connection: writes a request, feeds the reader, keeps the timers and the flow control.

    idle -> exchange -> (response complete, everything explicit, nothing left over) -> idle
                     -> anything else                                               -> closed

Law: while idle it must be silent. Any byte, an end, or an error then closes it, so that the next caller can't be given
them as an answer (INVARIANTS HTTP-3). A cancelled or abandoned exchange closes the socket at once: that is how an
upstream learns to stop. Nothing is ever sent twice: after the first byte of a request has gone out, an end without an
answer is a BadUpstream with billing "maybe", also on a reused connection, since a POST may have been processed.
No task and at most one timer per connection: a deadline is a float, and the timer looks at it when it fires.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from enum import Enum
from typing import Protocol, cast

from crossroads.clock import Clock
from crossroads.engine.transport.body import Body
from crossroads.engine.transport.deadline import Deadline, deadline_passed
from crossroads.engine.transport.head import REMEDY, TO_EOF
from crossroads.engine.transport.http1 import ResponseReader
from crossroads.engine.transport.limits import KIB, Limits
from crossroads.engine.transport.response import StreamedResponse
from crossroads.engine.transport.sockets import ended_cleanly, readable_check
from crossroads.errors import BadUpstream, ConnectFailed, CrossroadsError, UpstreamTimeout
from crossroads.wire import DEFAULT_TIMEOUTS, HttpRequest, Origin

WRITE_HIGH_BYTES = 64 * KIB
"""A request up to this size is handed to the kernel at once; only a longer one can stall in writing."""
WRITE_CHECKS = 4
"""A write has stalled when this many looks in a row, `write_s` apart altogether, saw no progress."""
PEER_IDLE_MARGIN_S = 1.0
"""We stop using a connection this long before the peer closes it: a request in flight then would be lost."""


class Phase(Enum):
    """What is waited for; the value ends the sentence of the timeout."""

    WRITE = "took no byte of the request"
    FIRST_BYTE = "did not begin to answer"
    READ = "stopped in the middle of its answer"


class Owner(Protocol):
    """The pool."""

    def made(self, connection: Connection) -> None:
        """The socket is open; `lost` follows once."""

    def done(self, connection: Connection, *, reusable: bool) -> None:
        """The exchange is over; called once for each `begin`."""

    def lost(self, connection: Connection) -> None:
        """The socket is gone."""


class Connection(asyncio.Protocol):
    """Made by `dial`. One exchange at a time; the owner sees to that."""

    def __init__(self, owner: Owner, origin: Origin, clock: Clock, limits: Limits) -> None:
        self.origin = origin
        self.idle_since = self.idle_until = 0.0
        self._owner, self._clock, self._limits = owner, clock, limits
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._readable: Callable[[], bool] = lambda: False
        self._reader: ResponseReader | None = None
        """Of the exchange that is going on; None while idle."""
        self._waiter: asyncio.Future[None] | None = None
        self._timeouts = DEFAULT_TIMEOUTS
        self._phase = Phase.FIRST_BYTE
        self._deadline = Deadline(clock, self._late)
        self._keep_alive = True
        self._eof = False
        self._reading_paused = False
        self._writing_paused = False
        self._unsent = self._stalls = 0

    # What the pool and the response call.

    async def exchange(self, request: HttpRequest, head: bytes) -> StreamedResponse:
        """Send, and wait for the response head. However it ends, the owner hears `done` once."""
        reader = self._reader = ResponseReader(self._limits, request.method)
        if self.closing:
            self._fail(ConnectFailed("The provider closed a new connection at once.", remedy=REMEDY))
        else:
            self._timeouts, self._keep_alive = request.timeouts, request.keep_alive
            self._deadline.begin(request.deadline)
            self._write(head, request.body)
        while reader.head is None:
            if reader.error is not None:
                raise reader.error
            await self.wait(reader)
        try:
            return StreamedResponse(
                reader.head.status,
                reader.head.headers,
                framed=reader.head.length != TO_EOF,
                coding=reader.head.coding if reader.head.length else b"",
                source=Body(self, reader),
                limits=self._limits,
            )
        except BadUpstream:
            self.drop(reader)
            raise

    @property
    def closing(self) -> bool:
        return self._transport is None or self._transport.is_closing()

    def usable(self, now: float) -> bool:
        """May this idle connection carry another exchange? Looks at the socket too (0.4 us): poison or an end that
        is in the kernel's buffer already has not been seen by the event loop yet."""
        return now < self.idle_until and not self.closing and not self._readable()

    async def wait(self, reader: ResponseReader) -> None:
        """Until something changed for this reader. Cancelled, it ends the exchange."""
        waiter = self._waiter = self._loop.create_future()
        try:
            await waiter
        except BaseException:
            self.drop(reader)
            raise

    def took(self, reader: ResponseReader) -> None:
        """The consumer took pieces: read on, if reading waits for that."""
        if self._reading_paused and self._reader is reader and reader.buffered <= self._limits.buffered_low_bytes:
            assert self._transport is not None
            self._reading_paused = False
            if not self._transport.is_closing():
                self._transport.resume_reading()
            self._watch(Phase.READ, self._timeouts.read_s)

    def drop(self, reader: ResponseReader) -> None:
        """Nobody wants the rest of this exchange. Nothing happens when it is over already."""
        if self._reader is reader:
            self.abort()

    def abort(self, error: CrossroadsError | None = None) -> None:
        """Close the socket now; an exchange ends with this error."""
        if self._reader is not None:
            self._fail(error or BadUpstream("The exchange was abandoned.", remedy="Send the call again."))
        elif self._transport is not None:
            self._transport.abort()

    # What the event loop calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are no subclass of asyncio.Transport.
        self._transport = transport = cast(asyncio.Transport, transport)
        transport.set_write_buffer_limits(high=WRITE_HIGH_BYTES, low=0)
        self._owner.made(self)
        self._readable = readable_check(transport.get_extra_info("socket").fileno())

    def data_received(self, data: bytes) -> None:
        reader = self._reader
        if reader is None:
            self.abort()  # nobody asked: poison, or a late 408
            return
        try:
            reader.feed(data)
        except BadUpstream as error:
            self._fail(error)
            return
        if reader.complete:
            self._finish(reader)
        elif reader.head is not None:
            if reader.buffered >= self._limits.buffered_high_bytes:
                self._pause_reading()
            else:
                self._watch(Phase.READ, self._timeouts.read_s)
            self._wake()
        elif not reader.in_head:
            self._watch(Phase.FIRST_BYTE, self._timeouts.first_byte_s)  # a whole 1xx: the thinking goes on
        elif self._phase is not Phase.READ:
            self._watch(Phase.READ, self._timeouts.read_s)  # once: a trickling head does not get more time

    def eof_received(self) -> None:
        self._eof = self._transport is not None and ended_cleanly(self._transport.get_extra_info("ssl_object"))
        self._ended(clean=self._eof)

    def connection_lost(self, exc: Exception | None) -> None:
        # A reset, or under uvloop a TLS connection without close_notify, comes here without eof_received.
        self._ended(clean=self._eof and exc is None)
        self._deadline.cancel()
        self._owner.lost(self)

    def pause_writing(self) -> None:
        self._writing_paused = True

    def resume_writing(self) -> None:
        self._writing_paused = False
        if self._reader is not None and self._phase is Phase.WRITE:
            self._watch(Phase.FIRST_BYTE, self._timeouts.first_byte_s)

    # Inside.

    def _write(self, head: bytes, body: bytes) -> None:
        assert self._transport is not None
        if len(body) <= WRITE_HIGH_BYTES:
            self._transport.write(head + body)
        else:
            self._transport.write(head)
            self._transport.write(body)
        if self._writing_paused:
            self._unsent, self._stalls = self._transport.get_write_buffer_size(), 0
            self._watch_write()
        else:
            self._watch(Phase.FIRST_BYTE, self._timeouts.first_byte_s)

    def _watch_write(self) -> None:
        limit_s = self._timeouts.write_s
        self._watch(Phase.WRITE, None if limit_s is None else limit_s / WRITE_CHECKS)

    def _ended(self, *, clean: bool) -> None:
        reader = self._reader
        if reader is None:
            self.abort()
            return
        try:
            reader.eof(clean=clean)
        except BadUpstream as error:
            self._fail(error)
        else:
            self._finish(reader)

    def _finish(self, reader: ResponseReader) -> None:
        """The response is whole. Into the pool with the connection, if everything was explicit; else close it."""
        assert self._transport is not None
        assert reader.head is not None
        self._reader = None
        self._deadline.clear()
        reusable = (
            reader.head.keep_alive
            and self._keep_alive
            and not reader.surplus
            and not self._eof
            and not self._reading_paused  # idle, it must hear what the peer does
            and not self._transport.is_closing()
            and self._transport.get_write_buffer_size() == 0
        )
        if reusable:
            idle_s, peer_s = self._limits.idle_s, reader.head.idle_s
            if peer_s is not None:
                idle_s = min(idle_s, peer_s - PEER_IDLE_MARGIN_S)
            self.idle_since = self._clock.monotonic()
            self.idle_until = self.idle_since + idle_s
        else:
            self._transport.abort()
        self._owner.done(self, reusable=reusable)
        self._wake()

    def _fail(self, error: CrossroadsError) -> None:
        """End the exchange with an error, and the connection with it."""
        reader = self._reader
        assert reader is not None
        self._reader = None
        self._deadline.clear()
        reader.error = error
        if self._transport is not None:
            self._transport.abort()
        self._owner.done(self, reusable=False)
        self._wake()

    def _wake(self) -> None:
        waiter, self._waiter = self._waiter, None
        if waiter is not None and not waiter.done():
            waiter.set_result(None)

    def _pause_reading(self) -> None:
        assert self._transport is not None
        self._deadline.set(None)  # now it is the consumer who is slow
        if not self._reading_paused:
            self._reading_paused = True
            self._transport.pause_reading()

    def _watch(self, phase: Phase, seconds: float | None) -> None:
        """Fail if nothing else is watched within so many seconds."""
        self._phase = phase
        self._deadline.set(seconds)

    def _late(self) -> None:
        if self._deadline.ended:
            self._fail(deadline_passed())
        elif self._phase is Phase.WRITE and self._still_writing():
            self._watch_write()
        else:
            what = f"The provider {self._phase.value} in time."
            self._fail(UpstreamTimeout(what, remedy="Try again, or raise the timeout."))

    def _still_writing(self) -> bool:
        assert self._transport is not None
        unsent = self._transport.get_write_buffer_size()
        self._stalls = 0 if unsent < self._unsent else self._stalls + 1
        self._unsent = unsent
        return self._stalls < WRITE_CHECKS
