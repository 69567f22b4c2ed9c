"""What authorizes a provider's calls where a key alone does not: a fixed header, or a token that is had for the key.

Laws: a credential goes to the address that gives tokens and nowhere else, and shows in no error (SECRET-1); many calls
wait for one exchange, and none of them longer than WAIT_S_MAX; a token is renewed before it ends.
Source: RFC 6749, "Issuing an Access Token".
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any, Protocol
from urllib.parse import urlencode

import msgspec

from crossroads.errors import BadUpstream, ConfigError, UpstreamRefused, UpstreamTimeout
from crossroads.jsonbody import MALFORMED
from crossroads.wire import HttpRequest, HttpResponse, Transport

EARLY_S = 300.0
"""A token is renewed this long before it ends."""
WAIT_S_MAX = 30.0
"""Of a call, for a token: for the exchanges of others before it, and its own."""
TOKEN_BYTES_MAX = 1 << 16
REASON_CHARS_MAX = 40

Header = tuple[bytes, bytes]


class Authorization(Protocol):
    """See the module."""

    async def header(self) -> Header:
        """The header that authorizes a call. Raises UpstreamError: no token is to be had."""
        ...

    def forget(self) -> None:
        """The last header was refused."""
        ...


class Fixed:
    """The same header for every call."""

    def __init__(self, header: Header) -> None:
        self._header = header

    async def header(self) -> Header:
        return self._header

    def forget(self) -> None:
        """There is no other."""


class Exchanged:
    """A token that is had for something longer lived.

    grant: the form that asks for it, made anew each time. whose: the giver's name, for errors.
    lasts_s: of a token whose giver does not tell it as `expires_in`.
    """

    def __init__(
        self,
        transport: Transport,
        url: str,
        grant: Callable[[], dict[str, str]],
        *,
        whose: str,
        remedy: str,
        lasts_s: float | None = None,
        wait_s_max: float = WAIT_S_MAX,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._transport, self._url, self._grant, self._monotonic = transport, url, grant, monotonic
        self._whose, self._remedy, self._lasts_s, self._wait_s_max = whose, remedy, lasts_s, wait_s_max
        self._token: bytes | None = None
        self._until = 0.0
        self._asking = asyncio.Lock()

    async def header(self) -> Header:
        try:
            async with asyncio.timeout(self._wait_s_max), self._asking:
                if self._token is None or self._monotonic() >= self._until:
                    await self._exchange()
                assert self._token is not None
                return b"authorization", b"Bearer " + self._token
        except TimeoutError:
            late = UpstreamTimeout(f"{self._whose} gave no access token in time.", remedy="Retry the call.")
            late.billing = "no"  # nothing of the call was sent
            raise late from None

    def forget(self) -> None:
        self._token = None

    async def _exchange(self) -> None:
        body = urlencode(self._grant()).encode()
        headers = ((b"content-type", b"application/x-www-form-urlencoded"), (b"accept", b"application/json"))
        response = await self._transport.send(HttpRequest(method="POST", url=self._url, headers=headers, body=body))
        try:
            answer = await response.read(TOKEN_BYTES_MAX)
        finally:
            await response.aclose()
        if response.status != 200:
            raise UpstreamRefused(  # never its own 401: the key is ours, not the caller's
                f"{self._whose} gave no access token ({response.status}{_reason(answer)}).",
                code="provider_unavailable",
                status=502,
                elsewhere=True,
                upstream_status=response.status,
                remedy=self._remedy,
            )
        try:
            found = msgspec.json.decode(answer, type=_Token)
        except MALFORMED:
            found = None
        lasts_s = self._lasts_s if found is None or found.expires_in is None else found.expires_in
        if found is None or lasts_s is None:
            raise BadUpstream(f"{self._whose} sent an access token that can't be read.", remedy="Retry the call.")
        self._token = header_value(found.access_token, self._remedy)
        self._until = self._monotonic() + lasts_s - EARLY_S


class Authorized:
    """Puts the header on each request. One that was refused is not used again."""

    def __init__(self, inner: Transport, authorization: Authorization) -> None:
        self._inner, self._authorization = inner, authorization

    async def send(self, request: HttpRequest) -> HttpResponse:
        """See `crossroads.wire.Transport`."""
        name, value = await self._authorization.header()
        response = await self._inner.send(request.with_header(name, value))
        if response.status == 401:
            self._authorization.forget()
        return response


class _Token(msgspec.Struct):
    access_token: str
    expires_in: float | None = None


def header_value(secret: str, remedy: str) -> bytes:
    """A secret as what a header can carry. Raises ConfigError, which does not show it."""
    if not secret or any(not "!" <= c <= "~" for c in secret):
        raise ConfigError(
            "holds a character that a header can't carry.", field="api_key", value="(not shown)", remedy=remedy
        )
    return secret.encode()


def _reason(answer: bytes) -> str:
    """The giver's word for it, e.g. invalid_grant; never its description, which may quote names."""
    try:
        found = msgspec.json.decode(answer, type=dict[str, Any])
    except MALFORMED:
        return ""
    error = found.get("error", found.get("errorCode", found.get("code")))  # the second: IBM
    return f", {error}" if isinstance(error, str) and error.isidentifier() and len(error) < REASON_CHARS_MAX else ""
