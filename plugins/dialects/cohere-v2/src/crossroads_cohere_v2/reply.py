"""Whole replies: relayed (identity and usage touched), or decoded to canonical and encoded again."""

from __future__ import annotations

from typing import Any

import msgspec
from crossroads_openai_chat.errors import embedded_error
from crossroads_openai_chat.reply import shallow, spoken

from crossroads import jsonbody
from crossroads.dialect import Document, Reply, Stamp
from crossroads_cohere_v2 import said
from crossroads_cohere_v2.usage import canonical_usage, cohere_usage, parse_usage
from crossroads_cohere_v2.wire import Response, read_response

Json = dict[str, Any]


def decode_response(body: bytes) -> Reply:
    """See `Dialect.decode_response`."""
    response = _read(body)
    usage = parse_usage(response.usage)
    reason = said.finish_reason(response.finish_reason)
    choice: Json = {
        "index": 0,
        "message": said.canonical_message(response.message),
        "finish_reason": reason,
        "native_finish_reason": response.finish_reason,
    }
    if response.logprobs is not None:
        choice["logprobs"] = {"content": [said.canonical_logprob(item) for item in response.logprobs]}
    document: Document = {"id": response.id, "object": "chat.completion", "choices": [choice]}
    if response.usage is not None:
        document["usage"] = canonical_usage(response.usage, usage)
    return Reply(document=document, usage=usage, finish_reason=reason, upstream_id=response.id)


def relay_response(body: bytes, stamp: Stamp) -> Reply:
    """See `Dialect.relay_response`."""
    response = _read(body)
    usage = parse_usage(response.usage)
    document: dict[str, Any] = dict(shallow(body))
    document["id"] = stamp.id
    if usage is not None:
        document["usage"] = cohere_usage(response.usage, usage, stamp.price(usage))
    else:
        document.pop("usage", None)
    return Reply(
        body=jsonbody.encode(document),
        usage=usage,
        finish_reason=said.finish_reason(response.finish_reason),
        upstream_id=response.id,
    )


def encode_response(reply: Reply, stamp: Stamp) -> bytes:
    """See `Dialect.encode_response`. Cohere's reply has one choice: the first."""
    source = reply.document or {}
    choice = (source.get("choices") or [{}])[0]
    document: Json = {
        "id": stamp.id,
        "message": said.cohere_message(spoken(choice.get("message"))),
        "finish_reason": said.native_reason(choice.get("finish_reason"), choice.get("native_finish_reason")),
    }
    logprobs = (choice.get("logprobs") or {}).get("content")
    if logprobs is not None:
        document["logprobs"] = [said.cohere_logprob(item) for item in logprobs]
    if reply.usage is not None:
        document["usage"] = cohere_usage(source.get("usage"), reply.usage, stamp.price(reply.usage))
    return jsonbody.encode(document)


def _read(body: bytes) -> Response:
    document = shallow(body)
    if "message" in document and "finish_reason" not in document and bytes(document["message"]).startswith(b'"'):
        raise embedded_error(body, msgspec.json.decode(document["message"]))
    return read_response(body)
