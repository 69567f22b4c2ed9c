"""`POST /v1/embedding/text`: `texts` for a `task_type`; a row is nothing but its numbers.

Source: pkg:pypi/nomic@3.9.0 (embed.py); Portkey-AI/gateway (src/providers/nomic/embed.ts: the reply), read 2026-11-25.
"""

from __future__ import annotations

from crossroads_openai_embeddings.vendor import VendorEmbeddings

from crossroads import jsonbody


class NomicEmbeddings(VendorEmbeddings):
    """See `crossroads.dialect.Dialect`."""

    name = "nomic-embeddings"
    upstream_path = "/embedding/text"
    own = {"task_type": jsonbody.STRING, "texts": jsonbody.ARRAY}
    places = {"dimensions": "dimensionality", "input": "texts", "input_type": "task_type", "model": "model"}
    purposes = {"query": "search_query", "document": "search_document"}
    rows = "embeddings"
    vector = None
