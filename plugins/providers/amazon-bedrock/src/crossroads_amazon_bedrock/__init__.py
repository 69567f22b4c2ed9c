"""Amazon Bedrock: an API key, or AWS credentials that sign (`crossroads_aws`); the region stands in the host.

Source: Amazon Bedrock user guide, "API keys", read 2026-11-25.
"""

from __future__ import annotations

from urllib.parse import quote, unquote, urlsplit, urlunsplit

from crossroads_aws import AwsSettings, in_region, opened

from crossroads.config import Secret
from crossroads.hookspecs import hookimpl
from crossroads.wire import Transport

__all__ = ["Bedrock"]

SERVICE = "bedrock"


class Bedrock:
    """One signer for each instance of the provider."""

    Settings = AwsSettings

    def __init__(self, settings: AwsSettings) -> None:
        self._settings = settings

    @hookimpl
    async def provider_open(self, transport: Transport, credential: Secret | None) -> Transport | None:
        """The default transport, with the region put into each request, and signed. None: there is no credential."""
        return await opened(transport, credential, self._settings, SERVICE, placed)


def placed(url: str, region: str) -> str:
    """In this region, and with the model's name quoted as AWS signs it (`:` and `/` too: it may be an ARN)."""
    parts = urlsplit(in_region(url, region))
    before, mark, rest = parts.path.partition("/model/")
    if mark:
        model, slash, verb = rest.rpartition("/")
        rest = f"{quote(unquote(model), safe='')}{slash}{verb}"
    return urlunsplit((parts.scheme, parts.netloc, before + mark + rest, parts.query, ""))
