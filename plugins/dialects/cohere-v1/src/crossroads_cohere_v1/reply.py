"""Whole replies of the chat: relayed (identity and usage touched), or decoded to canonical and encoded again."""

from __future__ import annotations

from typing import Any

import msgspec
from crossroads_openai_chat.errors import embedded_error
from crossroads_openai_chat.reply import broken, decode, shallow, spoken

from crossroads import jsonbody
from crossroads.dialect import Document, Reply, Stamp
from crossroads.errors import Unsupported
from crossroads_cohere_v1 import said
from crossroads_cohere_v1.turns import cohere_call
from crossroads_cohere_v1.wire import Json, Said, read_said


def decode_response(body: bytes) -> Reply:
    """See `Dialect.decode_response`."""
    told = read(body, "text")
    usage = said.usage_of(told)
    reason = said.finish_reason(told.finish_reason, bool(told.tool_calls))
    choice: Json = {
        "index": 0,
        "message": said.canonical_message(told),
        "finish_reason": reason,
        "native_finish_reason": told.finish_reason,
    }
    document: Document = {"id": identity(told), "object": "chat.completion", "choices": [choice]}
    if (counts := said.canonical_usage(told, usage)) is not None:
        document["usage"] = counts
    return Reply(document=document, usage=usage, finish_reason=reason, upstream_id=identity(told))


def relay_response(body: bytes, stamp: Stamp) -> Reply:
    """See `Dialect.relay_response`."""
    told = read(body, "text")
    return Reply(
        body=jsonbody.encode(stamped(shallow(body), said.usage_of(told), stamp)),
        usage=said.usage_of(told),
        finish_reason=said.finish_reason(told.finish_reason, bool(told.tool_calls)),
        upstream_id=identity(told),
    )


def encode_response(reply: Reply, stamp: Stamp) -> bytes:
    """See `Dialect.encode_response`. Cohere's reply has one choice: the first."""
    source = reply.document or {}
    choice = (source.get("choices") or [{}])[0]
    document = written(spoken(choice.get("message")), stamp)
    if choice.get("native_finish_reason", "") is not None:  # Cohere once said none with connectors
        document["finish_reason"] = said.native_reason(choice.get("finish_reason"), choice.get("native_finish_reason"))
    if reply.usage is not None:
        document["meta"] = said.meta(source.get("usage"), reply.usage, stamp.price(reply.usage))
    return jsonbody.encode(document)


def written(message: Json, stamp: Stamp) -> Json:
    """A canonical message in a reply of version 1. Raises BadUpstream: it can't be written there."""
    made: Json = {"response_id": stamp.id, "generation_id": stamp.id, "text": text_of(message.get("content"))}
    if message.get("tool_calls"):
        made["tool_calls"] = [asked(call) for call in message["tool_calls"]]
    noted, documents = said.citations(message.get("annotations"))
    if noted:
        made |= {"citations": noted, "documents": list(documents.values())}
    return made


def asked(call: Json) -> Json:
    """Raises BadUpstream: the model wrote arguments that are no JSON object."""
    try:
        return cohere_call(call)
    except Unsupported:
        raise broken("the model wrote tool arguments that are no JSON object.") from None


def text_of(content: Any) -> str:
    if isinstance(content, list):
        return "".join(part.get("text") or "" for part in content if part.get("type") == "text")
    return content or ""


def identity(told: Said) -> str | None:
    return told.id or told.generation_id or told.response_id


def stamped(document: dict[str, Any], usage: Any, stamp: Stamp) -> dict[str, Any]:
    """A reply with our identity, and the price of what it used."""
    made = dict(document)
    made |= {name: stamp.id for name in ("id", "generation_id", "response_id") if name in made}
    if usage is not None:
        theirs = decode(made["meta"]) if "meta" in made else None
        made["meta"] = said.meta(theirs, usage, stamp.price(usage))
    return made


def read(body: bytes, needed: str) -> Said:
    """A reply that has this field. Raises BadUpstream; UpstreamRefused: an error in its place."""
    document = shallow(body)
    if needed not in document and bytes(document.get("message", b"")).startswith(b'"'):
        raise embedded_error(body, msgspec.json.decode(document["message"]))
    told = read_said(body)
    if getattr(told, needed) is None:
        raise broken(f"the provider's reply has no {needed}.")
    return told
