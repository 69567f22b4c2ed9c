"""Errors for clients of the Responses format: OpenRouter's skin of it. Reading a host's errors is as in OpenAI chat.

Source: OpenRouter API reference, "Errors" (skins), and its OpenAPI schema `ResponsesErrorField`, read 2026-11-24.
"""

from __future__ import annotations

import msgspec
from crossroads_openai_chat.errors import envelope

from crossroads.call import Call
from crossroads.errors import CrossroadsError
from crossroads.sse import encode_event

FAILURE_CODES = {
    "rate_limit_exceeded": "rate_limit_exceeded",
    "provider_overloaded": "server_error",
    "invalid_prompt": "invalid_prompt",
    "context_length_exceeded": "invalid_prompt",
    "invalid_request": "invalid_prompt",
    "string_too_long": "invalid_prompt",
    "content_policy_violation": "image_content_policy_violation",
    "invalid_image": "invalid_image",
    "unsupported_image_format": "invalid_image_format",
    "image_download_failed": "failed_to_download_image",
    "image_too_large": "image_too_large",
    "image_too_small": "image_too_small",
    "image_not_found": "image_file_not_found",
}
"""Canonical code -> the few words of the format; all others: server_error. `error_type` bears the canonical one."""


def encode_error(error: CrossroadsError, call: Call | None, *, in_stream: bool) -> bytes:
    """See `Dialect.encode_error`. No `[DONE]` follows the event: a broken stream never looks complete (STREAM-2).

    A whole error's `code` is the HTTP status (OpenRouter's SDKs insist on a number); in a stream it is a word, as the
    format's `response.failed` has it.
    """
    told = envelope(error, call)
    attempt = call.attempt if call is not None else None
    failed = {
        "id": call.id if call is not None else "",
        "object": "response",
        "created_at": int(call.received_at) if call is not None else 0,
        "status": "failed",
        "model": attempt.endpoint.model if attempt is not None else "",
        "output": [],
        "error": told,
        "error_type": told["metadata"]["error_type"],
    }
    if not in_stream:
        return msgspec.json.encode(failed)
    word = FAILURE_CODES.get(failed["error_type"], "server_error")
    failed |= {"error": {"code": word, "message": told["message"]}, "incomplete_details": None, "usage": None}
    failed |= {"parallel_tool_calls": True, "tool_choice": "auto", "tools": []}
    # Only the encoder knows which number comes next, and an error is encoded without it: 0, which no client checks.
    event = {"type": "response.failed", "sequence_number": 0, "response": failed}
    return encode_event(msgspec.json.encode(event), "response.failed")
