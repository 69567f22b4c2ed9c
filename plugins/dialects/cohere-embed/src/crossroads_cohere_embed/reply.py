"""Replies: relayed (identity and usage touched), or decoded to canonical and encoded again.

Law (MONEY-4): usage is `meta.billed_units`, text and image tokens together: both went in.
"""

from __future__ import annotations

from typing import Any

import msgspec
from crossroads_openai_chat.reply import broken, shallow
from crossroads_openai_chat.usage import TOKENS_MAX

from crossroads import jsonbody
from crossroads.dialect import Document, Reply, Stamp
from crossroads.jsonbody import MALFORMED
from crossroads.types.usage import Usage

Json = dict[str, Any]
KINDS = ("float", "base64")
"""What the canonical form has words for, the better one first; of others the first is taken as it is."""


class Response(msgspec.Struct):
    """embeddings: rows by type; of old the rows alone."""

    embeddings: dict[str, list[Any] | None] | list[Any]
    id: str | None = None
    meta: Json | None = None


_response = msgspec.json.Decoder(Response)


def relay_response(body: bytes, stamp: Stamp) -> Reply:
    """See `Dialect.relay_response`."""
    response = _read(body)
    usage = _usage(response)
    document: dict[str, Any] = {**shallow(body), "id": stamp.id}
    if usage is not None:
        document["meta"] = {**(response.meta or {}), "cost": stamp.price(usage).json()}
    return Reply(body=jsonbody.encode(document), usage=usage, upstream_id=response.id)


def decode_response(body: bytes) -> Reply:
    """See `Dialect.decode_response`."""
    response = _read(body)
    usage = _usage(response)
    data = [{"object": "embedding", "index": i, "embedding": row} for i, row in enumerate(_rows(response))]
    document: Document = {"id": response.id, "object": "list", "data": data}
    if usage is not None:
        document["usage"] = {"prompt_tokens": usage.prompt_tokens, "total_tokens": usage.prompt_tokens}
    return Reply(document=document, usage=usage, upstream_id=response.id)


def encode_response(reply: Reply, stamp: Stamp) -> bytes:
    """See `Dialect.encode_response`."""
    rows = [row.get("embedding") for row in (reply.document or {}).get("data") or []]
    kind = "base64" if rows and isinstance(rows[0], str) else "float"
    document: Json = {"id": stamp.id, "embeddings": {kind: rows}, "response_type": "embeddings_by_type", "texts": []}
    if reply.usage is not None:
        billed = {"input_tokens": reply.usage.prompt_tokens}
        document["meta"] = {"billed_units": billed, "cost": stamp.price(reply.usage).json()}
    return jsonbody.encode(document)


def _read(body: bytes) -> Response:
    shallow(body)  # refuses broken UTF-8
    try:
        response = _response.decode(body)
    except MALFORMED:
        raise broken("the provider sent something that is no reply of Cohere's embed.") from None
    if not _rows(response):
        raise broken("the provider's reply has no embeddings.")
    return response


def _rows(response: Response) -> list[Any]:
    held = response.embeddings
    if isinstance(held, list):
        return held
    return next((held[kind] for kind in (*KINDS, *held) if held.get(kind)), None) or []


def _usage(response: Response) -> Usage | None:
    billed = (response.meta or {}).get("billed_units")
    told = [billed.get(name) for name in ("input_tokens", "image_tokens")] if isinstance(billed, dict) else []
    counts = [int(n) for n in told if isinstance(n, (int, float)) and 0 <= n <= TOKENS_MAX]
    return Usage(input_tokens=sum(counts)) if counts else None
