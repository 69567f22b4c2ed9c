"""Faults on real sockets, one table: another endpoint's right answer or one clear error, whatever the wire does.

Two endpoints offer the model: the first misbehaves as the table says, the second is well. Held in every case: one
record, one outcome, no token paid for twice, nothing beyond its deadline, and a breaker, statistics and events that
show who was to blame.
"""

import asyncio
import json
import socket
import ssl
import struct
from contextlib import AsyncExitStack, aclosing, asynccontextmanager, suppress
from typing import NamedTuple

import pytest

from crossroads.call import Head
from crossroads.events import EndpointHealth
from crossroads.testing import Answer, Price, Recorder, ScriptedProvider, SteppedClock, chat, exchange_with, offer
from crossroads.testing.plugins import Result

PRICE = Price(input=150_000_000, output=600_000_000)
BACKUP = Answer(pieces=("BACKUP", "!"))
DEADLINE_S = 20.0
TIMEOUTS = {"connect_s": 2.0, "write_s": 2.0, "first_byte_s": 2.0, "read_s": 2.0}
STEP_S = 0.25
TRICKLE_S = 0.5
"""Between two bytes of a slow loris: less than any timeout between reads."""

TOKEN = {"choices": [{"index": 0, "delta": {"content": "Hel"}, "finish_reason": None}]}
ROLE = {"choices": [{"index": 0, "delta": {"role": "assistant", "content": ""}, "finish_reason": None}]}
WHOLE = {"choices": [{"index": 0, "message": {"role": "assistant", "content": "Hello"}, "finish_reason": "stop"}]}


class Fault(NamedTuple):
    """parts: what the peer sends once a request has come; see `Peer`. slow: it takes (virtual) time.

    billed: may the provider bill what failed? streams: which calls it is a fault for. peer: before any request.
    blamed: is it held against the endpoint?
    """

    parts: tuple[bytes | str, ...] = ()
    slow: bool = False
    billed: bool = True
    streams: tuple[bool, ...] = (False, True)
    peer: str = "serves"
    error: str = "provider_unavailable"


def head(status: int = 200, kind: str = "application/json", *more: str) -> bytes:
    lines = (f"HTTP/1.1 {status} Scripted", f"content-type: {kind}", *more)
    return "\r\n".join((*lines, "", "")).encode()


def reply(status: int, body: bytes, *more: str, kind: str = "application/json") -> bytes:
    return head(status, kind, f"content-length: {len(body)}", *more) + body


def events(*documents: object) -> bytes:
    return b"".join(b"data: %b\n\n" % json.dumps(document).encode() for document in documents)


def refused(status: int, *more: str) -> Fault:
    body = json.dumps({"error": {"message": "scripted", "code": status}}).encode()
    return Fault((reply(status, body, *more),), billed=False, error=CODES.get(status, "provider_unavailable"))


CODES = {
    **dict.fromkeys((408, 504, 524), "timeout"),
    **dict.fromkeys((503, 529), "provider_overloaded"),
    429: "rate_limit_exceeded",
}
SSE = head(200, "text/event-stream")
LONG = head(200, "application/json", "content-length: 500")
CHUNKED = head(200, "text/event-stream", "transfer-encoding: chunked")

FAULTS = {
    # before anything is sent
    "refused": Fault(peer="refuses", billed=False),
    "the name is unknown": Fault(peer="has no name", billed=False),
    "a certificate nobody trusts": Fault(peer="has a strange certificate", billed=False),
    "plain HTTP where TLS is due": Fault(peer="speaks no TLS", billed=False),
    # before the head is whole
    "reset before the head": Fault(("reset",)),
    "reset in the head": Fault((b"HTTP/1.1 200 OK\r\ncontent-ty", "reset")),
    "closed before the head": Fault(("close",)),
    "garbage for a head": Fault((b"\x00\xffwhatever\r\n\r\n", "close")),
    "silence before the head": Fault(("stall",), slow=True, error="timeout"),
    "a head byte by byte": Fault(("trickle", SSE * 9), slow=True, error="timeout"),
    # after the head, before a token
    "reset after the head": Fault((LONG, "reset")),
    "reset after the head of a stream": Fault((CHUNKED, "reset"), streams=(True,)),
    "closed after the head": Fault((LONG, "close")),
    "stalled after the head": Fault((LONG, "stall"), slow=True, error="timeout"),
    "a body byte by byte": Fault((LONG, "trickle", b" " * 500), slow=True, error="timeout"),
    "comments for ever": Fault(
        (SSE, "trickle", b": OPENROUTER PROCESSING\n\n" * 90), True, streams=(True,), error="timeout"
    ),
    "truncated JSON": Fault((reply(200, json.dumps(WHOLE).encode()[:-9]),)),
    "a length that lies": Fault(
        (head(200, "application/json", "content-length: 9999"), json.dumps(WHOLE).encode(), "close")
    ),
    "an HTML page with status 200": Fault((reply(200, b"<html>Welcome!</html>", kind="text/html"),)),
    "no JSON at all": Fault((reply(200, b"\xff\xfe\x00", kind="application/octet-stream"),)),
    "plain JSON for a stream": Fault((reply(200, json.dumps(WHOLE).encode()),), streams=(True,)),
    "garbage for events": Fault((SSE, b"\x00\xffgarbage\n\n" * 5, "close"), streams=(True,)),
    "an event that is no JSON": Fault((SSE, events(ROLE), b"data: {not json\n\n", "close"), streams=(True,)),
    "events without a token": Fault((SSE, events(ROLE), "close"), streams=(True,)),
    "an error event": Fault((SSE, events(ROLE, {"error": {"message": "boom", "code": 500}}), "close"), streams=(True,)),
    # complete refusals
    **{str(status): refused(status) for status in (401, 408, 500, 501, 502, 503, 504, 520, 522, 524, 529)},
    "429": refused(429),
    "429 with Retry-After": refused(429, "retry-after: 30"),
    "503 with Retry-After": refused(503, "retry-after: 30"),
    "a page for an error": Fault((reply(502, b"<html>Bad gateway</html>", kind="text/html"),), billed=False),
}
AFTER_A_TOKEN = {
    "reset": Fault(("reset",)),
    "closed": Fault(("close",)),
    "stalled": Fault(("stall",), slow=True),
    "comments for ever": Fault(("trickle", b": still here\n\n" * 90), slow=True),
    "garbage": Fault((b"\x00\xffgarbage\n\n", "close")),
    "no JSON": Fault((b"data: {not json\n\n", "close")),
    "an error event": Fault((events({"error": {"message": "boom", "code": 500}}), "close")),
}


class Peer:
    """A raw server. Bytes go out as they are; "trickle": what follows goes byte by byte; "hold": until `let_go`."""

    def __init__(self, clock: SteppedClock | None) -> None:
        self.parts: tuple[bytes | str, ...] = ()
        self.requests = 0
        self.let_go = asyncio.Event()
        self._clock = clock
        self._tasks: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def serving(self, context: ssl.SSLContext | None = None):
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=context)
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            server.close()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._tasks.add(asyncio.current_task())
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                while await self._answer(reader, writer):
                    pass
        finally:
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        request = (await reader.readuntil(b"\r\n\r\n")).lower()
        await reader.readexactly(int(request.partition(b"content-length:")[2].split()[0]))
        self.requests += 1
        trickle = False
        for part in self.parts:
            if isinstance(part, bytes):
                for piece in (part[i : i + 1] for i in range(len(part))) if trickle else (part,):
                    writer.write(piece)
                    await writer.drain()
                    if trickle:
                        await self._clock.sleep(TRICKLE_S)
            elif part == "stall":
                await asyncio.Event().wait()
            elif part == "hold":
                await self.let_go.wait()
            elif part == "trickle":
                trickle = True
            elif part == "reset":
                await asyncio.sleep(0.01)  # what went before shall arrive before
                linger = struct.pack("ii", 1, 0)
                writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                writer.transport.abort()
                return False
            else:
                return False
        return True


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """Of an authority that nobody has heard of."""
    import datetime

    x509 = pytest.importorskip("cryptography.x509")
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "nobody")])
    now, day = datetime.datetime.now(datetime.UTC), datetime.timedelta(days=1)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(now - day).not_valid_after(now + day)
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    signed = made.sign(key, hashes.SHA256()).public_bytes(pem)
    path.write_bytes(signed + key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
    return path


class World(NamedTuple):
    x: object
    peer: Peer
    backup: ScriptedProvider
    recorder: Recorder
    clock: SteppedClock | None

    async def send(self, *, stream: bool) -> Result:
        """One call to its end; under a stepped clock time goes by while it lasts."""
        task = asyncio.create_task(self._send(stream))
        while self.clock is not None and not task.done():
            await self.clock.advance(STEP_S)
            await asyncio.sleep(0.001)
        return await task

    async def _send(self, stream: bool) -> Result:
        call = self.x.open_call("openai-chat", json.dumps(chat(stream=stream)).encode(), deadline_s=DEADLINE_S)
        parts: list[Head | bytes] = []
        async with aclosing(self.x.run(call)) as reply:
            async for part in reply:
                parts.append(part)
                if isinstance(part, bytes):
                    self.peer.let_go.set()
        return Result(call, parts[0].status, parts[0].headers, tuple(parts[1:]))


@asynccontextmanager
async def world(fault: Fault, certificate=None, *, routing=None):
    """An exchange whose first endpoint has `fault`; one failure of it opens its breaker."""
    clock = SteppedClock() if fault.slow else None
    peer = Peer(clock)
    peer.parts = fault.parts
    context = None
    if fault.peer == "has a strange certificate":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
    breaker = {"failures": 1, "max_ejected": 0.5}
    config = {
        "routing": {"first_token_s": 5.0, "attempt_s": 8.0, "stall_s": 4.0, "breaker": breaker, **(routing or {})}
    }
    async with AsyncExitStack() as stack:
        port = await stack.enter_async_context(peer.serving(context))
        scheme = "https" if fault.peer in ("has a strange certificate", "speaks no TLS") else "http"
        host = {"refuses": "127.0.0.1:1", "has no name": "nowhere.invalid:80"}.get(fault.peer, f"localhost:{port}")
        backup = ScriptedProvider(prices={"small": PRICE}, default=BACKUP, clock=clock)
        await stack.enter_async_context(backup)
        facts = {"price_usd_per_mtok": PRICE.manifest()}
        bad = offer("bad", f"{scheme}://{host}/v1", timeouts=TIMEOUTS, api_key="sk-1", **facts)
        well = offer("well", backup, api_key="sk-2", supported_parameters=["assistant_prefill"])
        recorder = Recorder()
        x = await stack.enter_async_context(
            exchange_with(bad, well, sinks={"recorder": recorder}, config=config, clock=clock)
        )
        yield World(x, peer, backup, recorder, clock)


CASES = [(name, stream) for name, fault in FAULTS.items() for stream in fault.streams]


@pytest.mark.parametrize(("name", "stream"), CASES, ids=[f"{name}, {'stream' if s else 'plain'}" for name, s in CASES])
async def test_a_fault_before_the_first_token_is_made_good_by_the_other_endpoint(name, stream, certificate):
    fault = FAULTS[name]
    async with world(fault, certificate) as w:
        result = await w.send(stream=stream)
        (generation,) = await w.recorder.wait_generations(1)
        again = await w.send(stream=stream)
        (_, second) = await w.recorder.wait_generations(2)
    assert (result.status, result.text) == (200, "BACKUP!")
    assert [a.outcome for a in generation.attempts] == ["failed", "ok"]
    assert (generation.outcome, generation.provider) == ("ok", "well")
    assert generation.seconds <= DEADLINE_S
    failed, good = generation.attempts
    # money: what was delivered is charged once and exactly; what failed, only where it may be billed, as uncertain
    assert (good.usage.quality, good.cost_nano) == ("exact", w.backup.bill[0].nano)
    assert (failed.usage is not None) == (fault.billed and w.peer.requests > 0)
    assert failed.usage is None or failed.usage.quality != "exact"
    # blame: the error's code, the statistics, the breaker, the event
    assert failed.error_code == fault.error
    stats = result.call.route.candidates[0].stats
    assert stats.failures > 0
    health = [event for event in w.recorder.events if isinstance(event, EndpointHealth)]
    assert [(event.endpoint, event.state) for event in health] == [("bad/small", "open")]
    # and the next call does not even ask it
    assert again.text == "BACKUP!"
    assert [a.provider for a in second.attempts] == ["well"]


@pytest.mark.parametrize("name", AFTER_A_TOKEN)
async def test_a_fault_after_the_first_token_ends_the_stream_with_one_clear_error(name):
    fault = AFTER_A_TOKEN[name]
    fault = fault._replace(parts=(SSE, events(TOKEN), "hold", *fault.parts))
    async with world(fault) as w:
        result = await w.send(stream=True)
        (generation,) = await w.recorder.wait_generations(1)
        health = [event for event in w.recorder.events if isinstance(event, EndpointHealth)]
    assert (result.status, result.text, w.backup.requests) == (200, "Hel", [])
    assert b"[DONE]" not in result.body
    assert [b'"error"' in event for event in result.events] == [False] * (len(result.events) - 1) + [True]
    assert (generation.outcome, [a.outcome for a in generation.attempts]) == ("cut", ["cut"])
    assert generation.attempts[0].usage.quality == "estimated"
    assert generation.seconds <= DEADLINE_S
    assert [(event.endpoint, event.state) for event in health] == [("bad/small", "open")]


@pytest.mark.parametrize("name", AFTER_A_TOKEN)
async def test_a_fault_after_the_first_token_is_mended_for_who_asked_for_it(name):
    fault = AFTER_A_TOKEN[name]
    fault = fault._replace(parts=(SSE, events(TOKEN), "hold", *fault.parts))
    async with world(fault, routing={"resume": True}) as w:
        result = await w.send(stream=True)
        (generation,) = await w.recorder.wait_generations(1)
    assert (result.text, result.events[-1]) == ("HelBACKUP!", b"[DONE]")
    assert b'"error"' not in result.body
    assert w.backup.requests[0].json["messages"][-1] == {"role": "assistant", "content": "Hel"}
    assert [a.outcome for a in generation.attempts] == ["cut", "ok"]
    assert generation.attempts[1].cost_nano == w.backup.bill_nano
    assert generation.seconds <= DEADLINE_S


@pytest.mark.parametrize("stream", [False, True])
async def test_a_kept_connection_that_the_peer_closes_costs_one_failover_and_no_second_charge(stream):
    """The request is on its way when the peer's FIN comes: it may have been taken, so it is never sent there again."""
    body = json.dumps(WHOLE | {"usage": {"prompt_tokens": 1, "completion_tokens": 1}}).encode()
    good = Fault((reply(200, body),))
    async with world(good) as w:
        assert (await w.send(stream=False)).text == "Hello"
        w.peer.parts = ("close",)
        result = await w.send(stream=stream)
        (_, generation) = await w.recorder.wait_generations(2)
    assert (result.status, result.text) == (200, "BACKUP!")
    assert w.peer.requests == 2, "the second one arrived, once"
    assert [a.outcome for a in generation.attempts] == ["failed", "ok"]
    assert generation.attempts[0].usage.quality == "uncertain"


@pytest.mark.parametrize("name", ["refused", "silence before the head", "429", "503", "truncated JSON"])
@pytest.mark.parametrize("stream", [False, True])
async def test_with_nobody_else_there_is_one_clear_error_in_time(name, stream):
    fault = FAULTS[name]
    async with world(fault) as w:
        w.backup.default = Answer(status=503, raw=(b'{"error":{"message":"down","code":503}}',), reports="no")
        result = await w.send(stream=stream)
        (generation,) = await w.recorder.wait_generations(1)
    assert result.status == 503
    assert result.json["error"]["message"]
    assert len(result.json["error"]["metadata"]["previous_errors"]) == 1
    assert (generation.outcome, generation.status) == ("failed", 503)
    assert generation.seconds <= DEADLINE_S
