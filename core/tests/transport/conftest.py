"""A scripted peer on a real socket, and both event loops. Every test in this folder runs under each."""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import pytest_asyncio
import uvloop

from crossroads.engine.transport import Http1Transport
from crossroads.wire import HttpRequest, Timeouts

Part = bytes | float | str
QUICK = Timeouts(connect_s=2, pool_s=2, write_s=2, first_byte_s=2, read_s=2)


def pytest_asyncio_loop_factories(config: Any, item: Any) -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    return {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}


class Peer:
    """Plays one reply per request, in order; the last one again and again.

    A reply is a list of parts: bytes go out, a float is a pause, "close" ends the connection, "reset" breaks it, "drop"
    ends TCP alone (no close_notify), "hold" waits for `let_go`.
    """

    def __init__(self) -> None:
        self.replies: list[list[Part]] = []
        self.requests: list[bytes] = []
        self.accepted = 0
        self.open = 0
        self.gone = asyncio.Event()
        """Set whenever a client's end was seen."""
        self.let_go = asyncio.Event()
        self.tasks: set[asyncio.Task[None]] = set()
        self.port = 0
        self.writers: list[asyncio.StreamWriter] = []
        self.one_by_one = False

    async def start(self, context: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> None:
        self.context, self.host = context, host
        self.server = await asyncio.start_server(self._serve, host, 0, ssl=context, limit=1 << 20)
        self.port = self.server.sockets[0].getsockname()[1]
        self.scheme = "https" if context else "http"

    def request(self, method: str = "GET", **rest: Any) -> HttpRequest:
        rest.setdefault("timeouts", QUICK)
        return HttpRequest(method=method, url=f"{self.scheme}://{self.host}:{self.port}/v1?x=1", **rest)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.tasks.add(task)
        self.accepted += 1
        self.writers.append(writer)
        self.open += 1
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = [
                    int(x.split(b":")[1]) for x in head.lower().split(b"\r\n") if x.startswith(b"content-length:")
                ]
                self.requests.append(head + (await reader.readexactly(length[0]) if length else b""))
                reply = self.replies[min(len(self.requests), len(self.replies)) - 1]
                if not await self._play(reply, writer):
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            self.gone.set()
        finally:
            self.open -= 1
            self.tasks.discard(task)
            writer.close()

    async def _play(self, reply: list[Part], writer: asyncio.StreamWriter) -> bool:
        for part in reply:
            if part == "close":
                return False
            if part == "reset":
                writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                writer.transport.abort()
                return False
            if part == "drop":  # end the TCP connection under TLS, without close_notify
                with socket.socket(fileno=os.dup(writer.get_extra_info("socket").fileno())) as raw:
                    raw.shutdown(socket.SHUT_RDWR)
                return False
            if part == "hold":
                await self.let_go.wait()
            elif isinstance(part, bytes):
                for piece in [part[i : i + 1] for i in range(len(part))] if self.one_by_one else [part]:
                    writer.write(piece)
                    await writer.drain()
                    if self.one_by_one:
                        await asyncio.sleep(0)
            else:
                await asyncio.sleep(float(part))
        return True

    async def stop(self) -> None:
        self.server.close()
        for task in tuple(self.tasks):
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)


@pytest_asyncio.fixture
async def peer() -> AsyncIterator[Peer]:
    peer = Peer()
    await peer.start()
    yield peer
    await peer.stop()


@pytest_asyncio.fixture
async def make_transport() -> AsyncIterator[Callable[..., Http1Transport]]:
    made: list[Http1Transport] = []

    def make(**options: Any) -> Http1Transport:
        made.append(Http1Transport(**options))
        return made[-1]

    yield make
    for transport in made:
        await transport.aclose()
        assert not transport._live


@pytest.fixture
def ok() -> Callable[..., bytes]:
    """A plain complete answer."""

    def build(body: bytes = b"hello", *extra: bytes) -> bytes:
        lines = [b"HTTP/1.1 200 OK", b"content-length: %d" % len(body), *extra]
        return b"\r\n".join(lines) + b"\r\n\r\n" + body

    return build


@pytest.fixture
def until() -> Callable[..., Any]:
    """Wait for something that another task is about to do (bounded)."""

    async def wait(condition: Callable[[], bool]) -> None:
        for _ in range(400):
            if condition():
                return
            await asyncio.sleep(0.005)
        raise AssertionError("it did not come")

    return wait
