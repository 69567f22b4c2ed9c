"""Errors: Google's `google.rpc.Status` -> UpstreamRefused, and any CrossroadsError -> the same envelope for clients.

Laws as in the openai-chat dialect, from which verdicts and scrubbing come: any bytes give an error, never an exception;
our own credential's refusal is no fault of the caller, and its text is not shown.
Sources: Gemini API documentation, "Troubleshooting", and google/rpc/error_details.proto, read 2026-11-25; recordings.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec
from crossroads_openai_chat import errors as shared
from crossroads_openai_chat.errors import Verdict
from crossroads_openai_chat.retry import RETRY_AFTER_S_MAX, retry_after_s

from crossroads.call import Call
from crossroads.errors import BadUpstream, CrossroadsError, UpstreamError, UpstreamRefused
from crossroads.jsonbody import MALFORMED
from crossroads.sse import encode_event
from crossroads.wire import Headers

BY_REASON: dict[str, Verdict] = {
    "API_KEY_INVALID": shared.CREDENTIAL,
    "API_KEY_SERVICE_BLOCKED": shared.CREDENTIAL,
    "ACCESS_TOKEN_EXPIRED": shared.CREDENTIAL,
    "ACCESS_TOKEN_SCOPE_INSUFFICIENT": shared.CREDENTIAL,
    "CREDENTIALS_MISSING": shared.CREDENTIAL,
    "SERVICE_DISABLED": shared.CREDENTIAL,
    "BILLING_DISABLED": shared.CREDENTIAL,
    "CONSUMER_INVALID": shared.CREDENTIAL,
    "RATE_LIMIT_EXCEEDED": shared.LIMITED,
}
"""`reason` of a google.rpc.ErrorInfo: stronger than the status (a bad key is a 400)."""
BY_WORD: dict[str, Verdict] = {
    "UNAUTHENTICATED": shared.CREDENTIAL,
    "PERMISSION_DENIED": shared.CREDENTIAL,
    "NOT_FOUND": shared.MODEL_GONE,
    "RESOURCE_EXHAUSTED": shared.LIMITED,
    "UNIMPLEMENTED": shared.CANT,
    "UNAVAILABLE": shared.OVERLOADED,
    "DEADLINE_EXCEEDED": shared.TIMEOUT,
    "CANCELLED": shared.UNAVAILABLE,
    "INTERNAL": shared.UNAVAILABLE,
}
CANT_TEXT = re.compile(r"not supported|is not enabled|unsupported|does not support", re.I)
LONG_TEXT = re.compile(r"exceeds the maximum number of tokens|token count .{0,40}exceeds", re.I)
PLACE_TEXT = re.compile(r"user location is not supported", re.I)
DURATION = re.compile(r"(\d{1,7}(?:\.\d{1,9})?)s", re.ASCII)
PLACE = Verdict("provider_unavailable", 502, True, "Let other providers serve the call.")
WORDS = {
    400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 402: "FAILED_PRECONDITION", 403: "PERMISSION_DENIED",
    404: "NOT_FOUND", 405: "UNIMPLEMENTED", 408: "DEADLINE_EXCEEDED", 409: "ABORTED", 412: "FAILED_PRECONDITION",
    413: "INVALID_ARGUMENT", 415: "INVALID_ARGUMENT", 422: "INVALID_ARGUMENT", 429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL", 502: "UNAVAILABLE", 503: "UNAVAILABLE", 504: "DEADLINE_EXCEEDED",
}  # fmt: skip


def decode_error(status: int, headers: Headers, body: bytes) -> UpstreamRefused:
    """See `Dialect.decode_error`."""
    text = body[: shared.SCRUB_BYTES_MAX].decode("utf-8", "replace")
    error = _status(body)
    message = error["message"] if isinstance(error.get("message"), str) else ""
    word = error["status"] if isinstance(error.get("status"), str) else ""
    details = [each for each in error.get("details") or [] if isinstance(each, dict)] if error else []
    reasons = [each["reason"] for each in details if isinstance(each.get("reason"), str)]
    verdict = _verdict(status, message or text, word, reasons)
    if verdict is shared.CREDENTIAL:
        said, raw = "it does not accept this gateway's account", None
    else:
        said = shared.scrubbed(message or text, shared.MESSAGE_CHARS_MAX) or "nothing"
        raw = shared.scrubbed(text, shared.RAW_CHARS_MAX)
    code = shared.scrubbed((reasons or [word])[0], shared.CODE_CHARS_MAX) or None
    metadata = {"error_type": verdict.code, "provider_code": code, "raw": raw}
    return UpstreamRefused(
        f"the provider answered {status}: {said}" + ("" if said[-1] in ".!?" else "."),
        code=verdict.code,
        status=verdict.status,
        elsewhere=verdict.elsewhere,
        upstream_status=status,
        remedy=verdict.remedy,
        metadata={key: value for key, value in metadata.items() if value},
        retry_after_s=_retry_delay(details) or retry_after_s(headers),
    )


def embedded_error(data: bytes, error: Any) -> UpstreamError:
    """An error inside a 200, or in the middle of a stream."""
    if not isinstance(error, dict):
        return BadUpstream("the provider sent an error that can't be read.", remedy=shared.UNAVAILABLE.remedy)
    code = error.get("code")
    return decode_error(code if type(code) is int and 400 <= code <= 599 else 502, (), data)


def _status(body: bytes) -> dict[str, Any]:
    try:
        document = msgspec.json.decode(body)
    except MALFORMED:
        return {}
    if isinstance(document, list):
        document = document[0] if document else None
    error = document.get("error") if isinstance(document, dict) else None
    if isinstance(error, str):
        return {"message": error}
    if not isinstance(error, dict):
        return {}
    details = error.get("details")
    return {**error, "details": details if isinstance(details, list) else []}


def _verdict(status: int, message: str, word: str, reasons: list[str]) -> Verdict:
    for reason in reasons:
        if reason in BY_REASON:
            return BY_REASON[reason]
    if PLACE_TEXT.search(message):
        return PLACE
    if status in (400, 413, 422, 500) and (LONG_TEXT.search(message) or shared.TOO_LONG_TEXT.search(message)):
        return shared.TOO_LONG
    if status < 500 and (shared.BAD_KEY_TEXT.search(message) or "API key not valid" in message):
        return shared.CREDENTIAL
    if word in BY_WORD:
        return BY_WORD[word]
    if word == "INVALID_ARGUMENT" and CANT_TEXT.search(message):
        return shared.CANT
    return shared.BY_STATUS.get(status, shared.CALLER if 400 <= status < 500 else shared.UNAVAILABLE)


def _retry_delay(details: list[dict[str, Any]]) -> float | None:
    """Of a google.rpc.RetryInfo: "48s"."""
    for detail in details:
        found = DURATION.fullmatch(detail["retryDelay"]) if isinstance(detail.get("retryDelay"), str) else None
        if found is not None:
            return min(float(found[1]), RETRY_AFTER_S_MAX)
    return None


def encode_error(error: CrossroadsError, call: Call | None, *, in_stream: bool) -> bytes:
    """See `Dialect.encode_error`. OpenRouter's metadata stands in an ErrorInfo, whose values are strings."""
    told = shared.envelope(error, call)
    metadata = {name: value for name, value in told["metadata"].items() if value is not None}
    shown = {name: value if isinstance(value, str) else _json(value) for name, value in metadata.items()}
    details: list[dict[str, Any]] = [
        {
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": str(metadata["error_type"]).upper(),
            "domain": "crossroads",
            "metadata": shown,
        }
    ]
    if error.retry_after_s is not None and error.status != 500:
        delay = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": f"{error.retry_after_s:g}s"}
        details.append(delay)
    word = WORDS.get(error.status, "INTERNAL" if error.status >= 500 else "INVALID_ARGUMENT")
    envelope = {"error": {"code": told["code"], "message": told["message"], "status": word, "details": details}}
    body = msgspec.json.encode(envelope)
    return encode_event(body) if in_stream else body


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
