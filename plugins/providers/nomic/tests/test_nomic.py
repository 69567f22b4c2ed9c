"""Nomic: its format over the documented request and reply."""

from crossroads_nomic.embeddings import NomicEmbeddings

from crossroads.testing import embeddings_conformance

TestEmbeddings = embeddings_conformance(
    NomicEmbeddings,
    "nomic",
    own={"model": "m", "texts": ["x"], "task_type": "clustering", "long_text_mode": "mean"},
    told={"embeddings": [[0.5, 1.0]], "usage": {"prompt_tokens": 3, "total_tokens": 3}, "model": "m"},
    path="/embedding/text",
    asked={"input_type": "query", "dimensions": 64},
    sent={"model": "m", "texts": ["x"], "task_type": "search_query", "dimensionality": 64},
)
