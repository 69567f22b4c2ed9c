"""`POST /v1/embeddings`: OpenAI's for a list of texts, and nothing more.

Source: https://docs.llmrails.com/embedding/embed-text; pkg:pypi/langchain-community@0.4.2 (embeddings/llm_rails.py),
read 2026-11-25.
"""

from __future__ import annotations

from crossroads_openai_embeddings.vendor import VendorEmbeddings

from crossroads import jsonbody


class LLMRailsEmbeddings(VendorEmbeddings):
    """See `crossroads.dialect.Dialect`."""

    name = "llm-rails-embeddings"
    upstream_path = "/embeddings"
    own = {"input": jsonbody.ARRAY}
    places = {"input": "input", "model": "model"}
