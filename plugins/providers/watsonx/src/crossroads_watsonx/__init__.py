"""IBM watsonx.ai: an API key is good for a token, and every call names the project or the space that pays.

The credential is an API key of IBM Cloud, exchanged for an access token that lasts an hour, or such a token itself (it
begins with `eyJ`). A client of IBM's that names a project of its own keeps it.
Source: ibm-watsonx-ai 1.8.1 (`utils/auth/iam_auth.py`, `href_definitions.py`), IBM Cloud documentation, "Generating an
IAM token by using an API key", read 2026-11-25.
"""

from __future__ import annotations

import msgspec
from pydantic import BaseModel, ConfigDict, Field

from crossroads.config import Secret
from crossroads.errors import CrossroadsError, UpstreamRefused
from crossroads.hookspecs import hookimpl
from crossroads.route import Attempt
from crossroads.tokens import Authorized, Exchanged, Fixed, header_value
from crossroads.wire import HttpRequest, Transport

__all__ = ["Watsonx", "WatsonxSettings"]

TOKEN_URL = "https://iam.cloud.ibm.com/identity/token"  # noqa: S105  (an address)
GRANT = "urn:ibm:params:oauth:grant-type:apikey"
JWT = "eyJ"
REMEDY = "Correct the credential of provider watsonx."
NAME_ONE = "Set settings.project_id (or space_id) of provider watsonx in crossroads.toml."

_fields = msgspec.json.Decoder(dict[str, msgspec.Raw])


class WatsonxSettings(BaseModel):
    """`settings` of the provider in crossroads.toml. An unknown key is an error that names it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    project_id: str | None = Field(None, min_length=1, description="The project that pays")
    space_id: str | None = Field(None, min_length=1, description="The deployment space that pays, instead of a project")
    exchange: bool = Field(True, description="False: the credential is an access token already")


class Watsonx:
    """One credential for each instance of the provider."""

    Settings = WatsonxSettings

    def __init__(self, settings: WatsonxSettings) -> None:
        self._place = settings.model_dump(include={"project_id", "space_id"}, exclude_none=True)
        self._exchange = settings.exchange

    @hookimpl
    async def provider_open(self, transport: Transport, credential: Secret | None) -> Transport | None:
        """The default transport, with a token on each request. None: there is no credential."""
        if credential is None:
            return None
        text = credential.reveal().strip()
        if not self._exchange or text.startswith(JWT):
            return Authorized(transport, Fixed((b"authorization", b"Bearer " + header_value(text, REMEDY))))
        form = {"grant_type": GRANT, "apikey": text}
        return Authorized(transport, Exchanged(transport, TOKEN_URL, lambda: form, whose="IBM Cloud", remedy=REMEDY))

    @hookimpl
    def provider_prepare(self, attempt: Attempt, request: HttpRequest) -> HttpRequest | None:
        """The project or space, where the request names neither."""
        if request.body is None or not self._place:
            return None
        fields = _fields.decode(request.body)
        if "project_id" in fields or "space_id" in fields:
            return None
        return request.with_body(msgspec.json.encode({**fields, **self._place}))

    @hookimpl
    def provider_error(self, attempt: Attempt, status: int, body: bytes) -> CrossroadsError | None:
        """That nothing says who pays is the operator's fault, not the caller's."""
        if status != 400 or self._place or b"project_id" not in body:
            return None
        what = "the provider answered 400: no project of watsonx.ai is named."
        known = {"code": "provider_unavailable", "status": 502, "elsewhere": True}
        return UpstreamRefused(what, upstream_status=status, remedy=NAME_ONE, **known)
