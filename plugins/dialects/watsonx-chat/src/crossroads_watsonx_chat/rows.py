"""watsonx.ai's embeddings and rerank <-> canonical: inputs, and one result for each.

Source: ibm-watsonx-ai 1.8.1 (`foundation_models/embeddings/embeddings.py`, `rerank.py`,
`schema/_api.py` RerankParameters), IBM watsonx.ai API reference, "Text embeddings" and "Text rerank", read 2026-11-25.
"""

from __future__ import annotations

from typing import Any

import msgspec
from crossroads_openai_chat.errors import embedded_error
from crossroads_openai_chat.reply import broken
from crossroads_openai_chat.request import ROUTER_ONLY
from crossroads_openai_chat.usage import TOKENS_MAX

from crossroads.call import Fields, Lost
from crossroads.dialect import Document, Reply
from crossroads.errors import Unsupported
from crossroads.jsonbody import MALFORMED
from crossroads.types.usage import Usage
from crossroads_watsonx_chat.shared import NO_SUCH, REMEDY, Json

DROPPED = frozenset({"dimensions", "input_type", "metadata", "user"})


class Row(msgspec.Struct):
    embedding: list[float] | None = None
    index: int | None = None
    score: float | None = None


class Rows(msgspec.Struct):
    results: list[Row] | None = None
    model_id: str | None = None
    input_token_count: int | None = None
    errors: list[Json] | None = None


_rows = msgspec.json.Decoder(Rows)


def embedding_fields(fields: Json) -> tuple[Fields, list[Lost]]:
    """Raises Unsupported: it embeds texts, and gives numbers."""
    given, form = fields["input"], fields.get("encoding_format")
    inputs = [given] if isinstance(given, str) else list(given)
    if not all(isinstance(one, str) for one in inputs):
        raise Unsupported("watsonx.ai embeds texts only.", remedy="Send texts.", field="input", value="(not shown)")
    if form not in (None, "float"):
        raise Unsupported("watsonx.ai sends numbers only.", remedy=REMEDY, field="encoding_format", value=form)
    document, lost = _rest(fields, {"input", "encoding_format"})
    return {"inputs": inputs, **document}, lost


def rerank_fields(fields: Json, texts: list[str]) -> tuple[Fields, list[Lost]]:
    document, lost = _rest(fields, {"documents", "query", "top_n"})
    document |= {"query": fields["query"], "inputs": [{"text": text} for text in texts]}
    if fields.get("top_n") is not None:
        document["parameters"] = {"return_options": {"top_n": fields["top_n"]}}
    return document, lost


def decode_embeddings(body: bytes) -> Reply:
    """Raises BadUpstream, UpstreamRefused."""
    rows = _read(body)
    vectors = [row.embedding for row in rows.results or ()]
    if not vectors or any(vector is None for vector in vectors):
        raise broken("the provider's reply has no embeddings.")
    data = [{"object": "embedding", "index": at, "embedding": vector} for at, vector in enumerate(vectors)]
    return _reply(rows, {"object": "list", "model": rows.model_id, "data": data})


def decode_ranks(body: bytes) -> Reply:
    """Raises BadUpstream, UpstreamRefused."""
    rows = _read(body)
    ranks = [(row.index, row.score) for row in rows.results or ()]
    if not ranks or any(index is None or score is None for index, score in ranks):
        raise broken("the provider's reply has no ranks that can be read.")
    results = [{"index": index, "relevance_score": score} for index, score in ranks]
    return _reply(rows, {"model": rows.model_id, "results": results})


def _reply(rows: Rows, document: Document) -> Reply:
    count = rows.input_token_count
    usage = Usage(input_tokens=count) if count is not None and 0 <= count <= TOKENS_MAX else None
    if usage is not None:
        document["usage"] = {"prompt_tokens": usage.prompt_tokens, "total_tokens": usage.prompt_tokens}
    return Reply(document=document, usage=usage)


def _read(body: bytes) -> Rows:
    try:
        rows = _rows.decode(body)
    except MALFORMED:
        raise broken("the provider sent something that is no reply of watsonx.ai.") from None
    if rows.errors:
        raise embedded_error(body, rows.errors[0])
    return rows


def _rest(fields: Json, handled: set[str]) -> tuple[Any, list[Lost]]:
    lost = [Lost(name, "dropped", NO_SUCH) for name in DROPPED if fields.get(name)]
    left_out = {*DROPPED, *ROUTER_ONLY, *handled, "stream"}
    return {name: value for name, value in fields.items() if name not in left_out}, lost
