"""The default transport: pooled HTTP/1.1 of our own.

    send -> a place (FIFO) -> an idle connection, looked at again, or a new one -> exchange -> place given back

A place is the right to have one connection to an origin busy; it is given back exactly once, whatever happens. Idle
connections hold no place, and a place takes an idle connection before it opens one, so there are never more
connections than places (with `quiet_s`: and `idle_per_origin`). Connections are shared within one origin and one
transport only; routes that pass raw requests of tenants through have a transport each (INVARIANTS HTTP-3).

Residual risk, inherent to HTTP/1.1: what a peer sends of its own accord after the next request has been written can't
be told from an answer. It is narrowed by looking at the kernel's buffer on the way out of the pool and by closing on
any byte while idle; `Limits.quiet_s` closes it for a peer that needs it. Nothing is retried here; dispatch decides, by
`billing`.
One transport belongs to one event loop.
"""

from __future__ import annotations

import asyncio
import ssl
from collections import deque
from contextlib import nullcontext

from crossroads.clock import Cancellable, Clock, SystemClock
from crossroads.engine.transport.connection import Connection
from crossroads.engine.transport.limits import DEFAULT_LIMITS, Limits
from crossroads.engine.transport.request import encode_head, locate
from crossroads.engine.transport.response import StreamedResponse
from crossroads.engine.transport.sockets import default_ssl_context, dial
from crossroads.errors import BadUpstream, ConnectFailed
from crossroads.wire import HttpRequest, Origin, unsent

CLOSE_TURNS = 100
"""Turns of the event loop that `aclose` waits for closed sockets to be gone."""


class Places:
    """The places, the queue for them and the idle connections of one origin."""

    __slots__ = ("idle", "taken", "waiters")

    def __init__(self) -> None:
        self.taken = 0
        self.waiters: deque[asyncio.Future[None]] = deque()
        self.idle: deque[Connection] = deque()
        """In the order in which they became idle."""


class Http1Transport:
    """`wire.Transport` over pooled HTTP/1.1 connections."""

    def __init__(
        self,
        *,
        clock: Clock | None = None,
        limits: Limits = DEFAULT_LIMITS,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        """ssl_context: for https; default `default_ssl_context()`, made when first needed (it reads all roots)."""
        self._clock: Clock = clock or SystemClock()
        self._limits = limits
        self._ssl_context = ssl_context
        self._origins: dict[Origin, Places] = {}
        self._live: set[Connection] = set()
        self._sweeper: Cancellable | None = None
        self._closed = False

    async def send(self, request: HttpRequest) -> StreamedResponse:
        """See `wire.Transport.send`. BadRequest: the request can't be written as HTTP."""
        origin, host, target = locate(request.url)
        head = encode_head(request, host, target)
        if self._closed:
            raise closed()
        places = self._origins.get(origin)
        if places is None:
            places = self._origins[origin] = Places()
        try:
            if places.taken < self._limits.connections_per_origin:
                places.taken += 1
            else:
                await self._queue(origin, places, self._within(request, request.timeouts.pool_s))
            connection = self._take_idle(places)
            if connection is None:
                try:
                    connection = await self._open(origin, self._within(request, request.timeouts.connect_s))
                except BaseException:
                    self._give_back(origin, places)
                    raise
        except BaseException as error:
            unsent(error)
            raise
        return await connection.exchange(request, head)

    async def aclose(self) -> None:
        """Close every connection at once; exchanges that are going on fail. Idempotent."""
        self._closed = True
        if self._sweeper is not None:
            self._sweeper.cancel()
            self._sweeper = None
        for places in self._origins.values():
            for waiter in places.waiters:
                if not waiter.done():
                    waiter.set_exception(closed())
        for connection in tuple(self._live):
            connection.abort(BadUpstream("The transport was closed meanwhile.", remedy="Start a new exchange."))
        for _ in range(CLOSE_TURNS):
            if not self._live:
                break
            await asyncio.sleep(0)

    # What a connection calls.

    def made(self, connection: Connection) -> None:
        """Its socket is open."""
        self._live.add(connection)

    def done(self, connection: Connection, *, reusable: bool) -> None:
        """Its exchange is over: the place is free, and the connection may be idle now."""
        places = self._origins[connection.origin]
        if reusable and not self._closed and self._limits.idle_per_origin > 0:
            if len(places.idle) >= self._limits.idle_per_origin:
                places.idle.popleft().abort()
            places.idle.append(connection)
            if self._sweeper is None:
                self._sweeper = self._clock.call_at(connection.idle_until, self._sweep)
        elif reusable:
            connection.abort()
        self._give_back(connection.origin, places)

    def lost(self, connection: Connection) -> None:
        """Its socket is gone."""
        self._live.discard(connection)
        places = self._origins.get(connection.origin)
        if places is not None and connection in places.idle:
            places.idle.remove(connection)
            self._forget_if_empty(connection.origin, places)

    # Inside.

    def _within(self, request: HttpRequest, limit_s: float | None) -> float | None:
        """The bound of one step, cut to what the call's deadline leaves."""
        if request.deadline is None:
            return limit_s
        left_s = max(0.0, request.deadline - self._clock.monotonic())
        return left_s if limit_s is None else min(limit_s, left_s)

    async def _queue(self, origin: Origin, places: Places, limit_s: float | None) -> None:
        """Wait for a place, first come first served."""
        if len(places.waiters) >= self._limits.waiters_per_origin:
            raise no_place(f"{len(places.waiters)} calls wait for a connection to this provider already.")
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        places.waiters.append(waiter)
        timer = None
        if limit_s is not None:

            def late() -> None:
                if not waiter.done():
                    waiter.set_exception(no_place("No connection to this provider became free in time."))

            timer = self._clock.call_at(self._clock.monotonic() + limit_s, late)
        try:
            await waiter
        except BaseException:
            if waiter.done() and not waiter.cancelled() and waiter.exception() is None:
                self._give_back(origin, places)  # cancelled after the place was granted
            elif waiter in places.waiters:
                places.waiters.remove(waiter)
            raise
        finally:
            if timer is not None:
                timer.cancel()

    def _give_back(self, origin: Origin, places: Places) -> None:
        """A place is free: the first who waits gets it."""
        while places.waiters:
            waiter = places.waiters.popleft()
            if not waiter.done():
                waiter.set_result(None)
                return
        places.taken -= 1
        self._forget_if_empty(origin, places)

    def _forget_if_empty(self, origin: Origin, places: Places) -> None:
        if not (places.taken or places.idle or places.waiters):
            self._origins.pop(origin, None)

    def _take_idle(self, places: Places) -> Connection | None:
        now, quiet_s = self._clock.monotonic(), self._limits.quiet_s
        while places.idle:
            if quiet_s and now - places.idle[0].idle_since < quiet_s:
                break
            # The newest, so that the others can expire; where silence counts, the one that has kept it longest.
            connection = places.idle.popleft() if quiet_s else places.idle.pop()
            if connection.usable(now):
                return connection
            connection.abort()
        return None

    async def _open(self, origin: Origin, limit_s: float | None) -> Connection:
        """A new connection. Raises ConnectFailed: whatever goes wrong here, nothing of the request was sent."""
        context = self._context() if origin.scheme == "https" else None
        made: list[Connection] = []

        def factory() -> Connection:
            made.append(Connection(self, origin, self._clock, self._limits))
            return made[-1]

        until = nullcontext() if limit_s is None else self._clock.timeout_at(self._clock.monotonic() + limit_s)
        try:
            async with until:
                connection = await dial(origin, factory, context=context, clock=self._clock)
        except BaseException as error:
            for half_open in made:
                half_open.abort()
                self._live.discard(half_open)  # uvloop closes the socket on cancellation, but calls no connection_lost
            if isinstance(error, OSError):  # TimeoutError and ssl.SSLError are some
                raise connect_failed(origin, error) from error
            raise
        if self._closed:
            connection.abort()
            raise closed()
        return connection

    def _context(self) -> ssl.SSLContext:
        if self._ssl_context is None:
            self._ssl_context = default_ssl_context()
        return self._ssl_context

    def _sweep(self) -> None:
        """Close what has been idle for too long; look again when the next one is due."""
        self._sweeper = None
        now = self._clock.monotonic()
        due: list[float] = []
        for origin, places in tuple(self._origins.items()):
            expired = [connection for connection in places.idle if connection.idle_until <= now]
            for connection in expired:
                places.idle.remove(connection)
                connection.abort()
            due += [connection.idle_until for connection in places.idle]
            self._forget_if_empty(origin, places)
        if due:
            self._sweeper = self._clock.call_at(min(due), self._sweep)


def connect_failed(origin: Origin, error: OSError) -> ConnectFailed:
    """Why, in words; host and port are no secret."""
    if isinstance(error, TimeoutError):
        why, remedy = "did not connect in time", "Check the network, or raise the connect timeout."
    elif isinstance(error, ssl.SSLCertVerificationError):
        why, remedy = f"has no valid certificate ({error.verify_message})", "Check the host, or trust its authority."
    elif isinstance(error, ssl.SSLError):
        why, remedy = f"failed the TLS handshake ({error.reason})", "Check that the port speaks TLS 1.2 or later."
    else:
        why, remedy = (
            f"can't be reached ({error.strerror or error})",
            "Check the provider's host and port, and the network.",
        )
    return ConnectFailed(f"The provider {why}.", remedy=remedy, field="host", value=f"{origin.host}:{origin.port}")


def closed() -> ConnectFailed:
    return ConnectFailed("The transport is closed.", remedy="Start a new exchange.")


def no_place(what: str) -> ConnectFailed:
    return ConnectFailed(what, remedy="Try again, or allow more connections to this provider.")
