"""Opening connections: names, addresses, TLS; and a look at a socket without reading it.

Addresses are raced as RFC 8305 says (the next one starts 250 ms after the last, or when it failed), by hand, because
uvloop's `create_connection` tries them one after the other and a dead IPv6 route would eat the whole connect timeout.
There is no check for private addresses here: providers are configured by the operator, and `hosts` binds them.
"""

from __future__ import annotations

import asyncio
import select
import socket
import ssl
from collections import deque
from collections.abc import Callable
from itertools import chain, zip_longest
from typing import Any, TypeVar

from crossroads.clock import Clock
from crossroads.wire import Origin

STAGGER_S = 0.25
ADDRESSES_MAX = 16
KEEPALIVE_IDLE_S = 60
"""TCP keep-alive: a model may think for minutes, and a NAT forgets silent connections."""

Address = tuple[int, Any]
P = TypeVar("P", bound=asyncio.Protocol)


def readable_check(fd: int) -> Callable[[], bool]:
    """A function that tells whether bytes or an end wait in the kernel for this socket (0.4 us, no read)."""
    if not hasattr(select, "poll"):  # Windows
        return lambda: bool(select.select([fd], [], [], 0)[0])
    poll = select.poll()
    poll.register(fd, select.POLLIN)
    return lambda: bool(poll.poll(0))


def ended_cleanly(ssl_object: Any) -> bool:
    """Was an end of the connection said by TLS itself (close_notify)? Without TLS a FIN is clean.

    asyncio calls `eof_received` for both; the TLS object knows: after close_notify it reads as empty.
    """
    if ssl_object is None:
        return True
    try:
        return not ssl_object.read(1)
    except ssl.SSLZeroReturnError:
        return True
    except ssl.SSLError:
        return False


def default_ssl_context() -> ssl.SSLContext:
    """System roots, host names checked, TLS 1.2 or later, HTTP/1.1 only."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    return context


async def dial(origin: Origin, factory: Callable[[], P], *, context: ssl.SSLContext | None, clock: Clock) -> P:
    """A connected protocol, TLS handshake included. Raises OSError (ssl.SSLError is one)."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(origin.host, origin.port, type=socket.SOCK_STREAM)
    addresses = interleave([(family, address) for family, _, _, _, address in found])[:ADDRESSES_MAX]
    sock = await race(addresses, clock)
    _, protocol = await loop.create_connection(
        factory, sock=sock, ssl=context, server_hostname=origin.host if context is not None else None
    )
    return protocol


def interleave(addresses: list[Address]) -> list[Address]:
    """Families in turn, beginning with the resolver's choice (RFC 8305, section 4)."""
    if not addresses:
        raise OSError("the name has no address")
    first = [a for a in addresses if a[0] == addresses[0][0]]
    other = [a for a in addresses if a[0] != addresses[0][0]]
    return [a for a in chain.from_iterable(zip_longest(first, other)) if a is not None]


async def race(addresses: list[Address], clock: Clock) -> socket.socket:
    """The first socket that connects; the others are closed. Raises the last OSError when none does."""
    if len(addresses) == 1:
        return await connect(addresses[0])
    waiting = deque(addresses)
    running: set[asyncio.Task[Any]] = set()
    failure: OSError = OSError("no address")
    try:
        while waiting or running:
            attempts = running
            if waiting:
                attempts = running | {asyncio.create_task(connect(waiting.popleft()))}
            pause = {asyncio.create_task(clock.sleep(STAGGER_S))} if waiting else set()
            running = attempts | pause
            done, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            for task in done & attempts:
                if (error := task.exception()) is None:
                    running.discard(task)
                    return task.result()  # type: ignore[no-any-return]
                if not isinstance(error, OSError):
                    raise error
                failure = error
            for timer in pause:
                timer.cancel()
            running = attempts - done
        raise failure
    finally:
        for task in running:
            task.cancel()
            task.add_done_callback(close_late)


def close_late(task: asyncio.Task[Any]) -> None:
    """A loser of the race that connected all the same."""
    if not task.cancelled() and task.exception() is None and task.result() is not None:
        task.result().close()


async def connect(address: Address) -> socket.socket:
    """One attempt. The socket is closed unless it is returned."""
    family, target = address
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        if hasattr(socket, "TCP_KEEPIDLE"):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, KEEPALIVE_IDLE_S)
        await asyncio.get_running_loop().sock_connect(sock, target)
    except BaseException:
        sock.close()
        raise
    return sock
