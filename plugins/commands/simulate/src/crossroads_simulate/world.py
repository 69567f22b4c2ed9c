"""Modelled endpoints: a transport that answers like each of them would, in virtual time."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator

import msgspec

from crossroads.errors import ConnectFailed, UpstreamTimeout
from crossroads.types.usage import Usage
from crossroads.wire import Headers, HttpRequest, HttpResponse
from crossroads_simulate.loop import VirtualLoop
from crossroads_simulate.model import Piece
from crossroads_simulate.scenario import EndpointModel, Outage

CACHED_S = 300.0
"""How long a provider's prompt cache keeps a conversation (Anthropic's usual time, "Prompt caching", 2026-11-25)."""
SESSIONS_MAX = 100_000


class Said(msgspec.Struct, frozen=True, rename={"tokens_in": "in", "tokens_out": "out"}):
    """The body of a modelled request."""

    tokens_in: int
    tokens_out: int
    session: str | None = None


READ = msgspec.json.Decoder(Said)


class ModelTransport:
    """Answers like the endpoint whose number is the first part of the URL's path."""

    def __init__(self, models: tuple[EndpointModel, ...], loop: VirtualLoop, seed: int) -> None:
        self._models, self._loop, self._start = models, loop, loop.now
        self._dice = [random.Random(f"{seed} {model.name}") for model in models]  # noqa: S311
        self._cached: list[dict[str, tuple[float, int]]] = [{} for _ in models]
        self._counts = [0] * len(models)
        self._limits = [Limit(model, loop.now) if model.limited else None for model in models]
        self.refused = 0
        """Calls beyond the limits of an endpoint."""

    @property
    def calls(self) -> dict[str, int]:
        """Upstream calls by endpoint."""
        return {model.name: count for model, count in zip(self._models, self._counts, strict=True)}

    async def send(self, request: HttpRequest) -> HttpResponse:
        number = int(request.url.split("/", 4)[3])
        model, dice, now = self._models[number], self._dice[number], self._loop.now - self._start
        self._counts[number] += 1
        outage = None
        for one in model.outages:
            if one.from_s <= now < one.to_s:
                outage = one
                break
        first_s = model.first_token_s * dice.lognormvariate(0, model.spread)
        broken = dice.random() < model.error_rate
        if outage is not None and outage.kind == "slow":
            first_s *= outage.factor
        elif outage is not None or broken:
            await self.until(request, model.error_s)
            return _refusal(outage)
        limit = self._limits[number]
        if limit is not None and not limit.takes(self._loop.now):
            self.refused += 1
            await self.until(request, model.error_s)
            return _refusal(Outage(from_s=0, to_s=0, kind="limit"))
        said = READ.decode(request.body)
        usage = self._used(number, said, now)
        try:
            await self.until(request, first_s, waits=True)
        except BaseException:
            if limit is not None:
                limit.busy -= 1
            raise
        return _Streamed(self, request, usage, said.tokens_out / model.tokens_per_s, limit)

    def _used(self, number: int, said: Said, now: float) -> Usage:
        cached = 0
        if said.session is not None and self._models[number].price_cache_read is not None:
            sessions = self._cached[number]
            at, tokens = sessions.pop(said.session, (-CACHED_S, 0))
            cached = min(tokens, said.tokens_in) if now - at < CACHED_S else 0
            sessions[said.session] = now, said.tokens_in
            if len(sessions) > SESSIONS_MAX:
                del sessions[next(iter(sessions))]
        fresh = said.tokens_in - cached
        return Usage(input_tokens=fresh, cache_read_tokens=cached, output_tokens=said.tokens_out)

    async def until(self, request: HttpRequest, seconds: float, *, waits: bool = False) -> None:
        """Raises UpstreamTimeout: a limit of the request comes first. waits: for the first byte."""
        now = self._loop.now
        last = end = now + seconds
        if waits and (limit := request.timeouts.first_byte_s) is not None:
            last = min(last, now + limit)
        if request.deadline is not None:
            last = min(last, request.deadline)
        if last > now:
            woken = self._loop.create_future()
            timer = self._loop.call_at(last, _wake, woken)
            try:
                await woken
            finally:
                timer.cancel()
        if last < end:
            raise UpstreamTimeout("The modelled endpoint took too long.", remedy="Allow more time.")


class Limit:
    """What an endpoint allows: calls at once, and by the minute (a bucket that fills evenly)."""

    def __init__(self, model: EndpointModel, now: float) -> None:
        self._model, self._left, self._at = model, float(model.per_minute or 0), now
        self.busy = 0

    def takes(self, now: float) -> bool:
        """One call more? Then it is counted, until `busy` is lowered."""
        model = self._model
        if model.at_once is not None and self.busy >= model.at_once:
            return False
        if model.per_minute is not None:
            self._left = min(float(model.per_minute), self._left + (now - self._at) * model.per_minute / 60)
            self._at = now
            if self._left < 1:
                return False
            self._left -= 1
        self.busy += 1
        return True


def _wake(waiting: asyncio.Future[None]) -> None:
    if not waiting.done():
        waiting.set_result(None)


def _refusal(outage: Outage | None) -> HttpResponse:
    kind = "error" if outage is None else outage.kind
    if kind == "refuse":
        raise ConnectFailed("The modelled endpoint refuses connections.", remedy="Route around it.")
    headers: Headers = ((b"content-type", b"application/json"),)
    if outage is not None and outage.retry_after_s is not None:
        headers = (*headers, (b"retry-after", str(round(outage.retry_after_s)).encode()))
    return _Whole(429 if kind == "limit" else 500, headers, b'{"error":{"message":"modelled"}}')


class _Whole:
    framed = True

    def __init__(self, status: int, headers: Headers, body: bytes) -> None:
        self.status, self.headers, self._body = status, headers, body

    async def read(self, limit_bytes: int) -> bytes:
        return self._body

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._body

    async def aclose(self) -> None:
        """Nothing is held."""


STREAM: Headers = ((b"content-type", b"text/event-stream"),)
FIRST = Piece(b".")


class _Streamed(_Whole):
    """Two pieces: the first token, and the rest after the time that generating takes."""

    def __init__(
        self, owner: ModelTransport, request: HttpRequest, usage: Usage, rest_s: float, limit: Limit | None
    ) -> None:
        super().__init__(200, STREAM, b"")
        self._owner, self._request, self._usage, self._rest_s, self._limit = owner, request, usage, rest_s, limit

    async def aclose(self) -> None:
        if self._limit is not None:
            self._limit.busy -= 1
            self._limit = None

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield FIRST
        await self._owner.until(self._request, self._rest_s)
        last = Piece(b".")
        last.usage = self._usage
        yield last
