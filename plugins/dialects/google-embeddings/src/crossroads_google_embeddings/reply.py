"""Replies: relayed (the cost added, nothing else touched), or decoded to canonical and encoded again."""

from __future__ import annotations

import base64
import sys
from array import array
from typing import Any

from crossroads_google_gemini.reply import broken, parse
from crossroads_google_gemini.shape import Json, Misshapen

from crossroads import jsonbody
from crossroads.dialect import Reply, Stamp
from crossroads.types.usage import Usage
from crossroads_google_embeddings.given import Format


def relay_response(body: bytes, stamp: Stamp, form: Format) -> Reply:
    """See `Dialect.relay_response`."""
    document, _, usage = _read(body, form)
    if usage is not None:
        document = form.priced(document, stamp.price(usage).json())
    return Reply(body=jsonbody.encode(document), usage=usage)


def decode_response(body: bytes, form: Format) -> Reply:
    """See `Dialect.decode_response`."""
    _, rows, usage = _read(body, form)
    data = [{"object": "embedding", "index": i, "embedding": row} for i, row in enumerate(rows)]
    found: Json = {"object": "list", "data": data}
    if usage is not None:
        found["usage"] = {"prompt_tokens": usage.prompt_tokens, "total_tokens": usage.prompt_tokens}
    return Reply(document=found, usage=usage)


def encode_response(reply: Reply, stamp: Stamp, form: Format) -> bytes:
    """See `Dialect.encode_response`."""
    rows = [_numbers(row.get("embedding")) for row in (reply.document or {}).get("data") or []]
    document = form.written(rows, reply.usage)
    if reply.usage is not None:
        document = form.priced(document, stamp.price(reply.usage).json())
    return jsonbody.encode(document)


def _read(body: bytes, form: Format) -> tuple[Json, list[list[float]], Usage | None]:
    document = parse(body)
    try:
        rows, usage = form.rows(document), form.usage(document)
        form.priced(document, {})  # what will be touched can be
    except Misshapen as error:
        raise broken(f"the provider sent a reply that can't be read: {error}.") from None
    if not rows or not all(isinstance(row, list) and row for row in rows):
        raise broken("the provider's reply has no embeddings.")
    return document, rows, usage


def _numbers(row: Any) -> list[float]:
    """Also of an upstream that sent base64 of little-endian float32 unasked."""
    if not isinstance(row, str):
        return list(row)
    numbers = array("f", base64.b64decode(row))
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers.tolist()
