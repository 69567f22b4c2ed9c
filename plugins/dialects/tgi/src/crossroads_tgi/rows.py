"""Text Embeddings Inference's `/embed` and `/rerank` <-> canonical, as an upstream.

Source: huggingface_hub, `inference/_generated/types/feature_extraction.py`; Text Embeddings Inference, its OpenAPI
description (EmbedRequest, RerankRequest, Rank), read 2026-11-25.
"""

from __future__ import annotations

from typing import Any

import msgspec
from crossroads_openai_chat.reply import broken
from crossroads_openai_chat.request import ROUTER_ONLY

from crossroads.call import Fields, Lost
from crossroads.dialect import Reply
from crossroads.errors import Unsupported
from crossroads.jsonbody import MALFORMED
from crossroads.types.usage import Usage
from crossroads.wire import Headers, find_header
from crossroads_tgi.generate import NO_SUCH, REMEDY, Json, failed

DROPPED = frozenset({"input_type", "metadata", "user"})
TOKENS = b"x-compute-tokens"


class Rank(msgspec.Struct):
    index: int
    score: float


_vectors = msgspec.json.Decoder(list[list[float]])
_ranks = msgspec.json.Decoder(list[Rank])


def embed_fields(fields: Json) -> tuple[Fields, list[Lost]]:
    """Raises Unsupported."""
    given, form = fields["input"], fields.get("encoding_format")
    if not isinstance(given, str) and not all(isinstance(one, str) for one in given):
        raise Unsupported("the server embeds texts only.", remedy="Send texts.", field="input", value="(not shown)")
    if form not in (None, "float"):
        raise Unsupported("the server sends numbers only.", remedy=REMEDY, field="encoding_format", value=form)
    document, lost = _rest(fields, {"input", "encoding_format"})
    return {"inputs": given, **document}, lost


def rerank_fields(fields: Json, texts: list[str]) -> tuple[Fields, list[Lost]]:
    document, lost = _rest(fields, {"documents", "query", "top_n"})
    if fields.get("top_n") is not None:
        lost.append(Lost("top_n", "dropped", "the server ranks all of them"))
    return {"query": fields["query"], "texts": texts, **document}, lost


def decode_embeddings(body: bytes) -> Reply:
    """Raises BadUpstream, UpstreamRefused."""
    vectors = _decoded(_vectors, body)
    data = [{"object": "embedding", "index": at, "embedding": vector} for at, vector in enumerate(vectors)]
    return Reply(document={"object": "list", "data": data})


def decode_ranks(body: bytes) -> Reply:
    """Raises BadUpstream, UpstreamRefused."""
    ranks: list[Rank] = _decoded(_ranks, body)
    return Reply(document={"results": [{"index": one.index, "relevance_score": one.score} for one in ranks]})


def usage_of(headers: Headers) -> Usage | None:
    """See `DialectBase.usage_of`."""
    told = find_header(headers, TOKENS) or b""
    return Usage(input_tokens=int(told)) if told.isdigit() and len(told) <= 12 else None


def _decoded(kind: Any, body: bytes) -> Any:
    try:
        rows = kind.decode(body)
    except MALFORMED:
        rows = None
    if not rows:
        raise failed(body) or broken("the provider's reply has no rows that can be read.")
    return rows


def _rest(fields: Json, handled: set[str]) -> tuple[Fields, list[Lost]]:
    lost = [Lost(name, "dropped", NO_SUCH) for name in DROPPED if fields.get(name)]
    left_out = {*DROPPED, *ROUTER_ONLY, *handled, "model", "stream"}
    return {name: value for name, value in fields.items() if name not in left_out}, lost
