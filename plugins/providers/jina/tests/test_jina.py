"""Jina at work: what its wire wants otherwise, and what a rerank costs."""

import json

from crossroads.testing.answers import Answer
from crossroads.testing.served import served
from crossroads.testing.upstream import ScriptedProvider
from crossroads.types.usage import Usage


async def test_a_rerank_is_billed_by_its_tokens():
    told = {"model": "m", "usage": {"total_tokens": 15}, "results": [{"index": 1, "relevance_score": 0.9}]}
    body = {"model": "jina/jina-reranker-v2-base-multilingual", "query": "q", "documents": ["a", "b"]}
    async with ScriptedProvider() as upstream:
        upstream.script(Answer(raw=(json.dumps(told).encode(),)))
        got = await served("jina", upstream, "rerank-cohere", json.dumps(body).encode())
        assert upstream.requests[0].path == "/v1/rerank"
    assert json.loads(got.body)["results"][0]["index"] == 1
    assert (got.call.attempt.usage, got.cost_nano) == (Usage(input_tokens=15), 750)


async def test_embeddings_ask_for_their_form_in_jinas_word():
    told = {"data": [{"object": "embedding", "index": 0, "embedding": [0.5]}], "usage": {"total_tokens": 3}}
    body = {"model": "jina/jina-embeddings-v3", "input": "a", "encoding_format": "float"}
    async with ScriptedProvider() as upstream:
        upstream.script(Answer(raw=(json.dumps(told).encode(),)))
        got = await served("jina", upstream, "openai-embeddings", json.dumps(body).encode())
        assert upstream.requests[0].json == {"model": "jina-embeddings-v3", "input": "a", "embedding_type": "float"}
    assert got.status == 200, got.body
