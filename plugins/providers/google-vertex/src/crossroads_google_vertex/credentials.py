"""What a credential of Vertex AI is, and how it becomes the header of a call.

    {"type": "service_account", ...}     a signed assertion is exchanged for an access token (needs `google-auth`)
    {"type": "authorized_user", ...}     what `gcloud auth application-default login` writes: a refresh token
    <path of a file with one of these>
    ya29....                             an access token, used as it is
    anything else                        an API key (express mode)

Laws: the credential and its tokens go to Google's token address and nowhere else, and show in no error (SECRET-1); many
calls wait for one exchange; a token is renewed before it ends.
Source: RFC 7523; Google Identity documentation, "Using OAuth 2.0 for server to server applications", read 2026-11-25.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlencode

import msgspec

from crossroads.config import Secret
from crossroads.errors import BadUpstream, ConfigError, CredentialMissing, UpstreamError
from crossroads.wire import HttpRequest, Transport

TOKEN_URL = "https://oauth2.googleapis.com/token"  # noqa: S105  (an address)
SCOPE = "https://www.googleapis.com/auth/cloud-platform"
JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
ASSERTION_S = 3600
EARLY_S = 300.0
"""A token is renewed this long before it ends."""
TOKEN_BYTES_MAX = 1 << 16
FILE_BYTES_MAX = 1 << 16
REMEDY = "Correct the credential of provider google-vertex."

Header = tuple[bytes, bytes]


class Credential(Protocol):
    """See the module. project: the one that the credential names, or None."""

    project: str | None

    async def header(self) -> Header:
        """The header that authorizes a call. Raises UpstreamError: no token is to be had."""
        ...

    def forget(self) -> None:
        """The last header was refused."""
        ...


class Fixed:
    """The same header for every call."""

    project = None

    def __init__(self, header: Header) -> None:
        self._header = header

    async def header(self) -> Header:
        return self._header

    def forget(self) -> None:
        """There is no other."""


class ApiKey(Fixed):
    """A key, in express mode: it names its project itself."""


class Exchanged:
    """A token that we get for something longer lived. grant: the form that asks for it, made anew each time."""

    def __init__(
        self,
        transport: Transport,
        grant: Callable[[], dict[str, str]],
        project: str | None,
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.project = project
        self._transport, self._grant, self._monotonic = transport, grant, monotonic
        self._token: bytes | None = None
        self._until = 0.0
        self._asking = asyncio.Lock()

    async def header(self) -> Header:
        async with self._asking:
            if self._token is None or self._monotonic() >= self._until:
                await self._exchange()
            assert self._token is not None
            return b"authorization", b"Bearer " + self._token

    def forget(self) -> None:
        self._token = None

    async def _exchange(self) -> None:
        body = urlencode(self._grant()).encode()
        headers = ((b"content-type", b"application/x-www-form-urlencoded"), (b"accept", b"application/json"))
        response = await self._transport.send(HttpRequest(method="POST", url=TOKEN_URL, headers=headers, body=body))
        try:
            answer = await response.read(TOKEN_BYTES_MAX)
        finally:
            await response.aclose()
        if response.status != 200:
            error = CredentialMissing if response.status in (400, 401, 403) else UpstreamError
            raise error(f"Google gave no access token ({response.status}{_reason(answer)}).", remedy=REMEDY)
        try:
            found = msgspec.json.decode(answer, type=_Token)
        except msgspec.DecodeError:
            raise BadUpstream("Google sent an access token that can't be read.", remedy="Retry the call.") from None
        self._token, self._until = _ascii(found.access_token), self._monotonic() + found.expires_in - EARLY_S


class _Token(msgspec.Struct):
    access_token: str
    expires_in: float


def read_credential(secret: Secret, transport: Transport) -> Credential:
    """The credential behind a configured value. Raises ConfigError, which does not show it."""
    text = secret.reveal().strip()
    if not text.startswith("{") and text.endswith(".json"):
        text = _read_file(text)
    if text.startswith("{"):
        return _from_document(text, transport)
    if text.startswith("ya29."):
        return Fixed((b"authorization", b"Bearer " + _ascii(text)))
    return ApiKey((b"x-goog-api-key", _ascii(text)))


def _read_file(name: str) -> str:
    try:
        with Path(name).open("rb") as file:
            return file.read(FILE_BYTES_MAX).decode().strip()
    except (OSError, ValueError) as error:
        raise ConfigError(
            f"the file can't be read ({type(error).__name__}).", field="api_key", value=name, remedy=REMEDY
        ) from None


def _from_document(text: str, transport: Transport) -> Credential:
    try:
        found: dict[str, Any] = msgspec.json.decode(text, type=dict[str, Any])
        kind = found.get("type")
        if kind == "authorized_user":
            names = ("client_id", "client_secret", "refresh_token")
            form = {"grant_type": "refresh_token", **{name: str(found[name]) for name in names}}
            return Exchanged(transport, lambda: form, found.get("quota_project_id"))
        if kind == "service_account":
            return Exchanged(transport, _assertions(found), str(found["project_id"]))
    except (msgspec.DecodeError, KeyError) as error:
        what = f"it lacks {error}" if isinstance(error, KeyError) else "it is not JSON"
        raise ConfigError(f"{what}.", field="api_key", value="(not shown)", remedy=REMEDY) from None
    raise ConfigError("no such kind of credential.", field="type", value=kind, remedy="Use a service account.")


def _assertions(account: dict[str, Any]) -> Callable[[], dict[str, str]]:
    """Makes the form of RFC 7523: who asks, for what, signed with the account's key."""
    try:
        from google.auth import crypt, jwt  # optional, and no cheap import: only for a service account
    except ImportError:
        remedy = "Run `pip install 'crossroads-google-vertex[oauth]'`."
        raise ConfigError("a service account needs google-auth.", field="api_key", remedy=remedy) from None
    try:
        signer = crypt.RSASigner.from_service_account_info(account)
    except ValueError:
        raise ConfigError("its private_key can't be read.", field="private_key", remedy=REMEDY) from None
    email = str(account["client_email"])

    def form() -> dict[str, str]:
        now = int(time.time())
        claims = {"iss": email, "scope": SCOPE, "aud": TOKEN_URL, "iat": now, "exp": now + ASSERTION_S}
        return {"grant_type": JWT_GRANT, "assertion": jwt.encode(signer, claims).decode()}

    return form


def _reason(answer: bytes) -> str:
    """Google's word for it, e.g. invalid_grant; never its description, which may quote names."""
    try:
        error = msgspec.json.decode(answer, type=dict[str, Any]).get("error")
    except msgspec.DecodeError:
        return ""
    return f", {error}" if isinstance(error, str) and error.isidentifier() and len(error) < 40 else ""


def _ascii(secret: str) -> bytes:
    if not secret or any(not "!" <= c <= "~" for c in secret):
        raise ConfigError(
            "holds a character that a header can't carry.", field="api_key", value="(not shown)", remedy=REMEDY
        )
    return secret.encode()
