"""`POST /v1/models/rerank`: Cohere's but for the count of tokens, which stands beside the rows.

Source: pkg:pypi/zeroentropy@0.1.0a11 (types/model_rerank_params.py, types/model_rerank_response.py), read 2026-11-25.
"""

from __future__ import annotations

from crossroads_rerank_cohere.vendor import VendorRerank

from crossroads import jsonbody


class ZeroEntropyRerank(VendorRerank):
    """See `crossroads.dialect.Dialect`."""

    name = "zeroentropy-rerank"
    upstream_path = "/models/rerank"
    own = {"documents": jsonbody.ARRAY, "query": jsonbody.STRING}
    places = {"documents": "documents", "model": "model", "query": "query", "top_n": "top_n"}
    counted = "total_tokens"
