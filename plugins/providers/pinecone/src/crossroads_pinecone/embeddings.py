"""`POST /embed`: each text is an object, what it is for stands in `parameters`; the rows have `values`.

Sparse vectors have no place in the canonical form: a model that makes them is a bad upstream.

Source: pkg:pypi/pinecone@10.2.0 (client/inference.py, models/inference/embed.py), read 2026-11-25.
"""

from __future__ import annotations

from crossroads_openai_embeddings.vendor import VendorEmbeddings

from crossroads import jsonbody


class PineconeEmbeddings(VendorEmbeddings):
    """See `crossroads.dialect.Dialect`."""

    name = "pinecone-embeddings"
    upstream_path = "/embed"
    own = {"inputs": jsonbody.ARRAY, "parameters": jsonbody.OBJECT}
    places = {
        "dimensions": "parameters.dimension",
        "input": "inputs",
        "input_type": "parameters.input_type",
        "model": "model",
    }
    text_field = "text"
    purposes = {"document": "passage", "search_query": "query", "search_document": "passage"}
    vector = "values"
