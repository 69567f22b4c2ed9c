"""Virtual time and modelled endpoints: an event loop whose clock jumps to the next timer, and a transport of models."""

from __future__ import annotations

import asyncio
import json
import random
import selectors
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Any

from crossroads.clock import Cancellable
from crossroads.errors import ConnectFailed, UpstreamTimeout
from crossroads.wire import Headers, HttpRequest, HttpResponse
from crossroads_simulate.scenario import EndpointModel, Outage

START_S = 1_795_564_800.0
"""Of the wall clock: 2026-11-25, so that no run depends on the day on which it is made."""
THREAD_POLL_S = 0.001


class _Jumping(selectors.DefaultSelector):  # type: ignore[misc, valid-type]
    """Waits for nothing: where the loop would sleep, its time moves on."""

    loop: VirtualLoop

    def select(self, timeout: float | None = None) -> Any:
        if timeout is None:  # only a thread can wake it
            return super().select(THREAD_POLL_S)
        if timeout > 0:
            self.loop.now += timeout
        return super().select(0)


class VirtualLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self.now = 1_000.0
        selector = _Jumping()
        selector.loop = self
        super().__init__(selector)

    def time(self) -> float:
        return self.now


class LoopClock:
    """`crossroads.clock.Clock` of a virtual loop."""

    def __init__(self, loop: VirtualLoop) -> None:
        self._loop, self._zero = loop, loop.now

    def time(self) -> float:
        return START_S + self._loop.now - self._zero

    def monotonic(self) -> float:
        return self._loop.now

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def timeout_at(self, when: float) -> AbstractAsyncContextManager[Any]:
        return asyncio.timeout_at(when)

    def call_at(self, when: float, callback: Any) -> Cancellable:
        return self._loop.call_at(when, callback)


class ModelTransport:
    """Answers like the endpoint whose name is the first part of the URL's path."""

    def __init__(self, models: tuple[EndpointModel, ...], clock: LoopClock, seed: int) -> None:
        self._models = {model.name: model for model in models}
        self._clock, self._start = clock, clock.monotonic()
        self._dice = {model.name: random.Random(f"{seed} {model.name}") for model in models}  # noqa: S311
        self.calls = dict.fromkeys(self._models, 0)
        self.refused = dict.fromkeys(self._models, 0)
        """By a limit of its own."""
        self.busy = dict.fromkeys(self._models, 0)
        self._bucket = {model.name: (float(model.per_minute or 0), clock.monotonic()) for model in models}

    async def send(self, request: HttpRequest) -> HttpResponse:
        model = self._models[request.url.split("/")[3]]
        dice, now = self._dice[model.name], self._clock.monotonic() - self._start
        self.calls[model.name] += 1
        outage = next((one for one in model.outages if one.from_s <= now < one.to_s), None)
        first_s = model.first_token_s * dice.lognormvariate(0, model.spread)
        broken = dice.random() < model.error_rate
        if outage is not None and outage.kind == "slow":
            first_s *= outage.factor
        elif outage is not None or broken:
            await self._until(request, model.error_s)
            return _refusal(outage)
        if not self._takes(model):
            self.refused[model.name] += 1
            await self._until(request, model.error_s)
            return _refusal(Outage(from_s=0, to_s=0, kind="limit"))
        tokens_in, tokens_out = json.loads(json.loads(request.body)["messages"][0]["content"])
        self.busy[model.name] += 1
        try:
            await self._until(request, first_s)
        except BaseException:
            self.busy[model.name] -= 1
            raise
        return _Streamed(self, model, request, (tokens_in, tokens_out))

    def _takes(self, model: EndpointModel) -> bool:
        """Do its limits allow one call more? Then it is counted."""
        if model.at_once is not None and self.busy[model.name] >= model.at_once:
            return False
        if model.per_minute is not None:
            left, at = self._bucket[model.name]
            now = self._clock.monotonic()
            left = min(float(model.per_minute), left + (now - at) * model.per_minute / 60)
            self._bucket[model.name] = (left - (left >= 1), now)
            return left >= 1
        return True

    async def _until(self, request: HttpRequest, seconds: float) -> None:
        end = self._clock.monotonic() + seconds
        limit = request.timeouts.first_byte_s
        last = min([t for t in (request.deadline, None if limit is None else end - seconds + limit) if t is not None],
                   default=end)  # fmt: skip
        await self._clock.sleep(max(0.0, min(end, last) - self._clock.monotonic()))
        if last < end:
            raise UpstreamTimeout("The modelled endpoint took too long.", remedy="Allow more time.")


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


class _Streamed(_Whole):
    """Two pieces: the first token, and the rest after the time that generating takes."""

    def __init__(
        self, owner: ModelTransport, model: EndpointModel, request: HttpRequest, tokens: tuple[int, int]
    ) -> None:
        super().__init__(200, ((b"content-type", b"text/event-stream"),), b"")
        self._owner, self._name, self._request, self._tokens = owner, model.name, request, tokens
        self._rest_s = tokens[1] / model.tokens_per_s
        self._open = True

    async def aclose(self) -> None:
        if self._open:
            self._open = False
            self._owner.busy[self._name] -= 1

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield _event({"choices": [{"index": 0, "delta": {"role": "assistant", "content": "a"}, "finish_reason": None}]})
        await self._owner._until(self._request, self._rest_s)
        prompt, completion = self._tokens
        usage = {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}
        last = _event({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
        yield last + _event({"choices": [], "usage": usage}) + b"data: [DONE]\n\n"


def _event(fields: dict[str, Any]) -> bytes:
    whole = {"id": "sim", "object": "chat.completion.chunk", "created": 0, "model": "sim", **fields}
    return b"data: " + json.dumps(whole).encode() + b"\n\n"
