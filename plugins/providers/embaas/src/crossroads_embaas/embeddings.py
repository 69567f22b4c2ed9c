"""`POST /v1/embeddings/`: `texts`, for an `instruction` where the model knows some; rows as OpenAI's.

Source: pkg:pypi/embaas@0.0.12 (client.py, types/embeddings_response.py), read 2026-11-25.
"""

from __future__ import annotations

from crossroads_openai_embeddings.vendor import VendorEmbeddings

from crossroads import jsonbody


class EmbaasEmbeddings(VendorEmbeddings):
    """See `crossroads.dialect.Dialect`."""

    name = "embaas-embeddings"
    upstream_path = "/embeddings/"
    own = {"texts": jsonbody.ARRAY}
    places = {"input": "texts", "model": "model"}
