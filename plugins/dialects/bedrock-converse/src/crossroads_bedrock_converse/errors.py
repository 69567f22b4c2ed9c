"""Bedrock's errors, as answers and inside streams: to canonical ones, and back.

Source: Amazon Bedrock API reference, "Converse", Errors, and "ConverseStreamOutput" (exceptions), read 2026-11-25.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec
from crossroads_openai_chat import errors as openai

from crossroads.call import Call
from crossroads.errors import CrossroadsError, UpstreamError, UpstreamRefused
from crossroads.jsonbody import MALFORMED
from crossroads.wire import Headers, find_header
from crossroads_bedrock_converse.frames import Frame, encode_frame

STATUSES = {
    "AccessDeniedException": 403,
    "ExpiredTokenException": 403,
    "InternalServerException": 500,
    "ModelErrorException": 502,
    "ModelNotReadyException": 503,
    "ModelStreamErrorException": 502,
    "ModelTimeoutException": 504,
    "ResourceNotFoundException": 404,
    "ServiceQuotaExceededException": 429,
    "ServiceUnavailableException": 503,
    "ThrottlingException": 429,
    "UnrecognizedClientException": 403,
    "ValidationException": 400,
}
"""By the name of the exception: in a stream there is no status, and 424 (the model failed) means nothing elsewhere."""
TOO_LONG = re.compile(r"input tokens exceeded|too many input tokens|input is too long|exceeds? maximum length", re.I)
NO_MODEL = re.compile(r"model identifier is invalid|model .{0,80}(not found|isn.t supported|end of its life)", re.I)
EXCEPTIONS = {400: "validationException", 429: "throttlingException", 503: "serviceUnavailableException"}
TYPES = {
    400: "ValidationException", 401: "UnrecognizedClientException", 403: "AccessDeniedException",
    404: "ResourceNotFoundException", 429: "ThrottlingException", 503: "ServiceUnavailableException",
    504: "ModelTimeoutException",
}  # fmt: skip


def decode_error(status: int, headers: Headers, body: bytes) -> UpstreamRefused:
    """See `Dialect.decode_error`."""
    told = _document(body)
    named = find_header(headers, b"x-amzn-errortype") or b""
    stated = told.get("__type")
    kind = named.decode("latin-1") or (stated if isinstance(stated, str) else "")
    return _refused(kind.partition(":")[0].rpartition("#")[2], status, headers, told, body)


def frame_error(frame: Frame) -> UpstreamError:
    """An exception that ended a stream: tokens may have been made, and billed, before it."""
    kind = frame.name[:1].upper() + frame.name[1:]
    error = _refused(kind, STATUSES.get(kind, 502), (), _document(frame.payload), frame.payload)
    error.billing = "maybe"
    return error


def encode_error(error: CrossroadsError, call: Call | None, *, in_stream: bool) -> bytes:
    """See `Dialect.encode_error`."""
    told = openai.envelope(error, call)
    if in_stream:
        body = {"message": told["message"], "error_type": told["metadata"]["error_type"]}
        name = EXCEPTIONS.get(error.status, "internalServerException")
        return encode_frame(name, msgspec.json.encode(body), exception=True)
    named = TYPES.get(error.status, "InternalServerException")
    return msgspec.json.encode({"__type": named, "message": told["message"], "metadata": told["metadata"]})


def _refused(kind: str, status: int, headers: Headers, told: dict[str, Any], body: bytes) -> UpstreamRefused:
    message = told.get("message") or told.get("Message") or told.get("originalMessage")
    message = message if isinstance(message, str) else ""
    meant = STATUSES.get(kind, 502 if status == 424 else status)
    code = {"code": kind} if kind else {}
    if TOO_LONG.search(message):
        code = {"code": "context_length_exceeded"}
    elif meant == 400 and NO_MODEL.search(message):
        code = {"code": "model_not_found"}
    known = msgspec.json.encode({"error": {"message": message, **code}}) if message or code else body
    error = openai.decode_error(meant, headers, known)
    error.upstream_status = status
    if kind:
        error.metadata["provider_code"] = kind
    return error


def _document(body: bytes) -> dict[str, Any]:
    try:
        document = msgspec.json.decode(body)
    except MALFORMED:
        return {}
    return document if isinstance(document, dict) else {}
