"""`POST /{domain}/models/predict?model_id=...&task=embeddings`: one text in, one row of `data` out.

Source: pkg:pypi/langchain-community@0.4.2 (embeddings/bookend.py), read 2026-11-25.
"""

from __future__ import annotations

from crossroads_openai_embeddings.vendor import VendorEmbeddings

from crossroads import jsonbody


class BookendEmbeddings(VendorEmbeddings):
    """See `crossroads.dialect.Dialect`. The model stands in the address."""

    name = "bookend-embeddings"
    upstream_path = "/models/predict"
    own = {"text": jsonbody.STRING}
    places = {"input": "text"}
    single = True
    rows = None
    vector = "data"
    counted = None
