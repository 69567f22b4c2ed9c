"""Amazon Bedrock: an API key, or AWS credentials that sign (SigV4, by botocore); the region stands in the host.

The key of crossroads.toml is a Bedrock API key; or an access key `AKIA...:secret`; or, an access key's id alone, a sign
that botocore shall find the credentials as every AWS tool does (variables, profiles, roles), and renew them.
Source: Amazon Bedrock user guide, "API keys", and botocore 1.43 (`auth.py`, `credentials.py`), read 2026-11-25.
"""

from __future__ import annotations

import asyncio
import os
import re
from typing import Any
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from pydantic import BaseModel, ConfigDict, Field

from crossroads.config import Secret
from crossroads.errors import CredentialMissing
from crossroads.hookspecs import hookimpl
from crossroads.wire import HttpRequest, HttpResponse, Transport

__all__ = ["Bedrock", "BedrockSettings"]

SERVICE = "bedrock"
DEFAULT_REGION = "us-east-1"
DEFAULT_HOST = "bedrock-runtime.us-east-1.amazonaws.com"
ACCESS_KEY = re.compile(r"(?:AKIA|ASIA)[A-Z0-9]{12,}")


class BedrockSettings(BaseModel):
    """`settings` of the provider in crossroads.toml. An unknown key is an error that names it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    region: str | None = Field(None, pattern=r"^[a-z0-9-]+$", description="Unset: $AWS_REGION, else us-east-1")
    profile: str | None = Field(None, description="Of the AWS configuration files")


class Bedrock:
    """One signer for each instance of the provider."""

    Settings = BedrockSettings

    def __init__(self, settings: BedrockSettings) -> None:
        self._settings = settings

    @hookimpl
    async def provider_open(self, transport: Transport, credential: Secret | None) -> Transport | None:
        """The default transport, with the region put into each request, and signed. None: there is no credential."""
        if credential is None:
            return None
        named = self._settings.region or os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
        region = named or DEFAULT_REGION
        key = credential.reveal()
        if ACCESS_KEY.match(key) is None:
            return BedrockTransport(transport, region, bearer=key)
        found = await asyncio.to_thread(_credentials, key, self._settings.profile)  # it may ask a metadata server
        return BedrockTransport(transport, region, credentials=found)


class BedrockTransport:
    """Puts region and authorization on each request. One of bearer and credentials is given."""

    def __init__(self, inner: Transport, region: str, *, bearer: str | None = None, credentials: Any = None) -> None:
        self._inner, self._region, self._bearer, self._credentials = inner, region, bearer, credentials

    async def send(self, request: HttpRequest) -> HttpResponse:
        """See `crossroads.wire.Transport`."""
        request = request.with_url(placed(request.url, self._region))
        if self._bearer is not None:
            return await self._inner.send(request.with_header(b"authorization", b"Bearer " + self._bearer.encode()))
        # Credentials of a role are renewed over the network, which botocore does in the calling thread.
        frozen = await asyncio.to_thread(self._credentials.get_frozen_credentials)
        return await self._inner.send(signed(request, frozen, self._region))


def placed(url: str, region: str) -> str:
    """In this region, and with the model's name quoted as AWS signs it (`:` and `/` too: it may be an ARN)."""
    parts = urlsplit(url)
    host = parts.netloc
    if host == DEFAULT_HOST:
        host = f"bedrock-runtime.{region}.amazonaws.com"
    before, mark, rest = parts.path.partition("/model/")
    if mark:
        model, slash, verb = rest.rpartition("/")
        rest = f"{quote(unquote(model), safe='')}{slash}{verb}"
    return urlunsplit((parts.scheme, host, before + mark + rest, parts.query, ""))


def signed(request: HttpRequest, credentials: Any, region: str) -> HttpRequest:
    """A copy that bears AWS's signature, version 4, over the method, URL, host, content type, and body."""
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest

    kind = request.header(b"content-type") or b"application/json"
    aws = AWSRequest(request.method, request.url, headers={"content-type": kind.decode()}, data=request.body)
    SigV4Auth(credentials, SERVICE, region).add_auth(aws)
    for name, value in aws.headers.items():
        if name.lower() != "host":
            request = request.with_header(name.lower().encode(), str(value).encode())
    return request


def _credentials(key: str, profile: str | None) -> Any:
    from botocore.credentials import Credentials
    from botocore.session import Session

    named, colon, secret = key.partition(":")
    if colon:
        return Credentials(named, secret)
    found = Session(profile=profile).get_credentials()
    if found is None:
        raise CredentialMissing(
            "no AWS credentials were found.",
            remedy="Set AWS_SECRET_ACCESS_KEY too, or name a profile in the provider's settings.",
        )
    return found
