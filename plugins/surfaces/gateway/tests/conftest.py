"""A real gateway on a real socket, in front of the kit's scripted provider on another, both on a loop in a thread."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import httpx
import pytest
from crossroads_gateway import make_app
from crossroads_gateway.server import Server, listen, new_event_loop

from crossroads import Exchange
from crossroads.testing import Answer, Price, ScriptedProvider, exchange_with
from crossroads.testing.plugins import Recorder, offer

WAIT_S = 10
PRICES = {
    "small": Price(input=100_000_000, output=400_000_000),
    "large": Price(input=2_000_000_000, output=8_000_000_000),
}


class Running:
    """A gateway that serves, its exchange, and the provider behind it."""

    def __init__(self) -> None:
        self.upstream = ScriptedProvider(prices=PRICES)
        self.recorder = Recorder()
        self.exchange: Exchange
        self.server: Server
        self.loop: asyncio.AbstractEventLoop
        self.port = 0
        self.http: httpx.Client

    def wait(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Run on the gateway's loop, to its result."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(WAIT_S)

    def ask(self, *, path: str = "/api/v1/chat/completions", **fields: Any) -> httpx.Response:
        """A chat call for acme/small."""
        return self.http.post(path, json=asked(**fields))

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=WAIT_S)

    async def main(self, config: dict[str, Any], started: threading.Event) -> None:
        self.loop = asyncio.get_running_loop()
        try:
            async with self.upstream:
                self.exchange = exchange_with(
                    offer(
                        "acme",
                        self.upstream,
                        models={"acme/small": "small", "acme/large": "large"},
                        context_tokens=8192,
                        max_output_tokens=1024,
                        created="2026-01-02",
                        supported_parameters=["max_tokens", "temperature"],
                    ),
                    offer("beta", self.upstream, models={"beta/unpriced": "unpriced"}, distillable=True),
                    sinks={"recorder": self.recorder},
                    config={**config, "server": {"port": 0, **config.get("server", {})}},
                )
                async with self.exchange:
                    sockets = listen(self.exchange.config)
                    self.port = sockets[0].getsockname()[1]
                    self.server = Server(make_app(self.exchange), sockets, lambda _: started.set())
                    await self.server.serve(sockets=sockets)
        finally:
            started.set()


def asked(**fields: Any) -> dict[str, Any]:
    return {"model": "acme/small", "messages": [{"role": "user", "content": "hi"}], **fields}


@contextmanager
def running(**config: Any) -> Iterator[Running]:
    """config: words of crossroads.toml."""
    gateway, started = Running(), threading.Event()

    def run() -> None:
        with asyncio.Runner(loop_factory=new_event_loop) as runner:
            runner.run(gateway.main(config, started))

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    assert started.wait(WAIT_S)
    with ExitStack() as stack:
        base = f"http://127.0.0.1:{gateway.port}"
        gateway.http = stack.enter_context(httpx.Client(base_url=base, trust_env=False, timeout=WAIT_S))
        try:
            yield gateway
        finally:
            stack.close()
            gateway.server.should_exit = True
            thread.join(WAIT_S)
            assert not thread.is_alive(), "the gateway did not stop"


@pytest.fixture
def start() -> Callable[..., Any]:
    """`with start(server={...}) as gateway:` a gateway with this configuration."""
    return running


@pytest.fixture(scope="module")
def shared() -> Iterator[Running]:
    with running() as found:
        yield found


@pytest.fixture
def gateway(shared: Running) -> Running:
    """One gateway for the tests of a file that need no configuration of their own; the provider as it was made."""
    shared.upstream.requests.clear()
    shared.recorder.events.clear()
    shared.upstream.by_model.clear()
    shared.upstream.default = Answer()
    return shared


@pytest.fixture
def raw_call() -> Callable[..., bytes]:
    """A chat call as bytes of HTTP/1.1."""

    def make(**fields: Any) -> bytes:
        body = json.dumps(asked(**fields)).encode()
        head = "POST /api/v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body

    return make
