"""One process that serves one exchange: addresses, uvicorn with our guard, signals, drain.

SIGTERM or SIGINT: no new connection, calls in flight have `server.drain_s` to end, the rest are cancelled and settled,
sinks are flushed, and `serve` returns (a second SIGINT does not wait). Law: without keys nobody but this machine is
served.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import ipaddress
import signal
import socket
import sys
import threading
from collections.abc import Iterator

import uvicorn

from crossroads import Exchange
from crossroads.config import Config
from crossroads.errors import ConfigError
from crossroads.surface import Ready
from crossroads_gateway.app import App, make_app
from crossroads_gateway.guard import IDLE_S, Guard

CANCEL_S = 5.0
"""For cancelled calls to settle."""
BACKLOG = 2048
SIGNALS = (signal.SIGTERM, signal.SIGINT)


async def serve(config: Config, *, ready: Ready | None = None) -> None:
    """Make the exchange, serve it until a signal says to stop, and close it. Raises ConfigError, PluginError."""
    async with Exchange(config) as exchange:
        await serve_exchange(exchange, ready=ready)


async def serve_exchange(exchange: Exchange, *, ready: Ready | None = None) -> None:
    """The same for an exchange that is started, and that the caller closes."""
    config = exchange.config
    if not exchange.keys_required and not is_loopback(config.server.host):
        raise ConfigError(
            "can be reached by others, and there is no key.",
            file=config.file,
            field="server.host",
            value=config.server.host,
            remedy="Create a key: `crossroads keys create NAME` prints it, and the [[keys]] block to add.",
        )
    sockets = listen(config)
    await Server(make_app(exchange), sockets, ready).serve(sockets=sockets)


class Server(uvicorn.Server):
    """uvicorn's, with our signals and our end."""

    def __init__(self, app: App, sockets: list[socket.socket], ready: Ready | None) -> None:
        exchange = app.exchange
        server, limits = exchange.config.server, exchange.config.limits
        guard = functools.partial(Guard, upload_s=limits.upload_s, local_only=not exchange.keys_required)
        super().__init__(
            uvicorn.Config(
                app,
                http=guard,  # type: ignore[arg-type]  # it only calls it
                ws="none",
                lifespan="off",
                interface="asgi3",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                timeout_keep_alive=int(IDLE_S),
                timeout_graceful_shutdown=server.drain_s,  # type: ignore[arg-type]  # seconds, whole or not
                backlog=BACKLOG,
            )
        )
        self._app, self._ready = app, ready
        host, port = sockets[0].getsockname()[:2]
        self.address = f"http://{f'[{host}]' if ':' in host else host}:{port}"

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        try:
            if self._ready is not None:
                self._ready(self.address)
        except BaseException:
            for listening in self.servers:
                listening.close()  # uvloop's loop does not close before they are
            raise

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._app.phase = "draining"
        await super().shutdown(sockets=sockets)
        if tasks := set(self.server_state.tasks):
            await asyncio.wait(tasks, timeout=CANCEL_S)
        for connection in list(self.server_state.connections):
            connection.transport.abort()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Unlike uvicorn's, it does not raise the signal again at the end: a drained process exits with 0."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self.handle_exit) for number in SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def new_event_loop() -> asyncio.AbstractEventLoop:
    """uvloop's, where there is one."""
    if sys.platform == "win32":
        return asyncio.new_event_loop()
    import uvloop

    return uvloop.new_event_loop()


def listen(config: Config) -> list[socket.socket]:
    """Sockets on every address of the configured host, all with one port. Raises ConfigError."""
    host, port = config.server.host, config.server.port
    sockets: list[socket.socket] = []
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        for family, _, _, _, address in dict.fromkeys(found):
            with_port = (address[0], sockets[0].getsockname()[1] if sockets else port)
            sockets.append(socket.create_server(with_port, family=family, backlog=BACKLOG))
    except OSError as error:
        for opened in sockets:
            opened.close()
        raise ConfigError(
            f"can't be listened on: {error.strerror or error}.",
            file=config.file,
            field="server",
            value=f"{host}:{port}",
            remedy="Set server.port to one that is free, or server.host to an address of this machine.",
        ) from None
    return sockets


def is_loopback(host: str) -> bool:
    """Does only this machine reach it?"""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
