"""What Ollama's generate answers: whole replies, and what one object of it says <-> a canonical choice.

A line is read as a part of a chat whose message is the text: end, usage and relay are then `crossroads_ollama_chat`'s.
"""

from __future__ import annotations

from typing import Any

import msgspec
from crossroads_ollama_chat import reply as chat
from crossroads_ollama_chat import said
from crossroads_ollama_chat.wire import Json, Message, Part, read_as
from crossroads_openai_chat.reply import is_time

from crossroads import jsonbody
from crossroads.dialect import Document, Reply, Stamp


class _Row(msgspec.Struct):
    done: bool
    response: str = ""
    thinking: str | None = None
    model: str | None = None
    created_at: str | None = None
    done_reason: str | None = None
    logprobs: list[Json] | None = None
    prompt_eval_count: int | None = None
    eval_count: int | None = None


_row = msgspec.json.Decoder(_Row)


def read_part(data: bytes) -> Part:
    """Raises BadUpstream: not of this format; UpstreamRefused: an error in its place."""
    row = read_as(_row, data)
    return Part(
        done=row.done,
        message=Message(content=row.response, thinking=row.thinking),
        model=row.model,
        created_at=row.created_at,
        done_reason=row.done_reason,
        logprobs=row.logprobs,
        prompt_eval_count=row.prompt_eval_count,
        eval_count=row.eval_count,
    )


def decode_response(body: bytes) -> Reply:
    """See `Dialect.decode_response`."""
    part = chat.whole(read_part(body))
    usage = said.parse_usage(part)
    reason = said.finish_reason(part.done_reason, called=False)
    document: Document = {
        "object": "text_completion",
        "created": said.seconds(part.created_at),
        "model": part.model,
        "choices": [canonical_choice(part, reason)],
    }
    if (told := chat.canonical_usage(body, usage)) is not None:
        document["usage"] = told
    return Reply(document=document, usage=usage, finish_reason=reason)


def relay_response(body: bytes, stamp: Stamp) -> Reply:
    """See `Dialect.relay_response`."""
    return chat.relay_response(body, stamp, read_part)


def encode_response(reply: Reply, stamp: Stamp) -> bytes:
    """See `Dialect.encode_response`. Ollama's reply has one choice: the first."""
    source = reply.document or {}
    choice = (source.get("choices") or [{}])[0]
    created = source.get("created")
    document: Json = {
        "model": stamp.model,
        "created_at": said.created_at(created if is_time(created) else stamp.created),
        **written(choice),
        **chat.ended(choice.get("finish_reason"), choice.get("native_finish_reason")),
    }
    if reply.usage is not None:
        document |= chat.counts(source.get("usage"), reply.usage, stamp)
    return jsonbody.encode(document)


def canonical_choice(part: Part, reason: str | None) -> Json:
    """reason None: it goes on. The word for thinking is the chat's: completions have none of their own."""
    choice: Json = {"index": 0, "text": part.message.content or "", "finish_reason": reason}
    choice["native_finish_reason"] = part.done_reason if reason else None
    if part.message.thinking:
        choice["reasoning"] = part.message.thinking
    if part.logprobs is not None:
        choice["logprobs"] = _legacy_logprobs(part.logprobs)
    return choice


def written(choice: Json) -> Json:
    """Ollama's fields of a canonical choice, whole or a piece."""
    made: Json = {"response": choice.get("text") or ""}
    if choice.get("reasoning"):
        made["thinking"] = choice["reasoning"]
    if (told := _ollama_logprobs(choice.get("logprobs"))) is not None:
        made["logprobs"] = told
    return made


def _legacy_logprobs(rows: list[Json]) -> Json:
    """As OpenAI's completions have them; Ollama's own rows stay in `content`."""
    return {
        "tokens": [row.get("token") for row in rows],
        "token_logprobs": [row.get("logprob") for row in rows],
        "top_logprobs": [_by_token(row.get("top_logprobs")) for row in rows],
        "content": rows,
    }


def _ollama_logprobs(told: Any) -> list[Json] | None:
    if not isinstance(told, dict):
        return None
    if isinstance(told.get("content"), list):
        return told["content"]
    pairs = zip(told.get("tokens") or [], told.get("token_logprobs") or [], strict=False)
    return [{"token": token, "logprob": value} for token, value in pairs]


def _by_token(rows: Any) -> Json:
    return {str(row.get("token")): row.get("logprob") for row in rows or () if isinstance(row, dict)}
