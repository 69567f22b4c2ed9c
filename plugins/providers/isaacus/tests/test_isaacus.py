"""Isaacus: its formats over the documented requests and replies."""

from crossroads_isaacus.embeddings import IsaacusEmbeddings
from crossroads_isaacus.rerank import IsaacusRerank

from crossroads.testing import embeddings_conformance, rerank_conformance

TestEmbeddings = embeddings_conformance(
    IsaacusEmbeddings,
    "isaacus",
    own={"model": "m", "texts": ["x", "y"], "task": "retrieval/query", "overflow_strategy": "drop_end"},
    told={"embeddings": [{"index": 0, "embedding": [0.5, 1.0]}], "usage": {"input_tokens": 3}},
    path="/embeddings",
    asked={"input_type": "search_document", "dimensions": 256},
    sent={"model": "m", "texts": ["x"], "task": "retrieval/document", "dimensions": 256},
)
TestRerank = rerank_conformance(
    IsaacusRerank,
    "isaacus",
    own={"model": "m", "query": "q", "texts": ["x", "y"], "top_n": 1, "is_iql": False},
    told={"results": [{"index": 1, "score": 0.9}], "usage": {"input_tokens": 7}},
    path="/rerankings",
    asked={"top_n": 1},
    sent={"model": "m", "query": "q", "texts": ["x", "y"], "top_n": 1},
)
