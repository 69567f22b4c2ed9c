"""`POST /v1/rerankings`: the documents are `texts`; a row has its `score`.

Source: pkg:pypi/isaacus@0.22.1 (types/reranking_create_params.py, types/reranking_response.py), read 2026-11-25.
"""

from __future__ import annotations

from crossroads_rerank_cohere.vendor import VendorRerank

from crossroads import jsonbody


class IsaacusRerank(VendorRerank):
    """See `crossroads.dialect.Dialect`."""

    name = "isaacus-rerank"
    upstream_path = "/rerankings"
    own = {"query": jsonbody.STRING, "texts": jsonbody.ARRAY}
    places = {"documents": "texts", "model": "model", "query": "query", "top_n": "top_n"}
    score = "score"
    counted = "usage.input_tokens"
