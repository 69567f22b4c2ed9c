"""What a credential of Vertex AI is, and how it becomes the header of a call.

    {"type": "service_account", ...}     a signed assertion is exchanged for an access token (needs `google-auth`)
    {"type": "authorized_user", ...}     what `gcloud auth application-default login` writes: a refresh token
    <path of a file with one of these>
    ya29....                             an access token, used as it is
    anything else                        an API key (express mode)

Law: the credential goes to Google's token address and nowhere else, and shows in no error (SECRET-1).
Source: RFC 7523; Google Identity documentation, "Using OAuth 2.0 for server to server applications", read 2026-11-25.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import msgspec

from crossroads import tokens
from crossroads.config import Secret
from crossroads.errors import ConfigError
from crossroads.tokens import Authorization, header_value
from crossroads.wire import Transport

TOKEN_URL = "https://oauth2.googleapis.com/token"  # noqa: S105  (an address)
SCOPE = "https://www.googleapis.com/auth/cloud-platform"
JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
ASSERTION_S = 3600
FILE_BYTES_MAX = 1 << 16
REMEDY = "Correct the credential of provider google-vertex."


class Credential(Authorization, Protocol):
    """project: the one that the credential names, or None."""

    project: str | None


class Fixed(tokens.Fixed):
    """The same header for every call."""

    project = None


class ApiKey(Fixed):
    """A key, in express mode: it names its project itself."""


class Exchanged(tokens.Exchanged):
    """A token of Google's for something longer lived."""

    def __init__(
        self,
        transport: Transport,
        grant: Callable[[], dict[str, str]],
        project: str | None,
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(transport, TOKEN_URL, grant, whose="Google", remedy=REMEDY, monotonic=monotonic)
        self.project = project


def read_credential(secret: Secret, transport: Transport) -> Credential:
    """The credential behind a configured value. Raises ConfigError, which does not show it."""
    text = secret.reveal().strip()
    if not text.startswith("{") and text.endswith(".json"):
        text = _read_file(text)
    if text.startswith("{"):
        return _from_document(text, transport)
    if text.startswith("ya29."):
        return Fixed((b"authorization", b"Bearer " + header_value(text, REMEDY)))
    return ApiKey((b"x-goog-api-key", header_value(text, REMEDY)))


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
