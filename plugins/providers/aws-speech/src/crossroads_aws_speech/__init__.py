"""Amazon Polly, signed as the calls of Amazon Bedrock are; its format stands in `speech`.

Amazon Transcribe is not callable: its jobs hear only what lies in a bucket of the caller's.
Source: botocore 1.44.8 (service models polly, and transcribe: `Media.MediaFileUri`), read 2026-11-25.
"""

from __future__ import annotations

from crossroads_aws import AwsSettings, in_region, opened

from crossroads.config import Secret
from crossroads.hookspecs import hookimpl
from crossroads.wire import Transport

__all__ = ["AwsSpeech"]

SERVICE = "polly"


class AwsSpeech:
    """One signer for each instance of the provider."""

    Settings = AwsSettings

    def __init__(self, settings: AwsSettings) -> None:
        self._settings = settings

    @hookimpl
    async def provider_open(self, transport: Transport, credential: Secret | None) -> Transport | None:
        """The default transport, with the region put into each request, and signed. None: there is no credential."""
        return await opened(transport, credential, self._settings, SERVICE, in_region)
