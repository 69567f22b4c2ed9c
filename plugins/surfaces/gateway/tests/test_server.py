"""The process: addresses, readiness, signals and drain, and what a bug of ours shows."""

import asyncio
import hashlib
import json
import logging
import os
import signal
import subprocess
import sys
import textwrap

import httpx
import pytest
from crossroads_gateway import App, Gateway, make_app
from crossroads_gateway.server import listen

from crossroads import Exchange
from crossroads.config import Config
from crossroads.dialect import DialectBase
from crossroads.errors import BadRequest, ConfigError
from crossroads.testing import Answer, exchange_with

KEYS = [{"name": "app", "hash": hashlib.sha256(b"key").hexdigest()}]


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.com", ""])
def test_without_a_key_only_loopback_is_served(host):
    config = Config.of({"server": {"host": host, "port": 0}})
    app = None
    with pytest.raises(ConfigError, match="crossroads keys create") as caught:
        app = _serve(config)
    assert caught.value.field == "server.host"
    assert app is None


def test_with_a_key_every_address_may_be_served():
    with pytest.raises(ConfigError, match="listened") as caught:  # an address that no machine has: it came to binding
        _serve(Config.of({"server": {"host": "192.0.2.1", "port": 0}, "keys": KEYS}))
    assert caught.value.field == "server"


def test_a_ready_that_raises_ends_the_server():
    with pytest.raises(AssertionError, match="it serves"):
        _serve(Config.of({"server": {"port": 0}}))


def test_an_address_that_is_taken_is_a_config_error():
    taken = listen(Config.of({"server": {"port": 0}}))
    try:
        with pytest.raises(ConfigError, match="listened"):
            listen(Config.of({"server": {"port": taken[0].getsockname()[1]}}))
    finally:
        for opened in taken:
            opened.close()


def test_health_and_readiness(gateway):
    assert gateway.http.get("/health").json() == {"status": "ok"}
    assert gateway.http.get("/ready").json() == {"status": "ready"}
    assert gateway.http.get("/").json()["api"] == "/api/v1"


async def test_ready_is_503_while_starting_and_draining():
    async with exchange_with() as exchange:
        app = make_app(exchange)
        for phase, status in (("starting", 503), ("ready", 200), ("draining", 503)):
            app.phase = phase
            reply = await _ask(app, "GET", "/ready")
            assert (reply.status_code, reply.json()) == (status, {"status": phase})
            assert (await _ask(app, "GET", "/health")).status_code == 200


async def test_a_dialects_path_may_hold_the_model():
    opened = []

    class ByPath(DialectBase):
        name, operation, paths, upstream_path = "by-path", "chat", ("/models/{model}:{action}",), ""

        def open(self, body, params):
            opened.append(dict(params))
            raise BadRequest("opened.", remedy="Nothing.")

        def encode_error(self, error, call, *, in_stream):
            return str(error).encode()

    async with exchange_with(dialects={"by-path": ByPath()}) as exchange:
        app = make_app(exchange)
        for model in ("acme/small", "acme%2Fsmall", "small"):
            reply = await _ask(app, "POST", f"/v1/models/{model}:generate", json={})
            assert (reply.status_code, reply.text) == (400, "opened. Nothing.")
        assert (await _ask(app, "GET", "/v1/models/acme/small/endpoints")).status_code == 404
        assert (await _ask(app, "POST", "/v1/models", json={})).status_code == 405
    assert [p["model"] for p in opened] == ["acme/small", "acme/small", "small"]
    assert {p["action"] for p in opened} == {"generate"}


async def test_a_bug_of_ours_is_a_masked_500_logged_once_without_its_text(monkeypatch, caplog):
    def broken(*_, **__):
        raise RuntimeError("the prompt was: my secret")

    async with exchange_with() as exchange:
        app = make_app(exchange)
        monkeypatch.setattr(Exchange, "open_call", broken)
        monkeypatch.setattr(Exchange, "identify", broken)
        with caplog.at_level(logging.ERROR):
            for _ in range(3):
                reply = await _ask(app, "POST", "/v1/chat/completions", json={})
                assert reply.status_code == 500
                assert reply.json() == {
                    "error": {"code": 500, "message": "Internal Server Error", "metadata": {"error_type": "server"}}
                }
                assert (await _ask(app, "GET", "/v1/models")).status_code == 500
    assert len(caplog.records) == 1  # one place, from two paths
    assert "RuntimeError" in caplog.text
    assert "secret" not in caplog.text


async def test_under_another_server_a_hang_up_cancels_too():
    from crossroads.testing import Fault, ScriptedProvider
    from crossroads.testing.plugins import chat, offer

    stalled = ScriptedProvider(default=Answer(fault=Fault("stall")))
    async with stalled as upstream, exchange_with(offer("acme", upstream)) as exchange:
        gone = asyncio.Event()
        body = json.dumps(chat()).encode()
        messages = [{"type": "http.request", "body": body}]

        async def receive():
            if messages:
                return messages.pop()
            await gone.wait()
            return {"type": "http.disconnect"}

        async def send(message):
            raise AssertionError("nobody is there")

        headers = [(b"content-type", b"application/json")]
        scope = {"type": "http", "method": "POST", "path": "/v1/chat/completions", "headers": headers}
        running = asyncio.ensure_future(make_app(exchange)(scope, receive, send))
        request = await upstream.wait_received(1)
        gone.set()
        await running
        await request.over.wait()
        assert request.hung_up
        assert len(asyncio.all_tasks()) < 10


PROCESS = """
import asyncio, sys
from crossroads.config import Config
from crossroads.hookspecs import hookimpl
from crossroads.testing import Answer, ScriptedProvider, exchange_with
from crossroads.testing.plugins import offer
from crossroads_gateway.server import new_event_loop, serve_exchange

class Sink:
    @hookimpl
    def sink_emit(self, events):
        for event in events:
            print("event", event.outcome, flush=True)

async def main():
    answer = Answer(pieces=("a", "b", "c"), gap_s={gap_s})
    async with ScriptedProvider(default=answer) as upstream:
        server = {{"port": 0, "keepalive_s": 0.1, "drain_s": {drain_s}}}
        async with exchange_with(offer("acme", upstream), sinks={{"sink": Sink()}}, config={{"server": server}}) as x:
            await serve_exchange(x, ready=lambda address: print(address, flush=True))

with asyncio.Runner(loop_factory=new_event_loop) as runner:
    runner.run(main())
print("done", flush=True)
"""


@pytest.fixture
def process():
    started = []

    def start(**values: float) -> tuple[subprocess.Popen[str], str]:
        code = textwrap.dedent(PROCESS).format(**values)
        found = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
        started.append(found)
        return found, found.stdout.readline().strip()

    yield start
    for found in started:
        found.kill()
        found.wait()
        found.stdout.close()


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGTERM")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_lets_calls_in_flight_finish_and_exits_with_0(process, number):
    found, address = process(gap_s=0.3, drain_s=20)
    with httpx.Client(trust_env=False, timeout=10) as http:
        with http.stream("POST", f"{address}/v1/chat/completions", json=_call()) as reply:
            chunks = reply.iter_text()
            text = next(chunks)
            os.kill(found.pid, number)
            text += "".join(chunks)
        assert text.endswith("data: [DONE]\n\n")
        with pytest.raises(httpx.TransportError):
            http.get(f"{address}/ready")
    assert found.stdout.read().split("\n") == ["event ok", "done", ""]
    assert found.wait(10) == 0


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGTERM")
def test_what_is_still_running_after_drain_s_is_cancelled_and_settled(process):
    found, address = process(gap_s=30, drain_s=0.2)
    with httpx.stream("POST", f"{address}/v1/chat/completions", json=_call(), trust_env=False) as reply:
        chunks = reply.iter_text()
        text = next(chunks)
        os.kill(found.pid, signal.SIGTERM)
        text += "".join(chunks)
    last = json.loads(text.strip().split("\n\n")[-1].removeprefix("data: "))
    assert (last["error"]["code"], last["choices"][0]["finish_reason"]) == (503, "error")
    assert "[DONE]" not in text
    assert found.stdout.read().split("\n") == ["event cancelled", "done", ""]
    assert found.wait(10) == 0


def _call():
    return {"model": "test/model", "stream": True, "messages": [{"role": "user", "content": "hi"}]}


def _serve(config: Config) -> None:
    Gateway().run(config, ready=lambda _: (_ for _ in ()).throw(AssertionError("it serves")))


async def _ask(app: App, method: str, path: str, **more) -> httpx.Response:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as http:
        return await http.request(method, path, **more)
