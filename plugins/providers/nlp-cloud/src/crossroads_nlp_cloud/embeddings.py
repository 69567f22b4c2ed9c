"""`POST /v1/{model}/embeddings`: sentences in, as many vectors out; no token is counted.

Source: pkg:npm/nlpcloud@2.0.8 (dist/index.d.ts: embeddings), pkg:pypi/nlpcloud@1.1.47 (__init__.py), read 2026-11-25.
"""

from __future__ import annotations

from crossroads_openai_embeddings.vendor import VendorEmbeddings

from crossroads import jsonbody


class NlpCloudEmbeddings(VendorEmbeddings):
    """See `crossroads.dialect.Dialect`. The model stands in the address."""

    name = "nlp-cloud-embeddings"
    upstream_path = "/embeddings"
    own = {"sentences": jsonbody.ARRAY}
    places = {"input": "sentences"}
    rows = "embeddings"
    vector = None
    counted = None
