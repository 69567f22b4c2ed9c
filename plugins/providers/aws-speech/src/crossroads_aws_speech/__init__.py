"""Amazon Polly, signed as the calls of Amazon Bedrock are; its format stands in `speech`.

Amazon Transcribe is not callable: its jobs hear only what lies in a bucket of the caller's.
Source: botocore 1.44.8 (service models polly, and transcribe: `Media.MediaFileUri`), read 2026-11-25.
"""

from __future__ import annotations

from crossroads_aws import AwsProvider

__all__ = ["AwsSpeech"]


class AwsSpeech(AwsProvider):
    """See `crossroads_aws`."""

    service = "polly"
