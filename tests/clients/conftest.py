"""A real gateway in front of the real embedded model, for real clients."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import httpx
import pytest

START_S = 60
MODEL = "huggingfacetb/smollm2-135m-instruct"


@pytest.fixture(scope="session")
def serve() -> Iterator[Callable[..., str]]:
    """Starts `crossroads serve` with these arguments as its own process; gives its origin, http://127.0.0.1:41234."""
    running: list[subprocess.Popen[bytes]] = []

    def start(*arguments: str) -> str:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        origin = f"http://127.0.0.1:{port}"
        environment = {k: v for k, v in os.environ.items() if not k.endswith("_API_KEY") and k != "CROSSROADS_CONFIG"}
        command = [sys.executable, "-m", "crossroads", "serve", "--port", str(port), *arguments]
        process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL)
        running.append(process)
        until = time.monotonic() + START_S
        while time.monotonic() < until and process.poll() is None:
            try:
                if httpx.get(f"{origin}/ready", trust_env=False).status_code == 200:
                    break
            except httpx.TransportError:
                time.sleep(0.05)
        assert process.poll() is None, "the gateway did not start"
        return origin

    yield start
    for process in running:
        process.terminate()
    assert [process.wait(timeout=40) for process in running] == [0] * len(running)


@pytest.fixture(scope="session")
def gateway(serve: Callable[..., str]) -> str:
    """One with no configuration, in front of the embedded model."""
    return serve()


@pytest.fixture(scope="session")
def model(gateway: str) -> str:
    """The embedded model, downloaded and loaded: the first call may take its time, the tests' own do not."""
    body = {"model": MODEL, "messages": [{"role": "user", "content": "Hi"}], "max_tokens": 1}
    reply = httpx.post(f"{gateway}/api/v1/chat/completions", json=body, timeout=600, trust_env=False)
    assert reply.status_code == 200, reply.text
    return MODEL
