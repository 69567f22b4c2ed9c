"""A transport that answers with finished predictions, and with their streams.

A request that makes a prediction is sent; if that is not over, its state is asked for until it is. Where a stream is
wanted, the one that Replicate names is given out, and after its end the finished prediction as one more event: it alone
tells the tokens. What nobody waits for any more is cancelled.

Laws: the key goes to the host that took the call and to hosts of Replicate's, whatever an answer names (SECRET-1);
every wait ends with the call's deadline, or after WAIT_S_MAX.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

import msgspec

from crossroads.errors import BadUpstream, UpstreamError, UpstreamTimeout
from crossroads.sse import encode_event
from crossroads.wire import Headers, HttpRequest, HttpResponse, Transport

STATE_BYTES_MAX = 64 << 20
"""Of a prediction: its output may be a file in base64."""
WAIT_S_MAX = 600.0
"""For a prediction, where the call has no deadline of its own."""
FIRST_POLL_S, POLL_GROWTH, POLL_S_MAX = 0.5, 1.5, 5.0
COUNT_POLLS_MAX = 3
"""After a stream: for the tokens."""
CANCEL_S_MAX = 5.0
OVER = frozenset({"succeeded", "failed", "canceled"})
ID = re.compile(r"[A-Za-z0-9_-]{1,100}")
OWN_HOSTS = ".replicate.com"
STREAM_TYPE = b"text/event-stream"
DONE = re.compile(rb"[\r\n]event: ?done\b")
REMEDY = "Retry, or let other providers serve the call."

Json = dict[str, Any]


class Waiting:
    """See the module."""

    def __init__(
        self,
        inner: Transport,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._inner, self._sleep, self._monotonic = inner, sleep, monotonic

    async def send(self, request: HttpRequest) -> HttpResponse:
        """See `crossroads.wire.Transport`."""
        response = await self._inner.send(request)
        if not 200 <= response.status < 300:
            return response
        body = await _whole(response)
        job = Job(self._inner, request, _state(body), sleep=self._sleep, monotonic=self._monotonic)
        if job.id is None:
            return Answer(body)
        try:
            if request.header(b"accept") != STREAM_TYPE:
                return Answer(await job.over(body))
            if (url := job.stream_url()) is not None and not job.is_over(job.state):
                return await job.stream(url)
            body = await job.over(body)
        except BaseException:
            await job.cancel()
            raise
        return Answer(_as_stream(body), STREAM_TYPE) if _state(body).get("status") == "succeeded" else Answer(body)


class Job:
    """One prediction. state: as it was made. id None: the answer was none."""

    def __init__(
        self,
        inner: Transport,
        request: HttpRequest,
        state: Json,
        *,
        sleep: Callable[[float], Awaitable[None]],
        monotonic: Callable[[], float],
    ) -> None:
        self._inner, self._sleep, self._monotonic = inner, sleep, monotonic
        self._request = request
        id_ = state.get("id")
        self.state = state
        self.id = id_ if isinstance(id_, str) and ID.fullmatch(id_) else None
        self._url = f"{_base(request.url)}/predictions/{self.id}"
        self._until = request.deadline if request.deadline is not None else monotonic() + WAIT_S_MAX

    @staticmethod
    def is_over(state: Json) -> bool:
        """Also a prediction whose files are there: Replicate says that it is still processing them."""
        return state.get("status") in OVER or (state.get("status") == "processing" and _are_files(state.get("output")))

    async def over(self, body: bytes) -> bytes:
        """The prediction when it is over. body: as it was made. Raises UpstreamTimeout, and what an answer is."""
        wait_s = FIRST_POLL_S
        while not self.is_over(_state(body)):
            if self._monotonic() + wait_s >= self._until:
                raise UpstreamTimeout("the prediction did not end in time.", remedy=REMEDY)
            await self._sleep(wait_s)
            wait_s = min(POLL_S_MAX, wait_s * POLL_GROWTH)
            body = await self._ask()
        return body

    def stream_url(self) -> str | None:
        """Where its stream is. Raises BadUpstream: at a host that our key must not see."""
        urls = self.state.get("urls")
        url = urls.get("stream") if isinstance(urls, dict) else None
        if not isinstance(url, str):
            return None
        there, here = urlsplit(url), urlsplit(self._request.url)
        known = (there.scheme, there.netloc) == (here.scheme, here.netloc)
        if not known and not (there.scheme == "https" and (there.hostname or "").endswith(OWN_HOSTS)):
            raise BadUpstream("the provider named a stream at a host that is not its own.", remedy=REMEDY)
        return url

    async def stream(self, url: str) -> HttpResponse:
        """Its stream, which cancels the prediction where it is closed before its end."""
        response = await self._inner.send(self._get(url, STREAM_TYPE))
        if response.status != 200:
            await self.cancel()
            return response
        return Streamed(response, self)

    async def counted(self) -> bytes:
        """The finished prediction as an event; b"" where it can't be had in a while."""
        try:
            for _ in range(COUNT_POLLS_MAX):
                body = await self._ask()
                if _state(body).get("status") in OVER:
                    return encode_event(body, "prediction")
                await self._sleep(FIRST_POLL_S)
        except UpstreamError:
            pass
        return b""

    async def cancel(self) -> None:
        """Nobody waits for it any more. Never raises."""
        if self.id is None or self.is_over(self.state):
            return
        try:
            until = self._monotonic() + CANCEL_S_MAX
            request = msgspec.structs.replace(self._get(f"{self._url}/cancel"), method="POST", deadline=until)
            await (await self._inner.send(request)).aclose()
        except UpstreamError:
            pass

    async def _ask(self) -> bytes:
        response = await self._inner.send(self._get(self._url))
        if response.status != 200:
            await response.aclose()
            raise BadUpstream(f"the state of the prediction was answered with {response.status}.", remedy=REMEDY)
        return await _whole(response)

    def _get(self, url: str, accept: bytes = b"application/json") -> HttpRequest:
        headers = tuple(pair for pair in self._request.headers if pair[0] not in (b"content-type", b"prefer"))
        asked = msgspec.structs.replace(self._request, method="GET", url=url, headers=headers, body=b"")
        return asked.with_header(b"accept", accept)


class Answer:
    """A whole body as a response."""

    status, framed = 200, True

    def __init__(self, body: bytes, content_type: bytes = b"application/json") -> None:
        self._body = body
        self.headers: Headers = ((b"content-type", content_type),)

    async def read(self, limit_bytes: int) -> bytes:
        """See `crossroads.wire.HttpResponse`."""
        if len(self._body) > limit_bytes:
            raise BadUpstream(f"the prediction exceeds {limit_bytes} bytes.", remedy=REMEDY)
        return self._body

    async def __aiter__(self) -> AsyncIterator[bytes]:
        if self._body:
            yield self._body

    async def aclose(self) -> None:
        """Nothing is open."""


class Streamed:
    """A prediction's stream, and after its end what was counted."""

    status = 200

    def __init__(self, inner: HttpResponse, job: Job) -> None:
        self._inner, self._job = inner, job
        self.headers, self.framed = inner.headers, inner.framed
        self._ended = False

    async def read(self, limit_bytes: int) -> bytes:
        """See `crossroads.wire.HttpResponse`."""
        body = b""
        async for piece in self:
            body += piece
            if len(body) > limit_bytes:
                raise BadUpstream(f"the stream exceeds {limit_bytes} bytes.", remedy=REMEDY)
        return body

    async def __aiter__(self) -> AsyncIterator[bytes]:
        tail, done = b"\n", False
        async for piece in self._inner:
            done = done or DONE.search(tail + piece) is not None
            tail = (tail + piece)[-len(b"\nevent: done") :]
            yield piece
        self._ended = done
        if done and (event := await self._job.counted()):
            yield b"\n" + event  # a blank line more, should the last event lack its own

    async def aclose(self) -> None:
        """See `crossroads.wire.HttpResponse`."""
        await self._inner.aclose()
        if not self._ended:
            self._ended = True
            await self._job.cancel()


async def _whole(response: HttpResponse) -> bytes:
    try:
        return await response.read(STATE_BYTES_MAX)
    finally:
        await response.aclose()


def _base(url: str) -> str:
    """Of `.../v1/models/a/b/predictions` or `.../v1/predictions`."""
    return url.partition("/models/")[0].removesuffix("/predictions")


def _state(body: bytes) -> Json:
    """{} for what is no object."""
    try:
        told = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def _are_files(output: Any) -> bool:
    """Addresses, or data URLs: text may still grow, files do not."""
    listed = output if isinstance(output, list) else [output]
    return bool(listed) and all(isinstance(one, str) and one.startswith(("https://", "data:")) for one in listed)


def _as_stream(body: bytes) -> bytes:
    """A finished prediction of a model that does not stream, as the stream that it would have been."""
    output = _state(body).get("output")
    pieces = output if isinstance(output, list) else [output]
    text = "".join(one for one in pieces if isinstance(one, str))
    return encode_event(text.encode(), "output") + encode_event(b"{}", "done") + encode_event(body, "prediction")
