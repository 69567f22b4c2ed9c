"""A real gateway on a real socket, in front of a scripted upstream on another: what the tests of this package use."""

from __future__ import annotations

import asyncio
import json
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from crossroads import Exchange
from crossroads.engine.index import load_index
from crossroads_gateway import make_app
from crossroads_gateway.server import Server, listen

MANIFEST = """
schema = 1
name = "scripted"
display_name = "Scripted"

[operations.chat]
dialect = "openai-chat"
url = "{base_url}/chat/completions"

[auth]
scheme = "none"
"""

ENDPOINTS: list[dict[str, Any]] = [
    {
        "model": "acme/small",
        "upstream": "small-1",
        "name": "Acme Small",
        "context_tokens": 8192,
        "max_output_tokens": 1024,
        "created": "2026-01-02",
        "supported_parameters": ["max_tokens", "temperature"],
        "price_usd_per_mtok": {"input": "0.10", "output": "0.40"},
    },
    {
        "model": "acme/large",
        "upstream": "large-1",
        "context_tokens": 131072,
        "created": "2026-03-04",
        "supported_parameters": ["max_tokens", "tools", "tool_choice"],
        "price_usd_per_mtok": {"input": "2", "output": "8"},
        "price_tiers": [{"above_input_tokens": 65536, "price_usd_per_mtok": {"input": "4"}}],
    },
    {"model": "beta/unpriced", "upstream": "unpriced"},
]

REPLY = json.dumps(
    {
        "id": "up-1",
        "object": "chat.completion",
        "created": 1,
        "model": "small-1",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": "hello"}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15},
    }
).encode()


def chunk(text: str | None = None, *, finish: str | None = None) -> bytes:
    """One event of an upstream's stream."""
    delta = {} if text is None else {"content": text}
    choices = [{"index": 0, "delta": delta, "finish_reason": finish}]
    document = {"id": "up-1", "object": "chat.completion.chunk", "created": 1, "model": "small-1", "choices": choices}
    return b"data: " + json.dumps(document).encode() + b"\n\n"


USAGE = (
    b'data: {"id":"up-1","object":"chat.completion.chunk","created":1,"model":"small-1","choices":[],'
    b'"usage":{"prompt_tokens":10,"completion_tokens":5,"total_tokens":15}}\n\n'
)
DONE = b"data: [DONE]\n\n"

Script = Callable[["Exchanged"], Awaitable[None]]


class Exchanged:
    """One request that reached the upstream, and the way to answer it."""

    def __init__(self, head: bytes, body: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.head, self.body, self.reader, self.writer = head, body, reader, writer

    async def reply(self, body: bytes = REPLY, status: int = 200) -> None:
        head = f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        self.writer.write(head.encode() + body)
        await self.writer.drain()

    async def start_stream(self) -> None:
        self.writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
        await self.writer.drain()

    async def send(self, data: bytes) -> None:
        self.writer.write(b"%x\r\n%b\r\n" % (len(data), data))
        await self.writer.drain()

    async def say(self, *words: str) -> None:
        """One event a word."""
        for word in words:
            await self.send(chunk(word))

    async def end_stream(self) -> None:
        """Finish reason, usage, terminator, and the end of the body."""
        await self.send(chunk(finish="stop") + USAGE + DONE)
        self.writer.write(b"0\r\n\r\n")
        await self.writer.drain()

    async def tell(self, *words: str) -> None:
        """A whole stream."""
        await self.start_stream()
        await self.say(*words)
        await self.end_stream()


class Upstream:
    """A provider that does what `script` says. closed: set when the gateway has hung up on a request in the middle."""

    def __init__(self) -> None:
        self.script: Script = lambda asked: asked.reply()
        self.requests: list[Exchanged] = []
        self.asked, self.closed = threading.Event(), threading.Event()
        self.port = 0

    async def serve(self) -> asyncio.Server:
        server = await asyncio.start_server(self._connection, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        return server

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = next(
                    int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-len")
                )
                asked = Exchanged(head, await reader.readexactly(length), reader, writer)
                self.requests.append(asked)
                self.asked.set()
                await self._until_closed(asked)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _until_closed(self, asked: Exchanged) -> None:
        """Run the script; stop, and say so, if the gateway hangs up before it has ended."""
        script = asyncio.ensure_future(self.script(asked))
        gone = asyncio.ensure_future(asked.reader.read(1))
        done, _ = await asyncio.wait({script, gone}, return_when=asyncio.FIRST_COMPLETED)
        gone.cancel()
        await asyncio.gather(gone, return_exceptions=True)
        if script not in done:
            self.closed.set()
            script.cancel()
            raise ConnectionError
        await script


class Running:
    """A gateway and its upstream, each on its port, on a loop in a thread."""

    def __init__(self) -> None:
        self.upstream = Upstream()
        self.exchange: Exchange = None  # type: ignore[assignment]
        self.server: Server = None  # type: ignore[assignment]
        self.loop: asyncio.AbstractEventLoop = None  # type: ignore[assignment]
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def call(self, function: Callable[[], Any]) -> Any:
        """Run on the gateway's loop, and wait for the result."""

        async def run() -> Any:
            return function()

        return asyncio.run_coroutine_threadsafe(run(), self.loop).result(5)

    async def main(self, config: dict[str, Any], started: threading.Event) -> None:
        self.loop = asyncio.get_running_loop()
        upstream = await self.upstream.serve()
        document = {"providers": [provider(self.upstream.port)], "routing": {"strategies": ["any"]}, **config}
        document["server"] = {"port": 0, **config.get("server", {})}
        try:
            async with Exchange(document, index=load_index(None)) as self.exchange:
                sockets = listen(self.exchange.config)
                self.port = sockets[0].getsockname()[1]
                self.server = Server(make_app(self.exchange), sockets, lambda _: started.set())
                await self.server.serve(sockets=sockets)
        finally:
            started.set()
            upstream.close()


def provider(port: int, **more: Any) -> dict[str, Any]:
    """The scripted provider, as crossroads.toml names it."""
    base_url = f"http://127.0.0.1:{port}/v1"
    return {"name": "scripted", "plugin": "scripted", "base_url": base_url, "endpoints": ENDPOINTS, **more}


@pytest.fixture(scope="session")
def provider_path(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A provider package, installed by hand in a folder on sys.path."""
    folder = tmp_path_factory.mktemp("site")
    package, info = folder / "scripted_provider", folder / "crossroads_scripted-1.0.dist-info"
    package.mkdir()
    info.mkdir()
    (package / "__init__.py").write_text('"""Only facts."""\n')
    (package / "provider.toml").write_text(MANIFEST)
    (package / "any.py").write_text('"""A strategy without an opinion."""\n')
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: crossroads-scripted\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[crossroads.providers]\nscripted = scripted_provider\n[crossroads.strategies]\nany = scripted_provider.any\n"
    )
    sys.path.insert(0, str(folder))
    yield folder
    sys.path.remove(str(folder))


@contextmanager
def running(config: dict[str, Any] | None = None) -> Iterator[Running]:
    gateway, started = Running(), threading.Event()
    thread = threading.Thread(target=lambda: asyncio.run(gateway.main(config or {}, started)), daemon=True)
    thread.start()
    assert started.wait(10)
    try:
        yield gateway
    finally:
        gateway.server.should_exit = True
        thread.join(10)
        assert not thread.is_alive(), "the gateway did not stop"


@pytest.fixture
def start(provider_path: Path) -> Callable[..., Any]:
    """`with start({...}) as gateway:` a gateway with this configuration."""
    return running


@pytest.fixture
def gateway(provider_path: Path) -> Iterator[Running]:
    with running() as found:
        yield found
