"""Errors: what an upstream answered -> UpstreamRefused, and any CrossroadsError -> OpenRouter's envelope.

Law: any bytes give an error, never an exception; a credential never passes (SECRET-1). Our own credential's refusal
(401, 402, 403, an empty account) is no fault of the caller: it becomes 502 "provider_unavailable", never its 401.
Sources: OpenRouter API reference, "Errors" and "Streaming" (vocabulary, envelopes), and recorded error bodies of 14
hosts, read 2026-11-24.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import msgspec

from crossroads.call import Call
from crossroads.errors import BadUpstream, CrossroadsError, UpstreamError, UpstreamRefused, one_line
from crossroads.explained import router_metadata
from crossroads.jsonbody import MALFORMED
from crossroads.sse import encode_event
from crossroads.wire import Headers
from crossroads_openai_chat.retry import retry_after_s

MESSAGE_CHARS_MAX = 400
RAW_CHARS_MAX = 1000
CODE_CHARS_MAX = 64
SCRUB_BYTES_MAX = 4096
"""Of an error body; the rest is not looked at as text."""


class Verdict(NamedTuple):
    """What an answer means: canonical code, the status that our client sees, and may another endpoint do better?"""

    code: str
    status: int
    elsewhere: bool
    remedy: str


CREDENTIAL = Verdict("provider_unavailable", 502, True, "Ask the operator of this gateway to check its account there.")
TOO_LONG = Verdict("context_length_exceeded", 400, True, "Shorten the messages or choose a model with more context.")
MODEL_GONE = Verdict("not_found", 404, True, "Choose another model or let other providers serve it.")
CANT = Verdict("invalid_request", 400, True, "Leave the parameter out or let other providers serve the call.")
CALLER = Verdict("invalid_request", 400, False, "Correct the request.")
POLICY = Verdict("content_policy_violation", 400, True, "Change the content or choose another model.")
LIMITED = Verdict("rate_limit_exceeded", 429, True, "Wait and retry, or let other providers serve the call.")
OVERLOADED = Verdict("provider_overloaded", 503, True, "Wait and retry, or let other providers serve the call.")
UNAVAILABLE = Verdict("provider_unavailable", 502, True, "Retry, or let other providers serve the call.")
TIMEOUT = Verdict("timeout", 504, True, "Retry, or let other providers serve the call.")


def _image(code: str) -> Verdict:
    return Verdict(code, 400, False, "Send another image.")


BY_CODE: dict[str, Verdict] = {
    "context_length_exceeded": TOO_LONG,
    "too_many_prompt_tokens": TOO_LONG,
    "exceed_context_size_error": TOO_LONG,
    "TOO_MANY_TOKENS": TOO_LONG,
    "invalid_api_key": CREDENTIAL,
    "authentication_error": CREDENTIAL,
    "insufficient_quota": CREDENTIAL,
    "model_not_found": MODEL_GONE,
    "model_decommissioned": MODEL_GONE,
    "invalid_model": MODEL_GONE,
    "unsupported_parameter": CANT,
    "unsupported_value": CANT,
    "content_filter": POLICY,
    "content_policy_violation": POLICY,
    "ResponsibleAIPolicyViolation": POLICY,
    "image_content_policy_violation": POLICY,
    "invalid_prompt": POLICY._replace(code="invalid_prompt"),
    "rate_limit_exceeded": LIMITED,
    "RateLimitReached": LIMITED,
    "string_above_max_length": Verdict("string_too_long", 400, False, "Shorten the text."),
    "invalid_image_format": _image("unsupported_image_format"),
    "invalid_image_url": _image("image_download_failed"),
    "image_parse_error": _image("invalid_image"),
    "invalid_image": _image("invalid_image"),
    "invalid_base64_image": _image("invalid_image"),
    "empty_image_file": _image("invalid_image"),
    "image_too_large": _image("image_too_large"),
    "image_file_too_large": _image("image_too_large"),
    "image_too_small": _image("image_too_small"),
    "image_file_not_found": _image("image_not_found"),
    "failed_to_download_image": _image("image_download_failed"),
    "unsupported_image_media_type": _image("unsupported_image_format"),
}
"""By the host's own `code` or `type`: stronger than the status (xAI refuses a key with 400)."""

BY_STATUS: dict[int, Verdict] = {
    400: CALLER,
    401: CREDENTIAL,
    402: CREDENTIAL,
    403: CREDENTIAL,
    404: MODEL_GONE,
    408: TIMEOUT,
    409: UNAVAILABLE,
    412: Verdict("precondition_failed", 412, False, "Correct the request."),
    413: Verdict("payload_too_large", 413, False, "Send less at once."),
    422: Verdict("unprocessable", 422, False, "Correct the request."),
    425: UNAVAILABLE,
    429: LIMITED,
    498: OVERLOADED,
    503: OVERLOADED,
    504: TIMEOUT,
    524: TIMEOUT,
    529: OVERLOADED,
}

TOO_LONG_TEXT = re.compile(
    r"maximum (context|prompt) length|context (length|window)|prompt is too long|messages is too long", re.I
)
BAD_KEY_TEXT = re.compile(r"(incorrect|invalid) api key|api key .{0,40}(invalid|expired)", re.I)
POLICY_TEXT = re.compile(r"\bflagged\b|moderation|content (policy|filter|management)|safety system", re.I)

SECRET_TEXT = re.compile(
    r"(?i:(?<=api key provided: )|(?<=api key: )|(?<=bearer ))\S+"
    r"|\b(?:sk|pk|rk|gsk|xai|hf|nvapi|r8|pplx|fw|key|AIza|AKIA|ya29|ghp|eyJ)[-_.]?[A-Za-z0-9*][\w*.\-]{7,}"
    r"|\b(?=[A-Za-z]*\d)(?=\d*[A-Za-z])[A-Za-z0-9]{24,}\b"
)
"""What looks like a key: after words that announce one, with a known prefix, or 24 letters and digits in a row."""


def scrubbed(text: str, chars_max: int) -> str:
    """A host's text for a human: no key, no control characters, cut."""
    text = SECRET_TEXT.sub("[redacted]", text[: 4 * chars_max])
    text = one_line(text).strip()
    return text if len(text) <= chars_max else text[: chars_max - 1] + "…"


def decode_error(status: int, headers: Headers, body: bytes) -> UpstreamRefused:
    """See `Dialect.decode_error`."""
    text = body[:SCRUB_BYTES_MAX].decode("utf-8", "replace")
    message, codes = _described(body)
    verdict = _verdict(status, message or text, codes)
    provider_code = scrubbed(codes[0], CODE_CHARS_MAX) if codes else None
    metadata = {"error_type": verdict.code, "provider_code": provider_code, "raw": scrubbed(text, RAW_CHARS_MAX)}
    said = scrubbed(message or text, MESSAGE_CHARS_MAX) or "nothing"
    if verdict is CREDENTIAL:  # such texts quote keys and account names in endless spellings
        said, metadata["raw"] = "it does not accept this gateway's account", None
    said += "" if said[-1] in ".!?" else "."
    return UpstreamRefused(
        f"the provider answered {status}: {said}",
        code=verdict.code,
        status=verdict.status,
        elsewhere=verdict.elsewhere,
        upstream_status=status,
        remedy=verdict.remedy,
        metadata={key: value for key, value in metadata.items() if value},
        retry_after_s=retry_after_s(headers),
    )


def refused(why: Any, status: int = 400, code: Any = None) -> UpstreamRefused:
    """For what a reply with status 200 says was not done. why: as it says; status, code: as if with these."""
    told = {"message": str(why or "no reason given")} | ({} if code is None else {"code": code})
    return decode_error(status, (), msgspec.json.encode({"error": told}))


def embedded_error(data: bytes, error: Any) -> UpstreamError:
    """An error inside a 200: `error` is its top-level value, `data` the whole document or event."""
    if not isinstance(error, (dict, str)) or not error:
        return BadUpstream("the provider sent an error that can't be read.", remedy=UNAVAILABLE.remedy)
    status = 502
    if isinstance(error, dict):
        stated = (error.get(name) for name in ("code", "status_code", "status", "http_status"))
        status = next((s for s in stated if type(s) is int and 400 <= s <= 599), status)
    return decode_error(status, (), data)


def _described(body: bytes) -> tuple[str, list[str]]:
    """The host's message, and what it calls the error, most telling first."""
    try:
        document = msgspec.json.decode(body)
    except MALFORMED:
        return "", []
    if isinstance(document, list):
        document = document[0] if document else None
    if not isinstance(document, dict):
        return (document, []) if isinstance(document, str) else ("", [])
    error = document.get("error")
    if error is None and isinstance(listed := document.get("errors"), list) and listed:  # IBM, Cloudflare
        error = listed[0]
    inner = error if isinstance(error, dict) else {}
    texts = (inner.get("message"), error, document.get("message"), document.get("detail"))
    names = [inner.get(name) for name in ("code", "type", "status")]
    names += [document.get(name) for name in ("code", "type", "error_type")]
    message = next((text for text in texts if isinstance(text, str) and text), "")
    return message, [str(name) for name in names if isinstance(name, (str, int)) and name not in ("", True, False)]


def _verdict(status: int, message: str, codes: list[str]) -> Verdict:
    for code in codes:
        if code in BY_CODE:
            return BY_CODE[code]
    if status in (400, 413, 422, 500) and TOO_LONG_TEXT.search(message):
        return TOO_LONG
    if status in (400, 403) and POLICY_TEXT.search(message):
        return POLICY
    if status < 500 and BAD_KEY_TEXT.search(message):
        return CREDENTIAL
    fallback = CALLER if 400 <= status < 500 else UNAVAILABLE
    return BY_STATUS.get(status, fallback)


def envelope(error: CrossroadsError, call: Call | None) -> dict[str, Any]:
    """OpenRouter's `error` object. Faults of ours (500) show no detail: they are the operator's to read."""
    if error.status == 500:
        return {"code": 500, "message": "Internal Server Error", "metadata": {"error_type": "server"}}
    metadata = {**error.metadata, "error_type": error.code}
    if error.retry_after_s is not None:
        metadata["retry_after_seconds"] = error.retry_after_s
    attempt = call.attempt if call is not None else None
    if isinstance(error, UpstreamError) and attempt is not None:
        metadata.setdefault("provider_name", attempt.endpoint.provider_name)
    return {"code": error.status, "message": str(error), "metadata": metadata}


def encode_error(error: CrossroadsError, call: Call | None, *, in_stream: bool, chunk_object: str | None) -> bytes:
    """See `Dialect.encode_error`. No `[DONE]` follows the event: a broken stream never looks complete (STREAM-2)."""
    told = envelope(error, call)
    if not in_stream:
        return msgspec.json.encode({"error": told, **_told_route(call)})
    attempt = call.attempt if call is not None else None
    event = {
        "id": call.id if call is not None else "",
        "object": chunk_object,
        "created": int(call.received_at) if call is not None else 0,
        "model": attempt.endpoint.model if attempt is not None else "",
        "provider": attempt.endpoint.provider_name if attempt is not None else "",
        "error": told,
        **_told_route(call),
        "choices": [
            {"index": 0, "delta": {"content": ""}, "finish_reason": "error", "native_finish_reason": None},
        ],
    }
    return encode_event(msgspec.json.encode(event))


def _told_route(call: Call | None) -> dict[str, Any]:
    """To a caller who asked for it."""
    told = router_metadata(call) if call is not None and call.caller.wants_route else None
    return {} if told is None else {"openrouter_metadata": told}
