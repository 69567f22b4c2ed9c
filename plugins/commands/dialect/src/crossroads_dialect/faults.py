"""Error answers: does a codec make a canonical error of it, one that says the same?

Law: the vocabulary is OpenRouter's, and a fault that is not the caller's (a key, a limit, an outage) sends the call
elsewhere. Source: OpenRouter API reference, "Errors" (`error_type`), read 2026-11-24.
"""

from __future__ import annotations

from typing import Any

from crossroads.dialect import Dialect
from crossroads.errors import UpstreamRefused
from crossroads.wire import Headers

VOCABULARY = frozenset(
    {
        "authentication", "content_policy_violation", "context_length_exceeded", "image_download_failed",
        "image_not_found", "image_too_large", "image_too_small", "invalid_image", "invalid_prompt", "invalid_request",
        "max_tokens_exceeded", "not_found", "payload_too_large", "payment_required", "permission_denied",
        "precondition_failed", "provider_overloaded", "provider_unavailable", "rate_limit_exceeded", "refusal",
        "server", "string_too_long", "timeout", "token_limit_exceeded", "unmapped", "unprocessable",
        "unsupported_image_format",
    }
)  # fmt: skip
NOT_THE_CALLERS = frozenset({401, 402, 408, 429})
"""Statuses (besides 5xx) that another endpoint may not have."""


def problems(codec: Dialect, status: int, headers: Headers, body: bytes) -> list[str]:
    """What is wrong with the canonical error of this answer."""
    error: Any = codec.decode_error(status, headers, body)
    if not isinstance(error, UpstreamRefused):
        return [f"error: {status} became {type(error).__name__}, not UpstreamRefused"]
    found = []
    if error.code not in VOCABULARY:
        found.append(f"error: {error.code} is no error_type of OpenRouter's")
    if not 400 <= error.status <= 599:
        found.append(f"error: {status} became the status {error.status}")
    if error.upstream_status != status:
        found.append(f"error: the host answered {status}, and upstream_status is {error.upstream_status}")
    if not error.remedy or not error.what:
        found.append(f"error: {error.code} says nothing, or no remedy")
    if (status in NOT_THE_CALLERS or status >= 500) and not error.elsewhere:
        found.append(f"error: {status} is not the caller's fault, and no other endpoint may try")
    stated = next((value for name, value in headers if name.lower() == b"retry-after"), None)
    if stated is not None and stated.isdigit() and status in (429, 503) and error.retry_after_s is None:
        found.append(f"error: retry-after {stated.decode()} is lost")
    return found
