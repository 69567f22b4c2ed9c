"""The other transport: httpx, for HTTP/2, proxies and the unusual. Some 40 times the CPU of `Http1Transport`.

httpx is imported when the first transport is made. Law: the same contract, errors and limits. Redirects are not
followed, the environment is read only when asked. httpx gives a surplus answer to the next caller of a kept HTTP/1.1
connection (measured, 50 of 50), so here HTTP/1.1 connections are not kept: `http2=True` speaks HTTP/2 and nothing else.
"""

from __future__ import annotations

import ssl
from contextlib import AbstractAsyncContextManager, nullcontext, suppress
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING, Any

from crossroads.clock import Clock, SystemClock
from crossroads.engine.transport.deadline import deadline_passed
from crossroads.engine.transport.decode import ACCEPT
from crossroads.engine.transport.head import REMEDY, SPECIAL, TO_EOF, frame, refused
from crossroads.engine.transport.limits import DEFAULT_LIMITS, Limits
from crossroads.engine.transport.request import encode_head, locate
from crossroads.engine.transport.response import StreamedResponse, over
from crossroads.engine.transport.sockets import default_ssl_context
from crossroads.errors import BadUpstream, ConfigError, ConnectFailed, StreamCut, UpstreamError, UpstreamTimeout
from crossroads.wire import Headers, HttpRequest

if TYPE_CHECKING:
    import httpx


class HttpxTransport:
    """`wire.Transport` over one `httpx.AsyncClient`."""

    def __init__(
        self,
        *,
        http2: bool = False,
        proxy: str | None = None,
        trust_env: bool = False,
        clock: Clock | None = None,
        limits: Limits = DEFAULT_LIMITS,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        """clock: of the call's deadline; the other timeouts are httpx's own. http2: HTTP/2 only (needs `h2`).

        proxy: its URL. trust_env: let httpx read proxies from the environment.
        """
        import httpx

        self._httpx = httpx
        self._clock: Clock = clock or SystemClock()
        self._limits = limits
        try:
            self._client = httpx.AsyncClient(
                http1=not http2,
                http2=http2,
                proxy=proxy,
                trust_env=trust_env,
                verify=ssl_context or default_ssl_context(),
                follow_redirects=False,
                cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),  # none is kept: calls share no state
                limits=httpx.Limits(
                    max_connections=limits.connections_per_origin,
                    max_keepalive_connections=limits.idle_per_origin if http2 else 0,
                    keepalive_expiry=limits.idle_s,
                ),
            )
        except ImportError as error:
            raise ConfigError("HTTP/2 needs the package h2.", remedy="Install httpx[http2].") from error
        self._client.headers.clear()

    async def send(self, request: HttpRequest) -> StreamedResponse:
        """See `wire.Transport.send`."""
        _, host, target = locate(request.url)
        encode_head(request, host, target)  # for its refusals; httpx writes its own
        if self._client.is_closed:
            raise ConnectFailed("The transport is closed.", remedy="Start a new exchange.")
        times = request.timeouts
        timeouts = {
            "connect": times.connect_s,
            "pool": times.pool_s,
            "write": times.write_s,
            "read": times.first_byte_s,
        }
        headers = list(request.headers)
        if request.header(b"accept-encoding") is None:
            headers.append((b"accept-encoding", ACCEPT))
        if not request.keep_alive:
            headers.append((b"connection", b"close"))
        outgoing = self._client.build_request(
            request.method, request.url, headers=headers, content=request.body, extensions={"timeout": timeouts}
        )
        try:
            async with until(self._clock, request.deadline):
                response = await self._client.send(outgoing, stream=True)
        except TimeoutError:
            raise deadline_passed() from None
        except (self._httpx.HTTPError, self._httpx.InvalidURL) as error:
            raise as_ours(self._httpx, error, begun=False) from error
        timeouts["read"] = times.read_s  # httpcore looks into this dict before every read
        body = HttpxBody(self._httpx, response, self._limits, self._clock, request.deadline)
        try:
            return wrap(response, request.method, body, self._limits)
        except BadUpstream:
            await body.aclose()
            raise

    async def aclose(self) -> None:
        """Close every connection."""
        await self._client.aclose()


class HttpxBody:
    """`response.BodySource` over an open httpx response, still encoded: our decoder has bounds, httpx's has none."""

    def __init__(
        self, module: Any, response: httpx.Response, limits: Limits, clock: Clock, deadline: float | None
    ) -> None:
        self._httpx, self._response, self._limits = module, response, limits
        self._clock, self._deadline = clock, deadline
        self._pieces = response.aiter_raw()
        self._received = 0

    async def next_piece(self) -> bytes:
        try:
            piece = b""
            async with until(self._clock, self._deadline):
                while not piece:
                    piece = await anext(self._pieces)
        except TimeoutError:
            await self.aclose()
            raise deadline_passed() from None
        except StopAsyncIteration:
            return b""
        except self._httpx.HTTPError as error:
            raise as_ours(self._httpx, error, begun=True) from error
        self._received += len(piece)
        if self._received > self._limits.body_bytes:
            await self.aclose()
            raise over(self._limits.body_bytes)
        return piece

    def taken(self) -> bytes | None:
        return None

    async def aclose(self) -> None:
        with suppress(self._httpx.HTTPError, OSError):
            await self._response.aclose()


def until(clock: Clock, deadline: float | None) -> AbstractAsyncContextManager[Any]:
    return nullcontext() if deadline is None else clock.timeout_at(deadline)


def wrap(response: httpx.Response, method: str, body: HttpxBody, limits: Limits) -> StreamedResponse:
    """The same checks of framing as on our own connections, as far as httpx shows what came."""
    headers: Headers = tuple((name.lower(), value) for name, value in response.headers.raw)
    if len(headers) > limits.header_count:
        raise refused(f"more than {limits.header_count} headers")
    special = [pair for pair in headers if pair[0] in SPECIAL]
    head = frame(response.status_code, headers, special, method, response.http_version != "HTTP/1.0")
    if head.status < 200:
        raise refused("a 101 nobody asked for")
    return StreamedResponse(
        head.status,
        headers,
        framed=head.length != TO_EOF or response.http_version == "HTTP/2",
        coding=head.coding if head.length else b"",
        source=body,
        limits=limits,
    )


def as_ours(module: Any, error: Exception, *, begun: bool) -> UpstreamError:
    """An error of httpx as one of ours. Its text may quote the peer or a URL: only its kind is kept."""
    kind = type(error).__name__
    before = (module.PoolTimeout, module.ConnectTimeout, module.ConnectError, module.ProxyError)
    if isinstance(error, (*before, module.UnsupportedProtocol, module.InvalidURL)):
        return ConnectFailed(
            f"The provider can't be reached ({kind}).", remedy="Check its host, the proxy and the network."
        )
    if isinstance(error, module.TimeoutException):
        return UpstreamTimeout(
            f"The provider did not go on in time ({kind}).", remedy="Try again, or raise the timeout."
        )
    if begun:
        return StreamCut(f"The provider's response ended before its end ({kind}).", remedy=REMEDY)
    return BadUpstream(f"The provider broke HTTP or hung up ({kind}).", remedy=REMEDY)
