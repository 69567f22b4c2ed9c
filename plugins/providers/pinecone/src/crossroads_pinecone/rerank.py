"""`POST /rerank`: each document is an object; a row has its `score`, and what is counted are units.

Source: pkg:pypi/pinecone@10.2.0 (client/inference.py, models/inference/rerank.py), read 2026-11-25.
"""

from __future__ import annotations

from crossroads_rerank_cohere.vendor import VendorRerank

from crossroads import jsonbody


class PineconeRerank(VendorRerank):
    """See `crossroads.dialect.Dialect`."""

    name = "pinecone-rerank"
    upstream_path = "/rerank"
    own = {"documents": jsonbody.ARRAY, "query": jsonbody.STRING}
    places = {"documents": "documents", "model": "model", "query": "query", "top_n": "top_n"}
    text_field = "text"
    rows = "data"
    score = "score"
    counted = "usage.rerank_units"
    searches = True
