"""watsonx.ai's embeddings and rerank, as an upstream: inputs, and one result for each.

Source: ibm-watsonx-ai 1.8.1 (`foundation_models/embeddings/embeddings.py`, `rerank.py`,
`schema/_api.py` RerankParameters), IBM watsonx.ai API reference, "Text embeddings" and "Text rerank", read 2026-11-25.
"""

from __future__ import annotations

from crossroads_openai_embeddings.vendor import VendorEmbeddings
from crossroads_rerank_cohere.vendor import VendorRerank

from crossroads import jsonbody


class WatsonxEmbeddings(VendorEmbeddings):
    """`POST /ml/v1/text/embeddings`."""

    name = "watsonx-embeddings"
    upstream_path = "/ml/v1/text/embeddings"
    own = {"inputs": jsonbody.ARRAY}
    places = {"input": "inputs", "model": "model_id"}
    rows = "results"
    counted = "input_token_count"


class WatsonxRerank(VendorRerank):
    """`POST /ml/v1/text/rerank`."""

    name = "watsonx-rerank"
    upstream_path = "/ml/v1/text/rerank"
    own = {"inputs": jsonbody.ARRAY, "parameters": jsonbody.OBJECT, "query": jsonbody.STRING}
    places = {
        "documents": "inputs",
        "model": "model_id",
        "query": "query",
        "top_n": "parameters.return_options.top_n",
    }
    text_field = "text"
    score = "score"
    counted = "input_token_count"
