"""Official SDKs in process: transports for httpx and httpx2 that lead into the pipeline instead of onto a network.

    import httpx, openai
    from crossroads import embed

    with embed.client(httpx) as inside:
        openai.OpenAI(http_client=inside, base_url=embed.BASE_URL, api_key="none").chat.completions.create(...)

httpx and httpx2 have the same API and separate types, and some SDKs take only one of the two: the module is a
parameter. A call goes to the dialect whose path it names; listings are a surface's, not this module's.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping
from contextlib import ExitStack, aclosing
from typing import Any

from crossroads.call import Call, Caller, Head
from crossroads.client import Source
from crossroads.dialect import Dialect
from crossroads.engine.exchange import Exchange
from crossroads.errors import CrossroadsError, MethodNotAllowed, NotFound
from crossroads.paths import Found, Paths

BASE_URL = "http://crossroads.local/api/v1"
"""Any host will do: nothing is looked up."""
PREFIXES = ("/api/v1", "/v1", "")
USUAL_PATH = "/chat/completions"
"""Whose dialect tells a caller that its path is none."""
TOKEN_HEADERS = ("x-api-key", "x-goog-api-key", "xi-api-key")
"""Where SDKs put a key that is not in `Authorization`."""


def async_client(flavour: Any, config: Source = None, **options: Any) -> Any:
    """A `flavour.AsyncClient` into an exchange; closing it closes the exchange that it started."""
    return flavour.AsyncClient(transport=async_transport(flavour, config), base_url=BASE_URL, **options)


def client(flavour: Any, config: Source = None, **options: Any) -> Any:
    """A `flavour.Client`; its exchange runs on an event loop in a thread of its own."""
    return flavour.Client(transport=transport(flavour, config), base_url=BASE_URL, **options)


def async_transport(flavour: Any, config: Source = None) -> Any:
    """A `flavour.AsyncBaseTransport`."""

    class Stream(flavour.AsyncByteStream):  # type: ignore[misc]
        def __init__(self, parts: AsyncGenerator[Head | bytes, None]) -> None:
            self._parts = parts

        async def __aiter__(self) -> AsyncIterator[bytes]:
            async for part in self._parts:
                if isinstance(part, bytes):
                    yield part

        async def aclose(self) -> None:
            await self._parts.aclose()

    class Transport(flavour.AsyncBaseTransport):  # type: ignore[misc]
        def __init__(self) -> None:
            self._inside = _Inside(config)

        async def handle_async_request(self, request: Any) -> Any:
            body = await request.aread()
            head, parts = await self._inside.send(request.method, request.url, request.headers, body)
            return flavour.Response(head.status, headers=list(head.headers), stream=Stream(parts))

        async def aclose(self) -> None:
            await self._inside.aclose()

    return Transport()


def transport(flavour: Any, config: Source = None) -> Any:
    """A `flavour.BaseTransport`."""
    from anyio.from_thread import start_blocking_portal

    class Stream(flavour.SyncByteStream):  # type: ignore[misc]
        def __init__(self, portal: Any, parts: AsyncGenerator[Head | bytes, None]) -> None:
            self._portal, self._parts = portal, parts

        def __iter__(self) -> Iterator[bytes]:
            while True:
                try:
                    part = self._portal.call(self._parts.__anext__)
                except StopAsyncIteration:
                    return
                if isinstance(part, bytes):
                    yield part

        def close(self) -> None:
            self._portal.call(self._parts.aclose)

    class Transport(flavour.BaseTransport):  # type: ignore[misc]
        def __init__(self) -> None:
            self._inside = _Inside(config)
            self._stack = ExitStack()
            self._portal: Any = None

        def handle_request(self, request: Any) -> Any:
            if self._portal is None:
                self._portal = self._stack.enter_context(start_blocking_portal())
            body = request.read()
            head, parts = self._portal.call(self._inside.send, request.method, request.url, request.headers, body)
            return flavour.Response(head.status, headers=list(head.headers), stream=Stream(self._portal, parts))

        def close(self) -> None:
            if self._portal is not None:
                self._portal.call(self._inside.aclose)
            self._stack.close()

    return Transport()


class _Inside:
    """One exchange behind a transport, started on the first request; a given one is neither started nor closed."""

    def __init__(self, config: Source) -> None:
        self._own = not isinstance(config, Exchange)
        self._exchange = config if isinstance(config, Exchange) else None
        self._config = config
        self._paths = Paths(())
        self._starting = asyncio.Lock()

    async def send(
        self, method: str, url: Any, headers: Mapping[str, str], body: bytes
    ) -> tuple[Head, AsyncGenerator[Head | bytes, None]]:
        """The Head, and the generator that the body parts come from."""
        x = await self._started()
        dialect: Dialect | None = None
        try:
            dialect, params = self._find(url.path)
            if method != "POST":
                raise MethodNotAllowed(f"{method} is not served here.", remedy="Use POST.")
            caller = Caller(
                token=_token(headers),
                user_agent=headers.get("user-agent"),
                session_id=headers.get("x-session-id"),
            )
            if dialect.forms:
                params = {**params, "content_type": headers.get("content-type", "")}
            if dialect.queries:
                params = {**params, "query": url.query.decode("latin-1")}
            if dialect.accepts:
                params = {**params, "accept": headers.get("accept", "")}
            call = x.open_call(dialect.name, body, caller=caller, params=params)
        except CrossroadsError as error:
            usual, _ = self._paths.find(USUAL_PATH) or (next(iter(x.dialects())), None)
            return _refused(error, dialect or usual)
        parts = _to_its_end(call, x.run(call)) if dialect.flows else x.run(call)
        head = await anext(parts)
        assert isinstance(head, Head)
        return head, parts

    async def aclose(self) -> None:
        if self._own and self._exchange is not None:
            await self._exchange.aclose()
            self._exchange = None

    async def _started(self) -> Exchange:
        async with self._starting:
            if self._exchange is None:
                assert not isinstance(self._config, Exchange)
                exchange = Exchange(self._config)
                await exchange.start()
                self._exchange = exchange
            if not self._paths.served:
                self._paths = Paths(self._exchange.dialects(), PREFIXES)
            return self._exchange

    def _find(self, path: str) -> Found:
        if (found := self._paths.find(path)) is not None:
            return found
        known = ", ".join(self._paths.served)
        raise NotFound("no dialect is served here.", field="path", value=path, remedy=f"Known: {known}.")


async def _to_its_end(call: Call, parts: AsyncGenerator[Head | bytes, None]) -> AsyncGenerator[Head | bytes, None]:
    """Media as it comes. Raises what broke it off: it has no end of its own that would show it."""
    async with aclosing(parts):
        async for part in parts:
            yield part
    if call.error is not None and call.started:
        raise call.error


def _token(headers: Mapping[str, str]) -> str | None:
    bearer = headers.get("authorization", "").removeprefix("Bearer ").removeprefix("Token ").strip()
    return bearer or next((headers[name].strip() for name in TOKEN_HEADERS if headers.get(name)), None)


def _refused(error: CrossroadsError, dialect: Dialect) -> tuple[Head, AsyncGenerator[Head | bytes, None]]:
    body = dialect.encode_error(error, None, in_stream=False)

    async def parts() -> AsyncGenerator[Head | bytes, None]:
        yield body

    return Head(error.status, ((b"content-type", b"application/json"),)), parts()
