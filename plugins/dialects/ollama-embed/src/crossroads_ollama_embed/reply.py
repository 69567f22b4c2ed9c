"""Replies: relayed (model and price touched), or decoded to canonical and encoded again.

Law (MONEY-4): usage is `prompt_eval_count`; without it there is none, and it will be estimated.
"""

from __future__ import annotations

from typing import Any

import msgspec
from crossroads_ollama_chat.wire import TOLD, Json
from crossroads_openai_chat.reply import broken, decode, raise_error, shallow
from crossroads_openai_chat.usage import TOKENS_MAX

from crossroads import jsonbody
from crossroads.dialect import Document, Reply, Stamp
from crossroads.jsonbody import MALFORMED
from crossroads.types.usage import Usage


class Response(msgspec.Struct):
    """embeddings: one row for each text, in their order."""

    embeddings: list[list[float]]
    model: str | None = None
    prompt_eval_count: int | None = None


_response = msgspec.json.Decoder(Response)


def relay_response(body: bytes, stamp: Stamp) -> Reply:
    """See `Dialect.relay_response`."""
    usage = _usage(_read(body))
    document: dict[str, Any] = {**shallow(body), "model": stamp.model}
    if usage is not None:
        document["cost"] = stamp.price(usage).json()
    return Reply(body=jsonbody.encode(document), usage=usage)


def decode_response(body: bytes) -> Reply:
    """See `Dialect.decode_response`. Ollama's durations (nanoseconds) stay beside the counts."""
    response = _read(body)
    usage = _usage(response)
    data = [{"object": "embedding", "index": i, "embedding": row} for i, row in enumerate(response.embeddings)]
    document: Document = {"object": "list", "model": response.model, "data": data}
    source = shallow(body)
    told: Json = {name: decode(source[name]) for name in TOLD if name in source}
    if usage is not None:
        told |= {"prompt_tokens": usage.prompt_tokens, "total_tokens": usage.prompt_tokens}
    if told:
        document["usage"] = told
    return Reply(document=document, usage=usage)


def encode_response(reply: Reply, stamp: Stamp) -> bytes:
    """See `Dialect.encode_response`."""
    source = reply.document or {}
    told = source.get("usage")
    told = told if isinstance(told, dict) else {}
    document: Json = {
        "model": stamp.model,
        "embeddings": [row.get("embedding") for row in source.get("data") or []],
        **{name: told[name] for name in TOLD if name in told},
    }
    if reply.usage is not None:
        document["prompt_eval_count"] = reply.usage.prompt_tokens
        document["cost"] = stamp.price(reply.usage).json()
    return jsonbody.encode(document)


def _read(body: bytes) -> Response:
    raise_error(shallow(body), body, "embeddings")
    try:
        response = _response.decode(body)
    except MALFORMED:
        raise broken("the provider sent something that is no reply of Ollama's embed.") from None
    if not response.embeddings:
        raise broken("the provider's reply has no embeddings.")
    return response


def _usage(response: Response) -> Usage | None:
    count = response.prompt_eval_count
    return Usage(input_tokens=count) if count is not None and 0 <= count <= TOKENS_MAX else None
