"""Ranks: read from any of the four vendors' replies, and written.

Law (MONEY-4): what is billed is counted in the host's own unit, search units or tokens, never both.
"""

from __future__ import annotations

from typing import Any

from crossroads_openai_chat.errors import embedded_error
from crossroads_openai_chat.reply import broken, whole
from crossroads_openai_chat.usage import TOKENS_MAX

from crossroads import jsonbody
from crossroads.dialect import Document, Reply, Stamp
from crossroads.types.usage import Usage

Json = dict[str, Any]
ROWS = ("results", "data")
ROW = {"score": "relevance_score", "input": "document"}
"""What a row of Mixedbread's calls its fields, and what the others do."""


def relay_response(body: bytes, stamp: Stamp) -> Reply:
    """See `Dialect.relay_response`."""
    document, _ = _opened(body)
    usage = parse_usage(document)
    upstream_id = document.get("id")
    document |= {"id": stamp.id, "model": stamp.model, "provider": stamp.provider}
    if usage is not None:
        document["usage"] = _usage(document.get("usage"), usage, stamp)
    return Reply(
        body=jsonbody.encode(document), usage=usage, upstream_id=upstream_id if isinstance(upstream_id, str) else None
    )


def decode_response(body: bytes) -> Reply:
    """See `Dialect.decode_response`."""
    document, rows = _opened(body)
    canonical: Document = {name: value for name, value in document.items() if name not in (*ROWS, "object")}
    canonical["results"] = [_row(row) for row in document[rows]]
    usage = parse_usage(document)
    upstream_id = document.get("id")
    return Reply(document=canonical, usage=usage, upstream_id=upstream_id if isinstance(upstream_id, str) else None)


def encode_response(reply: Reply, stamp: Stamp, rows: str = "results") -> bytes:
    """See `Dialect.encode_response`. rows: the name under which this client looks for them."""
    document: Json = {name: value for name, value in (reply.document or {}).items() if name != "results"}
    document |= {"id": stamp.id, "model": stamp.model, "provider": stamp.provider}
    document[rows] = (reply.document or {}).get("results") or []
    if reply.usage is not None:
        document["usage"] = _usage(document.get("usage"), reply.usage, stamp)
    return jsonbody.encode(document)


def parse_usage(document: Json) -> Usage | None:
    """Cohere's billed search units, or a count of tokens."""
    billed = (document.get("meta") or {}) if isinstance(document.get("meta"), dict) else {}
    units = billed.get("billed_units")
    told = document.get("usage")
    for holder, name in ((units, "search_units"), (told, "search_units")):
        if isinstance(holder, dict) and (searches := _count(holder.get(name))):
            return Usage(searches=searches)
    tokens = _count(told.get("total_tokens")) if isinstance(told, dict) else None
    return None if tokens is None else Usage(input_tokens=tokens)


def _usage(told: Any, usage: Usage, stamp: Stamp) -> Json:
    kept = dict(told) if isinstance(told, dict) else {}
    if usage.searches:
        kept["search_units"] = usage.searches
    if usage.prompt_tokens:
        kept["total_tokens"] = usage.prompt_tokens
    return {**kept, "cost": stamp.price(usage).json()}


def _count(value: Any) -> int | None:
    """Cohere's counts may be numbers: 1.0 is 1."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if type(value) is int and 0 <= value <= TOKENS_MAX else None


def _opened(body: bytes) -> tuple[Json, str]:
    """The document, and the name of its rows. Raises BadUpstream, UpstreamRefused."""
    document = whole(body)
    if document.get("error"):
        raise embedded_error(body, document["error"])
    for name in ROWS:
        rows = document.get(name)
        if isinstance(rows, list) and rows and all(_is_rank(row) for row in rows):
            return document, name
    raise broken("the provider's reply has no ranks that can be read.")


def _row(row: Json) -> Json:
    if "relevance_score" in row:
        return row
    told = {ROW.get(name, name): value for name, value in row.items() if name != "object"}
    if isinstance(text := told.get("document"), str):
        told["document"] = {"text": text}
    elif told.get("document", ...) is None:
        del told["document"]  # not asked for
    return told


def _is_rank(row: Any) -> bool:
    if not isinstance(row, dict):
        return False
    return type(row.get("index")) is int and isinstance(row.get("relevance_score", row.get("score")), int | float)
