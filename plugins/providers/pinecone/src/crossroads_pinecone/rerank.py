"""`POST /rerank`: each document is an object; a row has its `score`, and what is counted are units.

Source: pkg:pypi/pinecone@10.2.0 (client/inference.py, models/inference/rerank.py), read 2026-11-25.
"""

from __future__ import annotations

from typing import Any

from crossroads_rerank_cohere.vendor import VendorRerank

from crossroads import jsonbody


class PineconeRerank(VendorRerank):
    """See `crossroads.dialect.Dialect`."""

    name = "pinecone-rerank"
    upstream_path = "/rerank"
    own = {"documents": jsonbody.ARRAY, "query": jsonbody.STRING}
    places = {"documents": "documents", "model": "model", "query": "query", "top_n": "top_n"}
    rows = "data"
    score = "score"
    counted = "usage.rerank_units"
    searches = True

    def text(self, own: Any) -> Any:
        return own.get("text") if isinstance(own, dict) else own

    def own_text(self, text: str) -> Any:
        return {"text": text}
