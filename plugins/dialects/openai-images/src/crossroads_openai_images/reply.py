"""Replies with images: read, and written with whose they are and what they cost.

Law (MONEY-4): a host that counts tokens is billed by tokens, any other by images; never by both.
"""

from __future__ import annotations

from typing import Any

from crossroads_openai_chat.errors import embedded_error
from crossroads_openai_chat.reply import broken, whole
from crossroads_openai_chat.usage import TOKENS_MAX

from crossroads import jsonbody
from crossroads.dialect import Document, Reply, Stamp
from crossroads.types.usage import Usage


def relay_response(body: bytes, stamp: Stamp) -> Reply:
    """See `Dialect.relay_response`."""
    reply = decode_response(body)
    reply.body = encode_response(reply, stamp)
    return reply


def decode_response(body: bytes) -> Reply:
    """See `Dialect.decode_response`. Raises BadUpstream, UpstreamRefused."""
    document = whole(body)
    if document.get("error"):
        raise embedded_error(body, document["error"])
    rows = document.get("data")
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        raise broken("the provider's reply has no images.")
    upstream_id = document.get("id")
    return Reply(
        document=document,
        usage=parse_usage(document.get("usage"), len(rows)),
        upstream_id=upstream_id if isinstance(upstream_id, str) else None,
    )


def encode_response(reply: Reply, stamp: Stamp) -> bytes:
    """See `Dialect.encode_response`."""
    document: Document = {**(reply.document or {}), "model": stamp.model, "provider": stamp.provider}
    document.setdefault("created", stamp.created)
    if "id" in document:
        document["id"] = stamp.id
    if reply.usage is not None:
        told = document.get("usage")
        document["usage"] = {**(told if isinstance(told, dict) else {}), "cost": stamp.price(reply.usage).json()}
    return jsonbody.encode(document)


def stated_usage(usage: Usage) -> Document:
    """In OpenAI's words, which know tokens alone."""
    given, made = usage.prompt_tokens, usage.completion_tokens
    return {"input_tokens": given, "output_tokens": made, "total_tokens": given + made}


def parse_usage(told: Any, images: int) -> Usage:
    """Tokens in and out where the host states both, else the images themselves."""
    usage = told if isinstance(told, dict) else {}
    given, made = usage.get("input_tokens"), usage.get("output_tokens")
    if all(type(count) is int and 0 <= count <= TOKENS_MAX for count in (given, made)) and (given or made):
        details = usage.get("input_tokens_details")
        seen = details.get("image_tokens") if isinstance(details, dict) else None
        seen = min(seen, given) if type(seen) is int and seen > 0 else 0
        return Usage(input_tokens=given - seen, image_input_tokens=seen, image_output_tokens=made)
    return Usage(images=images)
