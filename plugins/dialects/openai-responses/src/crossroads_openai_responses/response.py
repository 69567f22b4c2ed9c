"""Whole replies: decoded to a canonical document, and encoded from one.

Law: decode(encode(document)) == document for a document that was decoded here; what chat has no place for (items of
server tools, echoed settings) stands in `native`.
"""

from __future__ import annotations

from typing import Any

from crossroads_openai_chat import heard
from crossroads_openai_chat import reply as common

from crossroads import jsonbody
from crossroads.dialect import Document, Reply, Stamp
from crossroads_openai_responses import events, items, reasoning, relay
from crossroads_openai_responses.turns import DIALECT, Turn
from crossroads_openai_responses.usage import canonical_usage, read_usage, told_usage

CANONICAL = frozenset(
    {"created_at", "error", "id", "incomplete_details", "model", "object", "output", "service_tier", "status", "usage"}
)

SETTINGS: dict[str, Any] = {
    "background": False,
    "instructions": None,
    "max_output_tokens": None,
    "metadata": {},
    "parallel_tool_calls": True,
    "previous_response_id": None,
    "reasoning": None,
    "store": False,
    "temperature": None,
    "text": {"format": {"type": "text"}},
    "tool_choice": "auto",
    "tools": [],
    "top_p": None,
    "truncation": "disabled",
}
"""What a response echoes of its request, and clients insist on; the defaults, where another dialect echoed nothing."""


def decode_response(body: bytes) -> Reply:
    """See `Dialect.decode_response`."""
    fields, head = relay.opened(body)
    response: dict[str, Any] = {name: common.decode(raw) for name, raw in fields.items()}
    finish = events.finish_of(head)
    turn = Turn()
    for item in response["output"]:
        turn.add(item)
    message = turn.message()
    if turn.details:
        message["reasoning"] = reasoning.text_of(turn.details)
    choice = {
        "index": 0,
        "message": message,
        "finish_reason": finish.reason,
        "native_finish_reason": finish.native,
        "logprobs": {"content": turn.logprobs, "refusal": None} if turn.logprobs else None,
    }
    heard.check(choice)
    document: Document = {
        "id": response.get("id"),
        "object": "chat.completion",
        "model": response.get("model"),
        "choices": [choice],
        "native": {DIALECT: {"form": {"response": {k: v for k, v in response.items() if k not in CANONICAL}}}},
    }
    if common.is_time(response.get("created_at")):
        document["created"] = response["created_at"]
    if isinstance(response.get("service_tier"), str):
        document["service_tier"] = response["service_tier"]
    if usage := canonical_usage(response.get("usage")):
        document["usage"] = usage
    return Reply(
        document=document,
        usage=read_usage(response.get("usage"), response.get("tool_usage")),
        finish_reason=finish.reason,
        upstream_id=common.text_or_none(response.get("id")),
    )


def encode_response(reply: Reply, stamp: Stamp) -> bytes:
    """See `Dialect.encode_response`. Of several choices the first: a response has one."""
    document = reply.document or {}
    choice = (document.get("choices") or [{}])[0]
    logprobs = (choice.get("logprobs") or {}).get("content") or []
    output = items.output_items(choice.get("message") or {}, logprobs, stamp.id)
    bag = (document.get("native") or {}).get(DIALECT) or {}
    echoed = (bag.get("form") or {}).get("response")
    response = {
        **response_object(stamp, document, SETTINGS if echoed is None else echoed),
        **ended(choice.get("finish_reason"), choice.get("native_finish_reason")),
        "output": output,
        "usage": None,
    }
    if reply.usage is not None:
        response["usage"] = told_usage(document.get("usage") or {}, reply.usage, stamp.price(reply.usage))
    return jsonbody.encode(response)


def response_object(stamp: Stamp, document: Document, settings: dict[str, Any] = SETTINGS) -> dict[str, Any]:
    """A response as it begins. document: a reply or a chunk, for `created` and `service_tier`."""
    created = document.get("created")
    return {
        "id": stamp.id,
        "object": "response",
        "created_at": created if common.is_time(created) else stamp.created,
        "status": "in_progress",
        "model": stamp.model,
        "output": [],
        "error": None,
        "incomplete_details": None,
        **settings,
        "service_tier": document.get("service_tier") or None,
    }


def ended(finish_reason: Any, native: Any) -> dict[str, Any]:
    """`status`, and what explains it, of a canonical finish reason."""
    if finish_reason == "error":
        failure = {"code": "server_error", "message": "The provider ended its answer with an error."}
        return {"status": "failed", "error": failure, "incomplete_details": None}
    if finish_reason not in ("length", "content_filter"):
        return {"status": "completed", "incomplete_details": None}
    ours = isinstance(native, str) and native and native.lower() not in common.FINISH_REASONS
    reason = native if ours else "content_filter" if finish_reason == "content_filter" else "max_output_tokens"
    return {"status": "incomplete", "incomplete_details": {"reason": reason}}
