"""Amazon SageMaker, signed as the calls of Amazon Bedrock are; what its endpoints are asked stands in `invoked`.

Source: botocore 1.44.8 (service model sagemaker-runtime), read 2026-11-25.
"""

from __future__ import annotations

from crossroads_aws import AwsSettings, in_region, opened

from crossroads.config import Secret
from crossroads.hookspecs import hookimpl
from crossroads.wire import Transport

__all__ = ["SageMaker"]

SERVICE = "sagemaker"


class SageMaker:
    """One signer for each instance of the provider."""

    Settings = AwsSettings

    def __init__(self, settings: AwsSettings) -> None:
        self._settings = settings

    @hookimpl
    async def provider_open(self, transport: Transport, credential: Secret | None) -> Transport | None:
        """The default transport, with the region put into each request, and signed. None: there is no credential."""
        return await opened(transport, credential, self._settings, SERVICE, in_region)
