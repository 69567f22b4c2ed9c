"""A provider on a real socket that does what a script says, misbehaves on demand, and keeps its own bill.

    async with ScriptedProvider(prices={"small": Price(input=150_000_000)}) as upstream:
        upstream.script(refusal(429), Answer(pieces=("Hi",)))        # the next two requests
        ...                                                          # base_url = upstream.base_url
        assert upstream.bill_nano == metered

Raw on purpose: an HTTP library would not let it be wrong. It speaks the formats of `testing.voices` on their paths,
below `base_url` or any other path, and `/models`; elsewhere it plays raw answers.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import struct
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import msgspec

from crossroads.clock import Clock, SystemClock
from crossroads.testing.answers import Answer, Price, Tokens, refusal
from crossroads.testing.voices import voice_of, wire

HEAD_BYTES_MAX = 1 << 20
BODY_BYTES_MAX = 64 << 20
REQUESTS_MAX = 100_000
WAIT_S = 10.0
"""A test that waits longer than this for its own upstream has failed."""

Script = Callable[["Received"], Answer]


class Charge(NamedTuple):
    """One line of the bill. complete: the answer left whole; else it is for what had been made until then."""

    model: str
    tokens: Tokens
    nano: int
    complete: bool


class Received:
    """One request as it came, and what became of it.

    left: set when the caller hung up before the answer was whole. over: set when all is done with this request.
    """

    def __init__(self, method: str, path: str, headers: tuple[tuple[str, str], ...], body: bytes) -> None:
        self.method, self.path, self.headers, self.body = method, path, headers, body
        self.left = asyncio.Event()
        self.over = asyncio.Event()
        self.body_bytes_sent = 0
        self.charge: Charge | None = None

    def header(self, name: str) -> str | None:
        """The first value; `name` in lower case."""
        return next((value for key, value in self.headers if key == name), None)

    @property
    def json(self) -> dict[str, Any]:
        loaded: dict[str, Any] = json.loads(self.body or b"{}")
        return loaded

    @property
    def hung_up(self) -> bool:
        return self.left.is_set()


class ScriptedProvider:
    """See the module. prices: by upstream model name; a model without one is free.

    default: the answer when no script is left. clock: for latencies; the machine's own, or a stepped one.
    port: 0, one that is free.
    """

    def __init__(
        self,
        *,
        prices: Mapping[str, Price] | None = None,
        default: Answer | None = None,
        clock: Clock | None = None,
        port: int = 0,
    ) -> None:
        self.prices = dict(prices or {})
        self.default = default or Answer()
        self.by_model: dict[str, Answer | Script] = {}
        self.requests: list[Received] = []
        self.connections = 0
        """Accepted so far."""
        self._clock: Clock = clock or SystemClock()
        self._port = port
        self._queue: deque[Answer | Script] = deque()
        self._arrived = asyncio.Condition()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self.base_url = ""

    def script(self, *answers: Answer | Script) -> None:
        """For the next requests, in order, whatever their model; before `by_model`, before `default`."""
        self._queue.extend(answers)

    @property
    def bill(self) -> list[Charge]:
        return [request.charge for request in self.requests if request.charge is not None]

    @property
    def bill_nano(self) -> int:
        """What this provider would invoice, in nano-dollars: every attempt rounded up on its own."""
        return sum(charge.nano for charge in self.bill)

    async def wait_received(self, count: int) -> Received:
        """Until `count` requests have come, in real time; the last of them."""
        async with asyncio.timeout(WAIT_S), self._arrived:
            await self._arrived.wait_for(lambda: len(self.requests) >= count)
        return self.requests[count - 1]

    async def __aenter__(self) -> ScriptedProvider:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self._port, limit=HEAD_BYTES_MAX)
        port = self._server.sockets[0].getsockname()[1]
        self.base_url = f"http://127.0.0.1:{port}/v1"
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        try:
            while (request := await _read_request(reader)) is not None:
                assert len(self.requests) < REQUESTS_MAX
                self.requests.append(request)
                async with self._arrived:
                    self._arrived.notify_all()
                if not await self._answer(request, reader, writer):
                    break
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _answer(self, request: Received, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Do as the script says; may the connection carry another request?"""
        watch = asyncio.create_task(_until_gone(reader))
        work = asyncio.create_task(self._perform(request, writer))
        try:
            await asyncio.wait((watch, work), return_when=asyncio.FIRST_COMPLETED)
            if not work.done():
                request.left.set()
                return False
            return work.result()
        except ConnectionError:
            request.left.set()
            return False
        finally:
            for task in (watch, work):
                task.cancel()
            await asyncio.gather(watch, work, return_exceptions=True)
            request.over.set()

    async def _perform(self, request: Received, writer: asyncio.StreamWriter) -> bool:
        path, voice = request.path.partition("?")[0], voice_of(request.path)
        if path.endswith("/models") and request.method == "GET":
            rows = [{"id": model, "object": "model"} for model in sorted({*self.prices, *self.by_model})]
            answer, voice = Answer(raw=(json.dumps({"object": "list", "data": rows}).encode(),)), None
        elif (request.method == "POST" and voice is not None) or self._next_is_raw:
            answer = self._next(request)
        else:
            answer, voice = refusal(404, f"no such path: {path}"), None
        asked = {} if voice is None else request.json
        if voice is not None:
            answer = msgspec.structs.replace(answer, tokens=voice.told(answer.tokens))
        told = request.header("authorization") or ""
        head, pieces = wire(answer, voice, request.path, asked, authorization=told)
        try:
            if answer.latency_s:
                await self._clock.sleep(answer.latency_s)
            whole = await self._send(request, answer, head, pieces, writer)
        finally:
            if voice is not None and 200 <= answer.status < 300:
                request.charge = self._charge(request, answer, voice.model(request.path, asked), sum(map(len, pieces)))
        return whole and answer.framing != "close"

    @property
    def _next_is_raw(self) -> bool:
        """Bytes are of any dialect: they answer whatever path was called."""
        return bool(self._queue) and isinstance(self._queue[0], Answer) and self._queue[0].raw is not None

    def _next(self, request: Received) -> Answer:
        found: Answer | Script
        if self._queue:
            found = self._queue.popleft()
        else:
            voice = voice_of(request.path)
            model = "" if voice is None else voice.model(request.path, request.json)
            found = self.by_model.get(model, self.default)
        return found if isinstance(found, Answer) else found(request)

    async def _send(
        self, request: Received, answer: Answer, head: bytes, pieces: list[bytes], writer: asyncio.StreamWriter
    ) -> bool:
        """False: the connection is spent. Bytes leave piece by piece, so that a caller sees them as they are made."""
        fault = answer.fault
        if fault is not None and fault.at < 0:
            return await self._break(fault.kind, writer)
        writer.write(head)
        for number, piece in enumerate(pieces):
            if answer.gap_s and number:
                await self._clock.sleep(answer.gap_s)
            room = len(piece) if fault is None else fault.at - request.body_bytes_sent
            writer.write(piece[:room])
            await writer.drain()
            request.body_bytes_sent += min(len(piece), max(room, 0))
            if fault is not None and room < len(piece):
                return await self._break(fault.kind, writer)
        return True

    @staticmethod
    async def _break(kind: str, writer: asyncio.StreamWriter) -> bool:
        if kind == "stall":
            await asyncio.Event().wait()
        if kind == "reset":
            await asyncio.sleep(0)
            sock = writer.get_extra_info("socket")
            with contextlib.suppress(OSError):
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()
        return False

    def _charge(self, request: Received, answer: Answer, model: str, body_bytes: int) -> Charge:
        """Whole: what it reports (or would). Cut: the prompt, and its share of the completion by bytes sent."""
        tokens, complete = answer.tokens, request.body_bytes_sent >= body_bytes
        if not complete:
            made = tokens.completion * request.body_bytes_sent // body_bytes
            tokens = tokens._replace(completion=made, reasoning=min(tokens.reasoning, made))
        nano = self.prices.get(model, Price()).charge_nano(tokens)
        return Charge(model, tokens, nano, complete)


async def _read_request(reader: asyncio.StreamReader) -> Received | None:
    """None: the caller closed an idle connection."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as error:
        if error.partial:
            raise
        return None
    request_line, *lines = head.decode("latin-1").split("\r\n")[:-2]
    method, path, _ = request_line.split(" ")
    headers = tuple((name.lower(), value.strip()) for name, _, value in (line.partition(":") for line in lines))
    length = int(dict(headers).get("content-length", "0"))
    assert length <= BODY_BYTES_MAX
    return Received(method, path, headers, await reader.readexactly(length))


async def _until_gone(reader: asyncio.StreamReader) -> None:
    """Until the caller closes its side (or sends before our answer is whole, which ends the connection too)."""
    await reader.read(1)
