"""`embedded://llamacpp/v1/...` -> the child's HTTP server, by way of the core's own transport.

The server is started when first needed and again should it have died. Law: its key (256 bits, new with every start) is
known to this process and the child only, and nobody else on this machine can use the port.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

from crossroads.config import home
from crossroads.wire import HttpRequest, HttpResponse, Transport
from crossroads_llamacpp.errors import unavailable
from crossroads_llamacpp.progress import Progress
from crossroads_llamacpp.server import Server
from crossroads_llamacpp.weights import SMOLLM2, ensure


class EmbeddedTransport:
    """`wire.Transport` over one embedded server. options: as for `Server`, less the model.

    model_path: None is SmolLM2, fetched when it is not there.
    """

    def __init__(
        self,
        default: Transport,
        *,
        model_path: Path | None,
        progress: Progress | None = None,
        launch: Callable[..., Server] = Server,
        **options: Any,
    ) -> None:
        self._default, self._model_path, self._options = default, model_path, options
        self._progress = progress or Progress()
        self._launch = launch
        self._server: Server | None = None
        self._starting = asyncio.Lock()
        self._closed = False

    async def send(self, request: HttpRequest) -> HttpResponse:
        """See `wire.Transport.send`."""
        server = await self.running()
        # llama.cpp says keep-alive and closes after every stream (xllamacpp 2026.10.11549, 2026-11-25): a request that
        # comes in between is lost. A new connection to this machine costs a tenth of a millisecond.
        local = msgspec.structs.replace(request, url=server.address + urlsplit(request.url).path, keep_alive=False)
        return await self._default.send(local.with_header(b"authorization", server.authorization))

    async def running(self) -> Server:
        """The server, started if there is none. Raises ConnectFailed with the reason."""
        if self._server is not None and self._server.alive:
            return self._server
        async with self._starting:
            if self._closed:
                raise unavailable("The embedded model is closed.")
            if self._server is not None and not self._server.alive:
                dead, self._server = self._server, None
                dead.stop()  # its pipes: nothing to wait for
            if self._server is None:
                self._server = await self._start()
            return self._server

    async def aclose(self) -> None:
        """Stop the server. Idempotent."""
        self._closed = True
        if self._server is not None:
            await asyncio.to_thread(self._server.stop)

    async def _start(self) -> Server:
        stop = threading.Event()
        try:
            path = self._model_path or await asyncio.to_thread(
                ensure, SMOLLM2, home() / "models", progress=self._progress, stop=stop
            )
        except asyncio.CancelledError:
            stop.set()  # the thread ends its download and goes
            raise
        server = self._launch(path, **self._options)
        loading = asyncio.ensure_future(asyncio.to_thread(server.wait_ready))
        try:
            with self._progress.busy("Loading the embedded model ..."):
                await asyncio.shield(loading)
        except BaseException:
            server.kill()
            await asyncio.wait([loading])  # it ends with the process
            server.stop()
            raise
        return server
