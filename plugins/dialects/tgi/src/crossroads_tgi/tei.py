"""Text Embeddings Inference's own `/embed` and `/rerank`, as an upstream: bare rows; tokens stand in a header.

Source: huggingface_hub, `inference/_generated/types/feature_extraction.py`; Text Embeddings Inference, its OpenAPI
description (EmbedRequest, RerankRequest, Rank), read 2026-11-25.
"""

from __future__ import annotations

from crossroads_openai_embeddings.vendor import VendorEmbeddings
from crossroads_rerank_cohere.vendor import VendorRerank

from crossroads import jsonbody
from crossroads.types.usage import Usage
from crossroads.wire import Headers, find_header

TOKENS = b"x-compute-tokens"


class _Tei:
    rows = None
    counted = None

    def usage_of(self, headers: Headers) -> Usage | None:
        """See `DialectBase.usage_of`."""
        told = find_header(headers, TOKENS) or b""
        return Usage(input_tokens=int(told)) if told.isdigit() and len(told) <= 12 else None


class TeiEmbed(_Tei, VendorEmbeddings):
    """`POST /embed`."""

    name = "tei-embed"
    upstream_path = "/embed"
    places = {"dimensions": "dimensions", "input": "inputs"}
    vector = None


class TeiRerank(_Tei, VendorRerank):
    """`POST /rerank`. It ranks all documents, whatever `top_n` says."""

    name = "tei-rerank"
    upstream_path = "/rerank"
    own = {"query": jsonbody.STRING, "texts": jsonbody.ARRAY}
    places = {"documents": "texts", "query": "query"}
    score = "score"
