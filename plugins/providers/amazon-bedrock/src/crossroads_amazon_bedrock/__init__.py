"""Amazon Bedrock: an API key, or AWS credentials that sign (`crossroads_aws`); the region stands in the host.

Source: Amazon Bedrock user guide, "API keys", read 2026-11-25.
"""

from __future__ import annotations

from urllib.parse import quote, unquote, urlsplit, urlunsplit

from crossroads_aws import AwsProvider, in_region

__all__ = ["Bedrock"]


class Bedrock(AwsProvider):
    """See `crossroads_aws`."""

    service = "bedrock"

    @staticmethod
    def placed(url: str, region: str) -> str:
        return placed(url, region)


def placed(url: str, region: str) -> str:
    """In this region, and with the model's name quoted as AWS signs it (`:` and `/` too: it may be an ARN)."""
    parts = urlsplit(in_region(url, region))
    before, mark, rest = parts.path.partition("/model/")
    if mark:
        model, slash, verb = rest.rpartition("/")
        rest = f"{quote(unquote(model), safe='')}{slash}{verb}"
    return urlunsplit((parts.scheme, parts.netloc, before + mark + rest, parts.query, ""))
