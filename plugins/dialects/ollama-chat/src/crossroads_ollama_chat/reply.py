"""Whole replies: relayed (model and price touched), or decoded to canonical and encoded again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from crossroads_openai_chat.reply import broken, decode, is_time, shallow, spoken

from crossroads import jsonbody
from crossroads.dialect import Document, Reply, Stamp
from crossroads.types.usage import Usage
from crossroads_ollama_chat import said
from crossroads_ollama_chat.wire import TOLD, Json, Part, read_part


def decode_response(body: bytes) -> Reply:
    """See `Dialect.decode_response`."""
    part = whole(read_part(body))
    usage = said.parse_usage(part)
    reason = said.finish_reason(part.done_reason, bool(part.message.tool_calls))
    choice = canonical_choice(part, "message", said.canonical_message(part), reason)
    document: Document = {
        "object": "chat.completion",
        "created": said.seconds(part.created_at),
        "model": part.model,
        "choices": [choice],
    }
    if (told := canonical_usage(body, usage)) is not None:
        document["usage"] = told
    return Reply(document=document, usage=usage, finish_reason=reason)


def relay_response(body: bytes, stamp: Stamp, read: Callable[[bytes], Part] = read_part) -> Reply:
    """See `Dialect.relay_response`."""
    part = whole(read(body))
    usage = said.parse_usage(part)
    reason = said.finish_reason(part.done_reason, bool(part.message.tool_calls))
    document: dict[str, Any] = {**shallow(body), "model": stamp.model}
    if usage is not None:
        document["cost"] = stamp.price(usage).json()
    return Reply(body=jsonbody.encode(document), usage=usage, finish_reason=reason)


def encode_response(reply: Reply, stamp: Stamp) -> bytes:
    """See `Dialect.encode_response`. Ollama's reply has one choice: the first."""
    source = reply.document or {}
    choice = (source.get("choices") or [{}])[0]
    created = source.get("created")
    document: Json = {
        "model": stamp.model,
        "created_at": said.created_at(created if is_time(created) else stamp.created),
        "message": said.ollama_message(spoken(choice.get("message"))),
        **ended(choice.get("finish_reason"), choice.get("native_finish_reason")),
    }
    logprobs = (choice.get("logprobs") or {}).get("content")
    if logprobs is not None:
        document["logprobs"] = logprobs
    if reply.usage is not None:
        document |= counts(source.get("usage"), reply.usage, stamp)
    return jsonbody.encode(document)


def whole(part: Part) -> Part:
    """Raises BadUpstream: it is not all."""
    if not part.done:
        raise broken("the provider sent a part of a stream where a whole reply was due.")
    return part


def canonical_choice(part: Part, holder: str, message: Json, reason: str | None) -> Json:
    """holder: message or delta. reason None: it goes on."""
    choice: Json = {
        "index": 0,
        holder: message,
        "finish_reason": reason,
        "native_finish_reason": part.done_reason if reason else None,
    }
    if part.logprobs is not None:
        choice["logprobs"] = {"content": part.logprobs}
    return choice


def canonical_usage(data: bytes, usage: Usage | None) -> Json | None:
    """OpenAI's counts, and Ollama's counts and durations beside them. None: it told neither."""
    document = shallow(data)
    told: Json = {name: decode(document[name]) for name in TOLD if name in document}
    if usage is not None:
        told["prompt_tokens"], told["completion_tokens"] = usage.prompt_tokens, usage.completion_tokens
        told["total_tokens"] = usage.prompt_tokens + usage.completion_tokens
    return told or None


def ended(reason: Any, native: Any) -> Json:
    return {"done": True, "done_reason": said.native_reason(reason, native)}


def counts(theirs: Any, usage: Usage, stamp: Stamp) -> Json:
    """The counts, durations and price of the object that is done. theirs: `usage` of a canonical document."""
    kept = {name: theirs[name] for name in TOLD if name in theirs} if isinstance(theirs, dict) else {}
    if not kept:
        kept = {"prompt_eval_count": usage.prompt_tokens, "eval_count": usage.completion_tokens}
    return {**kept, "cost": stamp.price(usage).json()}
