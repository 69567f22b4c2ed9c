"""Errors: what an upstream answered -> UpstreamRefused, and any CrossroadsError -> Anthropic's envelope.

The verdicts are `crossroads_openai_chat.errors`'; here is what only Anthropic's texts and types say.
Laws: as there. Sources: Anthropic API reference, "Errors"; `anthropic` 2.12, types/shared; recorded error bodies;
OpenRouter OpenAPI schema `AnthropicMessagesErrorResponse`; read 2026-11-25.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec
from crossroads_openai_chat import errors as openai

from crossroads.call import Call
from crossroads.errors import BadUpstream, CrossroadsError, UpstreamError, UpstreamRefused
from crossroads.sse import encode_event
from crossroads.wire import Headers

STATUS_OF = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "api_error": 500,
    "timeout_error": 504,
    "overloaded_error": 529,
}
"""Anthropic's types and their statuses: an error in a stream has no status of its own."""

TYPE_OF = {
    "authentication": "authentication_error",
    "permission_denied": "permission_error",
    "payment_required": "billing_error",
    "not_found": "not_found_error",
    "rate_limit_exceeded": "rate_limit_error",
    "provider_overloaded": "overloaded_error",
    "timeout": "timeout_error",
}
"""By canonical code; for the others the status decides."""

KNOWN_BY_TEXT = (
    (re.compile(r"credit balance|spend limit|usage limits", re.I), openai.CREDENTIAL),
    (re.compile(r"exceed context limit|context window", re.I), openai.TOO_LONG),
    (re.compile(r"content filtering policy|usage polic", re.I), openai.POLICY),
    (re.compile(r"unable to download", re.I), openai.BY_CODE["invalid_image_url"]),
    (re.compile(r"image exceeds|image dimensions", re.I), openai.Verdict("image_too_large", 400, False, "Shrink it.")),
    (re.compile(r"could not process image", re.I), openai.BY_CODE["image_parse_error"]),
    (re.compile(r"(is|are) not supported|does not support", re.I), openai.CANT),
)
"""Refusals that Anthropic gives as a plain invalid_request_error, or as a rate limit (the account's own spending)."""

TEXT_BYTES_MAX = 4096
OVERDRAWN = b'{"error":{"code":"insufficient_quota"}}'
"""What the text of such a refusal is replaced with: it speaks of the account of this gateway."""


def decode_error(status: int, headers: Headers, body: bytes) -> UpstreamRefused:
    """See `Dialect.decode_error`."""
    error = openai.decode_error(status, headers, body)
    if status not in (400, 402, 403, 413, 429):
        return error
    text = body[:TEXT_BYTES_MAX].decode("utf-8", "replace")
    verdict = next((found for pattern, found in KNOWN_BY_TEXT if pattern.search(text)), None)
    if verdict is None or error.code not in ("invalid_request", "rate_limit_exceeded", "payload_too_large"):
        return error
    if verdict is openai.CREDENTIAL:
        return openai.decode_error(status, headers, OVERDRAWN)
    error.code, error.status, error.elsewhere, error.remedy = (
        verdict.code,
        verdict.status,
        verdict.elsewhere,
        verdict.remedy,
    )
    error.metadata["error_type"] = verdict.code
    return error


def embedded_error(document: dict[str, Any], data: bytes) -> UpstreamError:
    """An error inside a 200: a whole body or an `error` event. Tokens may have been made before it."""
    told = document.get("error")
    if not isinstance(told, dict):
        return BadUpstream("the provider sent an error that can't be read.", remedy=openai.UNAVAILABLE.remedy)
    kind = told.get("type")
    error: UpstreamError = decode_error(STATUS_OF.get(kind, 502) if isinstance(kind, str) else 502, (), data)
    error.billing = "maybe"
    return error


def envelope(error: CrossroadsError, call: Call | None) -> dict[str, Any]:
    """Anthropic's error object, with OpenRouter's `error_type` and `metadata`."""
    told = openai.envelope(error, call)
    status, metadata = told["code"], told["metadata"]
    canonical = metadata["error_type"]
    kind = TYPE_OF.get(canonical) or ("invalid_request_error" if status < 500 else "api_error")
    return {
        "type": "error",
        "error": {"type": kind, "message": told["message"], "error_type": canonical},
        "request_id": call.id if call is not None else None,
        "metadata": {name: value for name, value in metadata.items() if name != "error_type"},
    }


def encode_error(error: CrossroadsError, call: Call | None, *, in_stream: bool) -> bytes:
    """See `Dialect.encode_error`. No `message_stop` follows the event: a broken stream never looks complete."""
    body = msgspec.json.encode(envelope(error, call))
    return encode_event(body, "error") if in_stream else body
