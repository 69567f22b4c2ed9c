"""Whole replies: spliced (identity and usage touched, nothing else), or decoded to canonical and encoded again.

Law: both ways give the client semantically the same document, but for what `reply.canonical_choice` adds.
"""

from __future__ import annotations

from typing import Any

import msgspec

from crossroads import jsonbody
from crossroads.dialect import Document, Reply, Stamp
from crossroads_openai_chat import heard
from crossroads_openai_chat import reply as common
from crossroads_openai_chat.reply import Shape
from crossroads_openai_chat.usage import decoded, merged_usage, parse_usage


def relay_response(body: bytes, stamp: Stamp, shape: Shape) -> Reply:
    """See `Dialect.relay_response`."""
    document: dict[str, Any] = _opened(body, shape)
    upstream_id = common.text_or_none(document.get("id"))
    reason = None
    if shape.items == "choices":
        choices = common.read_choices(document["choices"])
        reason = common.finish_reason(choices[0].finish_reason)
        if any(
            c.finish_reason not in common.KNOWN_REASONS or (c.message is common.ABSENT and shape.reply_choice)
            for c in choices
        ):
            document["choices"] = common.with_required_keys(document["choices"], shape.reply_choice)
    theirs = decoded(document.get("usage"))
    usage = parse_usage(theirs, completion=shape.completion_tokens)
    _stamp(document, stamp, shape)
    if usage is not None:
        document["usage"] = merged_usage(theirs, usage, stamp.price(usage))
    else:
        document.pop("usage", None)
    return Reply(body=jsonbody.encode(document), usage=usage, finish_reason=reason, upstream_id=upstream_id)


def decode_response(body: bytes, shape: Shape) -> Reply:
    """See `Dialect.decode_response`."""
    opened = _opened(body, shape)
    document: Document = {name: common.decode(raw) for name, raw in opened.items()}
    reason = None
    if shape.items == "choices":
        common.read_choices(opened["choices"])
        for choice in document["choices"]:
            heard.check(choice)
        document["choices"] = [common.canonical_choice(c, "message") for c in document["choices"]]
        reason = document["choices"][0]["finish_reason"]
    return Reply(
        document=document,
        usage=parse_usage(document.get("usage"), completion=shape.completion_tokens),
        finish_reason=reason,
        upstream_id=common.text_or_none(document.get("id")),
    )


def encode_response(reply: Reply, stamp: Stamp, shape: Shape) -> bytes:
    """See `Dialect.encode_response`."""
    document = dict(reply.document or {})
    _stamp(document, stamp, shape)
    if shape.items == "choices":
        document["choices"] = [
            {
                "index": i,
                "finish_reason": None,
                "native_finish_reason": c.get("finish_reason"),
                **shape.reply_choice,
                **c,
            }
            for i, c in enumerate(document.get("choices") or [])
        ]
    theirs = document.pop("usage", None)
    if reply.usage is not None:
        document["usage"] = merged_usage(theirs, reply.usage, stamp.price(reply.usage))
    return jsonbody.encode(document)


def _opened(body: bytes, shape: Shape) -> dict[str, msgspec.Raw]:
    document = common.shallow(body)
    common.raise_error(document, body, shape.items)
    items = document.get(shape.items, common.NULL)
    if memoryview(items)[0] != ord("[") or items == common.EMPTY_LIST:
        raise common.broken(f"the provider's reply has no {shape.items}.")
    return document


def _stamp(document: dict[str, Any], stamp: Stamp, shape: Shape) -> None:
    document["id"] = stamp.id
    if shape.object is not None:
        document["object"] = shape.object
    document["model"], document["provider"] = stamp.model, stamp.provider
    if not common.is_time(document.get("created")):
        document["created"] = stamp.created
    if shape.items == "choices":
        document.setdefault("system_fingerprint", None)
    if stamp.route is not None:
        document |= stamp.told_route()
