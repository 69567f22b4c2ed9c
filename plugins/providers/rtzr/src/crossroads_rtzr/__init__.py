"""RTZR (VITO): the secret of an application is good for tokens; its format of transcripts in `transcription`.

The credential is `id:secret` of an application, its secret alone where `settings.client_id` or RTZR_CLIENT_ID names the
application, or a token (it begins with `eyJ`).
Source: https://developers.rtzr.ai/docs/en/authentications, read 2026-11-25.
"""

from __future__ import annotations

import os

from pydantic import BaseModel, ConfigDict, Field

from crossroads.config import Secret
from crossroads.errors import ConfigError
from crossroads.hookspecs import hookimpl
from crossroads.tokens import Authorized, Exchanged, Fixed, header_value
from crossroads.wire import Transport

__all__ = ["Rtzr", "RtzrSettings"]

TOKEN_URL = "https://openapi.vito.ai/v1/authenticate"  # noqa: S105  (an address)
TOKEN_LASTS_S = 6 * 3600.0
JWT = "eyJ"
APPLICATION = "RTZR_CLIENT_ID"
"""The variable that usually names it."""
REMEDY = "Correct the credential of provider rtzr."
NAME_ONE = f"Write it as `id:secret`, or set {APPLICATION} or settings.client_id of provider rtzr in crossroads.toml."


class RtzrSettings(BaseModel):
    """`settings` of the provider in crossroads.toml. An unknown key is an error that names it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    client_id: str | None = Field(None, min_length=1, description="The application whose secret the credential is")
    exchange: bool = Field(True, description="False: the credential is a token already")


class Rtzr:
    """One credential for each instance of the provider."""

    Settings = RtzrSettings

    def __init__(self, settings: RtzrSettings) -> None:
        self._settings = settings

    @hookimpl
    async def provider_open(self, transport: Transport, credential: Secret | None) -> Transport | None:
        """The default transport, with a token on each request. None: there is no credential. Raises ConfigError."""
        if credential is None:
            return None
        text = credential.reveal().strip()
        if not self._settings.exchange or text.startswith(JWT):
            return Authorized(transport, Fixed((b"authorization", b"Bearer " + header_value(text, REMEDY))))
        form = self._form(text)
        return Authorized(
            transport,
            Exchanged(transport, TOKEN_URL, lambda: form, whose="RTZR", remedy=REMEDY, lasts_s=TOKEN_LASTS_S),
        )

    def _form(self, text: str) -> dict[str, str]:
        named, _, secret = text.rpartition(":")
        named = named or self._settings.client_id or os.environ.get(APPLICATION, "")
        if not named:
            raise ConfigError("names no application of RTZR.", field="api_key", value="(not shown)", remedy=NAME_ONE)
        return {"client_id": named, "client_secret": secret}
