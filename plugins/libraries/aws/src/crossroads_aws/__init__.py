"""Credentials of AWS, and the signature that they make of a request (SigV4, by botocore): for every service of AWS.

The key of crossroads.toml is an API key, sent as a bearer token; or an access key `AKIA...:secret`; or, an access key's
id alone, a sign that botocore shall find the credentials as every AWS tool does (variables, profiles, roles), and renew
them. Law: a secret signs and is never sent. botocore is imported when the first call signs.
Source: botocore 1.43 (`auth.py`, `credentials.py`), read 2026-11-25.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from pydantic import BaseModel, ConfigDict, Field

from crossroads.config import Secret
from crossroads.errors import ConfigError, CredentialMissing
from crossroads.hookspecs import hookimpl
from crossroads.wire import HttpRequest, HttpResponse, Transport

DEFAULT_REGION = "us-east-1"
REGION = "[a-z0-9-]+"
ACCESS_KEY = re.compile(r"(?:AKIA|ASIA)[A-Z0-9]{12,}")
Placed = Callable[[str, str], str]
"""(URL, region) -> the URL in this region."""


class AwsSettings(BaseModel):
    """`settings` of the provider in crossroads.toml. An unknown key is an error that names it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    region: str | None = Field(None, pattern=f"^{REGION}$", description="Unset: $AWS_REGION, else us-east-1")
    profile: str | None = Field(None, description="Of the AWS configuration files")


class AwsTransport:
    """Puts region and authorization on each request. One of bearer and credentials is given."""

    def __init__(
        self,
        inner: Transport,
        service: str,
        region: str,
        placed: Placed,
        *,
        bearer: str | None = None,
        credentials: Any = None,
    ) -> None:
        self._inner, self._service, self._region, self._placed = inner, service, region, placed
        self._bearer, self._credentials = bearer, credentials

    async def send(self, request: HttpRequest) -> HttpResponse:
        """See `crossroads.wire.Transport`."""
        request = request.with_url(self._placed(request.url, self._region))
        if self._bearer is not None:
            return await self._inner.send(request.with_header(b"authorization", b"Bearer " + self._bearer.encode()))
        # Credentials of a role are renewed over the network, which botocore does in the calling thread.
        frozen = await asyncio.to_thread(self._credentials.get_frozen_credentials)
        return await self._inner.send(signed(request, frozen, self._region, self._service))


async def opened(
    inner: Transport, credential: Secret | None, settings: AwsSettings, service: str, placed: Placed
) -> AwsTransport | None:
    """For `provider_open`; None: no credential. service: as AWS signs it. Raises CredentialMissing, ConfigError."""
    if credential is None:
        return None
    named = settings.region or os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    region = named or DEFAULT_REGION
    if re.fullmatch(REGION, region) is None:  # it becomes a part of the host that the key goes to
        raise ConfigError("is no region.", field="AWS_REGION", value=region, remedy=f'Write e.g. "{DEFAULT_REGION}".')
    key = credential.reveal()
    if ACCESS_KEY.match(key) is None:
        return AwsTransport(inner, service, region, placed, bearer=key)
    found = await asyncio.to_thread(_credentials, key, settings.profile)  # it may ask a metadata server
    return AwsTransport(inner, service, region, placed, credentials=found)


def in_region(url: str, region: str) -> str:
    """The URL of a manifest, which names the default region's host, in another; one of anybody else stays."""
    parts = urlsplit(url)
    service, usual, rest = parts.netloc.partition(f".{DEFAULT_REGION}.amazonaws.com")
    if not usual or rest:
        return url
    return urlunsplit((parts.scheme, f"{service}.{region}.amazonaws.com", parts.path, parts.query, ""))


class AwsProvider:
    """A provider whose requests AWS's credentials sign; one signer for each instance. A member states `service`."""

    Settings = AwsSettings
    service: str
    """As AWS signs it."""

    def __init__(self, settings: AwsSettings) -> None:
        self._settings = settings

    @staticmethod
    def placed(url: str, region: str) -> str:
        """The URL in this region."""
        return in_region(url, region)

    @hookimpl
    async def provider_open(self, transport: Transport, credential: Secret | None) -> Transport | None:
        """The default transport, with the region put into each request, and signed. None: there is no credential."""
        return await opened(transport, credential, self._settings, self.service, self.placed)


def signed(request: HttpRequest, credentials: Any, region: str, service: str) -> HttpRequest:
    """A copy that bears AWS's signature, version 4, over the method, URL, host, content type, and body."""
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest

    kind = request.header(b"content-type") or b"application/json"
    aws = AWSRequest(request.method, request.url, headers={"content-type": kind.decode()}, data=request.body)
    SigV4Auth(credentials, service, region).add_auth(aws)
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
