"""`POST /v1/models/embed`: it insists on an `input_type`; the rows are `results`.

Source: pkg:pypi/zeroentropy@0.1.0a11 (types/model_embed_params.py, types/model_embed_response.py), read 2026-11-25.
"""

from __future__ import annotations

from crossroads_openai_embeddings.vendor import VendorEmbeddings

from crossroads import jsonbody


class ZeroEntropyEmbeddings(VendorEmbeddings):
    """See `crossroads.dialect.Dialect`."""

    name = "zeroentropy-embeddings"
    upstream_path = "/models/embed"
    own = {"input_type": jsonbody.STRING}
    places = {
        "dimensions": "dimensions",
        "encoding_format": "encoding_format",
        "input": "input",
        "input_type": "input_type",
        "model": "model",
    }
    formats = ("float", "base64")
    purposes = {"search_query": "query", "search_document": "document"}
    usual_purpose = "document"
    rows = "results"
