"""Pinecone: its formats over the documented requests and replies."""

import pytest
from crossroads_pinecone.embeddings import PineconeEmbeddings
from crossroads_pinecone.rerank import PineconeRerank

from crossroads.errors import BadUpstream
from crossroads.testing import embeddings_conformance, rerank_conformance
from crossroads.testing.rows import called
from crossroads.types.usage import Usage

TOLD = {"model": "m", "vector_type": "dense", "data": [{"values": [0.5, 1.0]}], "usage": {"total_tokens": 3}}

TestEmbeddings = embeddings_conformance(
    PineconeEmbeddings,
    "pinecone",
    own={"model": "m", "inputs": [{"text": "x"}], "parameters": {"input_type": "passage", "truncate": "END"}},
    told=TOLD,
    path="/embed",
    asked={"input_type": "search_query"},
    sent={"model": "m", "inputs": [{"text": "x"}], "parameters": {"input_type": "query"}},
)
TestRerank = rerank_conformance(
    PineconeRerank,
    "pinecone",
    own={"model": "m", "query": "q", "documents": [{"text": "x"}], "top_n": 1, "parameters": {"truncate": "END"}},
    told={"data": [{"index": 1, "score": 0.9}], "usage": {"rerank_units": 1}},
    path="/rerank",
    asked={"top_n": 1},
    sent={"model": "m", "query": "q", "documents": [{"text": "x"}, {"text": "y"}], "top_n": 1},
    used=Usage(searches=1),
)


async def test_a_request_names_the_key_and_the_version_of_the_api():
    _, sent = await called("pinecone", "embeddings", TOLD)
    assert (sent.header("api-key"), sent.header("x-pinecone-api-version")) == ("none", "2026-07")


def test_sparse_vectors_are_refused():
    with pytest.raises(BadUpstream):
        PineconeEmbeddings().decode_response(
            b'{"vector_type":"sparse","data":[{"sparse_values":[0.5],"sparse_indices":[7]}]}'
        )
