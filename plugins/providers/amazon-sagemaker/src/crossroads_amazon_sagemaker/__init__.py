"""Amazon SageMaker, signed as the calls of Amazon Bedrock are; what its endpoints are asked stands in `invoked`.

Source: botocore 1.44.8 (service model sagemaker-runtime), read 2026-11-25.
"""

from __future__ import annotations

from crossroads_aws import AwsProvider

__all__ = ["SageMaker"]


class SageMaker(AwsProvider):
    """See `crossroads_aws`."""

    service = "sagemaker"
