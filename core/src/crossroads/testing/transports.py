"""For tests of what a provider does to requests (credentials, signatures): a transport, and an answer, of no socket."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from crossroads.wire import Headers, HttpRequest


class Keeping:
    """A transport that keeps what it is given, and has no answer."""

    def __init__(self) -> None:
        self.sent: list[HttpRequest] = []

    async def send(self, request: HttpRequest) -> Any:
        """See `crossroads.wire.Transport`."""
        self.sent.append(request)


class WholeAnswer:
    """See `crossroads.wire.HttpResponse`."""

    headers: Headers = ()
    framed = True

    def __init__(self, status: int, body: bytes) -> None:
        self.status, self.body = status, body

    async def read(self, limit_bytes: int) -> bytes:
        return self.body

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self.body

    async def aclose(self) -> None:
        """Nothing is open."""
