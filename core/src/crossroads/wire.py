"""HTTP as plain values: what a provider hook sees, and what a transport carries.

Small on purpose (0.07 us to make, against 8-17 us for `httpx.Request`). Bodies are bytes, headers are pairs of bytes
in the order in which they go out, names compared without case. Nothing here does I/O; `engine.transport` does.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import lru_cache
from typing import Any, NamedTuple, Protocol
from urllib.parse import urlsplit

import msgspec

Headers = tuple[tuple[bytes, bytes], ...]


class Timeouts(msgspec.Struct, frozen=True, kw_only=True):
    """Bounds on one exchange, all in seconds. None means no bound of its own (the call's deadline still holds)."""

    connect_s: float | None = 10.0
    pool_s: float | None = 10.0
    """Wait for a free place in the pool."""
    write_s: float | None = 30.0
    """The peer takes no byte of the request for this long."""
    first_byte_s: float | None = 300.0
    """Whole request sent -> first byte of the response head. Models think before they answer."""
    read_s: float | None = 120.0
    """Between two reads of the response (a stalled stream)."""


DEFAULT_TIMEOUTS = Timeouts()


class Origin(NamedTuple):
    """Where a connection goes; connections are shared only within one origin."""

    scheme: str
    host: str
    port: int


@lru_cache(maxsize=4096)
def split_url(url: str) -> tuple[Origin, bytes, bytes]:
    """An absolute URL -> (origin, `Host` value, request target), both as they go on the wire.

    Raises ValueError, without the URL (it may hold a key): no scheme or host, userinfo, a fragment, or a character
    that must be percent-encoded.
    """
    parts = urlsplit(url)
    if not parts.scheme or not parts.hostname:
        raise ValueError("the URL is not absolute")
    if parts.username is not None or parts.fragment:
        raise ValueError("the URL holds credentials or a fragment")
    if any(not "!" <= c <= "~" for c in url):
        raise ValueError("the URL holds a character that must be percent-encoded")
    port = parts.port or {"https": 443, "http": 80}.get(parts.scheme, 0)
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    named = host if parts.port is None else f"{host}:{port}"
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Origin(parts.scheme, parts.hostname, port), named.encode("ascii"), target.encode("ascii")


class HttpRequest(msgspec.Struct, frozen=True, kw_only=True):
    """One request, ready to send. `Host`, `Content-Length` and `Connection` are the transport's; leave them out.

    method: upper case. url: absolute. headers: lower-case names. body: encoded bytes, whole.
    """

    method: str
    url: str
    headers: Headers = ()
    body: bytes = b""
    timeouts: Timeouts = DEFAULT_TIMEOUTS
    deadline: float | None = None
    """Monotonic seconds (of the clock that the transport was given): whatever it is doing, it ends by then, with
    UpstreamTimeout. A body still being read ends too (DISP-5)."""
    keep_alive: bool = True
    """False: the connection ends with this exchange, and the peer is told. For a peer that promises to keep its
    connections and does not: the next request on one of them would be lost."""

    def header(self, name: bytes) -> bytes | None:
        """The first value of a header, or None."""
        return find_header(self.headers, name)

    def with_header(self, name: bytes, value: bytes) -> HttpRequest:
        """A copy in which this header has this one value."""
        kept = tuple(pair for pair in self.headers if pair[0].lower() != name.lower())
        return msgspec.structs.replace(self, headers=(*kept, (name.lower(), value)))

    def with_body(self, body: bytes) -> HttpRequest:
        """A copy with another body."""
        return msgspec.structs.replace(self, body=body)

    def with_url(self, url: str) -> HttpRequest:
        """A copy that goes elsewhere. The core checks the host against the manifest's `hosts` after every hook."""
        return msgspec.structs.replace(self, url=url)

    def to(self, flavour: Any) -> Any:
        """The same as `flavour.Request`, where flavour is the module httpx or httpx2 (8-17 us: only when asked)."""
        return flavour.Request(self.method, self.url, headers=list(self.headers), content=self.body)

    def __repr__(self) -> str:
        # Headers, body and query carry credentials and prompts: never shown.
        where = self.url.partition("?")[0]
        return f"HttpRequest({self.method} {where}, {len(self.headers)} headers, {len(self.body)} bytes)"


class HttpResponse(Protocol):
    """A response whose head has come and whose body is still on the wire.

    Exactly one of `read` and iteration is used, once. `aclose` is always called, also after an error; closing before
    the end closes the connection at once, which cancels the upstream's work.
    """

    status: int
    headers: Headers
    framed: bool
    """Is the end of the body explicit (length or chunked)? If False it ends where the connection ends, and a cut
    looks like an end: only the dialect's own terminator tells."""

    async def read(self, limit_bytes: int) -> bytes:
        """The whole body, decoded. Raises StreamCut when cut short, BadUpstream over `limit_bytes`."""
        ...

    def __aiter__(self) -> AsyncIterator[bytes]:
        """The body as it comes, decoded; never an empty piece. Raises StreamCut when cut short."""
        ...

    async def aclose(self) -> None:
        """Done with it. Idempotent; never raises."""
        ...


class Transport(Protocol):
    """Carries requests. One method; whoever made it closes it by its own `aclose`, if it has one."""

    async def send(self, request: HttpRequest) -> HttpResponse:
        """Send, and wait for the response head (1xx are skipped).

        Raises ConnectFailed (nothing was sent), UpstreamTimeout, BadUpstream (anything sent, or nonsense received).
        Never follows a redirect, never retries a request of which a byte may have been processed. Cancelled before a
        byte was sent, it may say so (`unsent`).
        """
        ...


UNSENT = "crossroads_unsent"


def unsent(error: BaseException) -> None:
    """Mark a cancellation that came before a byte of the request was sent: then nothing is due for it."""
    setattr(error, UNSENT, True)


def was_unsent(error: BaseException) -> bool:
    """Is it marked so? Without a mark a byte may have been sent."""
    return getattr(error, UNSENT, False)


def find_header(headers: Headers, name: bytes) -> bytes | None:
    """The first value of a header, or None. `name` in lower case."""
    for key, value in headers:
        if key.lower() == name:
            return value
    return None
