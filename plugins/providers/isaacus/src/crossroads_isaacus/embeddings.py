"""`POST /v1/embeddings`: `texts` for a `task`; the rows are `embeddings`.

Source: pkg:pypi/isaacus@0.22.1 (types/embedding_create_params.py, types/embedding_response.py), read 2026-11-25.
"""

from __future__ import annotations

from crossroads_openai_embeddings.vendor import VendorEmbeddings

from crossroads import jsonbody


class IsaacusEmbeddings(VendorEmbeddings):
    """See `crossroads.dialect.Dialect`."""

    name = "isaacus-embeddings"
    upstream_path = "/embeddings"
    own = {"task": jsonbody.STRING}
    places = {"dimensions": "dimensions", "input": "texts", "input_type": "task", "model": "model"}
    purposes = {
        "query": "retrieval/query",
        "document": "retrieval/document",
        "search_query": "retrieval/query",
        "search_document": "retrieval/document",
    }
    rows = "embeddings"
    counted = "usage.input_tokens"
