"""Infinity's embeddings and rerank, which are OpenAI's and Cohere's: the documented replies."""

import json

from crossroads.testing.answers import Answer
from crossroads.testing.served import served
from crossroads.testing.upstream import ScriptedProvider
from crossroads.types.usage import Usage

ROW = {"model": "a/m", "upstream": "m", "operations": ["embeddings", "rerank"]}


async def asked(dialect, told, **fields):
    async with ScriptedProvider() as upstream:
        upstream.script(Answer(raw=(json.dumps(told).encode(),)))
        body = json.dumps({"model": "a/m", **fields}).encode()
        got = await served("infinity", upstream, dialect, body, endpoints=[ROW])
        return got, upstream.requests[0]


async def test_the_documented_ranking_is_that_of_cohere():
    ranks = [{"relevance_score": 0.9, "index": 1, "document": None}]
    told = {"object": "rerank", "results": ranks, "model": "m", "usage": {"prompt_tokens": 7, "total_tokens": 7}}
    got, sent = await asked("rerank-cohere", told, query="q", documents=["x", "y"], top_n=1)
    assert json.loads(got.body)["results"] == ranks
    assert got.call.attempt.usage == Usage(input_tokens=7)
    assert sent.path.endswith("/rerank")
    assert sent.json == {"model": "m", "query": "q", "documents": ["x", "y"], "top_n": 1}


async def test_the_documented_embeddings_are_those_of_openai():
    rows = [{"object": "embedding", "embedding": [0.5], "index": 0}]
    told = {"object": "list", "data": rows, "model": "m", "usage": {"prompt_tokens": 3, "total_tokens": 3}}
    got, sent = await asked("openai-embeddings", told, input="x")
    assert json.loads(got.body)["data"] == rows
    assert got.call.attempt.usage == Usage(input_tokens=3)
    assert sent.path.endswith("/embeddings")
