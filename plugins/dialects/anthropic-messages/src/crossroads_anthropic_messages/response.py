"""Whole replies: spliced (identity and usage touched, nothing else), or decoded to canonical and encoded again."""

from __future__ import annotations

from typing import Any

import msgspec

from crossroads import jsonbody
from crossroads.dialect import Document, Reply, Stamp
from crossroads.jsonbody import MALFORMED
from crossroads_anthropic_messages import reply as common
from crossroads_anthropic_messages.errors import embedded_error
from crossroads_anthropic_messages.usage import canonical_usage, encoded_usage, parse_usage, priced


def relay_response(body: bytes, stamp: Stamp) -> Reply:
    """See `Dialect.relay_response`."""
    document = _opened(body)
    usage = parse_usage(document.get("usage"))
    upstream_id = _text(document.get("id"))
    told = common.ending(document, structured=common.canonical_message(document["content"])[1])
    document |= {"id": stamp.id, "model": stamp.model, "provider": stamp.provider}
    if usage is not None:
        document["usage"] = priced(document["usage"], stamp.price(usage))
    else:
        document.pop("usage", None)
    return Reply(
        body=jsonbody.encode(document), usage=usage, finish_reason=told["finish_reason"], upstream_id=upstream_id
    )


def decode_response(body: bytes) -> Reply:
    """See `Dialect.decode_response`."""
    opened = _opened(body)
    message, structured = common.canonical_message(opened["content"])
    told = common.ending(opened, structured=structured)
    if (said := common.explanation(opened.get("stop_details"))) is not None:
        message["refusal"] = said
    document: Document = {
        "id": opened.get("id"),
        "object": "chat.completion",
        "model": opened.get("model"),
        "choices": [{"index": 0, "message": message, **told}],
    }
    document |= {name: opened[name] for name in common.EXTRAS if opened.get(name) is not None}
    usage = parse_usage(opened.get("usage"))
    if usage is not None:
        document["usage"] = canonical_usage(opened["usage"], usage)
    return Reply(
        document=document, usage=usage, finish_reason=told["finish_reason"], upstream_id=_text(opened.get("id"))
    )


def encode_response(reply: Reply, stamp: Stamp) -> bytes:
    """See `Dialect.encode_response`. Of several choices the first is the answer: the format has one."""
    canonical = reply.document or {}
    choice = (canonical.get("choices") or [{}])[0]
    message = choice.get("message") or {}
    document = {
        "id": stamp.id,
        "type": "message",
        "role": "assistant",
        "model": stamp.model,
        "provider": stamp.provider,
        "content": common.content_blocks(message),
        **stop_fields(choice, message.get("refusal"), called=bool(message.get("tool_calls"))),
        **{name: canonical[name] for name in common.EXTRAS if canonical.get(name) is not None},
    }
    if reply.usage is not None:
        document["usage"] = encoded_usage(canonical.get("usage"), reply.usage, stamp.price(reply.usage))
    return jsonbody.encode(document)


def stop_fields(choice: dict[str, Any], refusal: str | None, *, called: bool) -> dict[str, Any]:
    """stop_reason, stop_sequence and (with a refusal) stop_details. called: are there tool calls?"""
    made = {"stop_reason": common.stop_reason(choice, called=called), "stop_sequence": choice.get("stop_sequence")}
    if choice.get("stop_details") is not None:
        made["stop_details"] = choice["stop_details"]
    elif refusal:
        made |= {"stop_reason": "refusal", "stop_details": {"type": "refusal", "explanation": refusal}}
    return made


def _opened(body: bytes) -> dict[str, Any]:
    try:
        document = msgspec.json.decode(body)
    except MALFORMED:
        raise common.broken("the provider sent something that is not JSON.") from None
    if not isinstance(document, dict):
        raise common.broken("the provider sent something that is not a JSON object.")
    if document.get("type") == "error" or document.get("error"):
        raise embedded_error(document, body)
    content = document.get("content")
    if not isinstance(content, list) or not all(map(is_block, content)):
        raise common.broken("the provider's reply has no content that can be read.")
    return document


HOLDS = (
    ("text", "text"), ("thinking", "thinking"), ("redacted_thinking", "data"), ("tool_use", "id"), ("tool_use", "name"),
)  # fmt: skip
"""What a block of each kind must hold: a string."""


def is_block(block: Any) -> bool:
    """Is it a content block, with text where its kind says so?"""
    if not isinstance(block, dict) or not isinstance(block.get("type"), str):
        return False
    for kind, name in HOLDS:
        if block["type"] == kind and not isinstance(block.get(name), str):
            return False
    return isinstance(block.get("citations") or [], list)


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None
