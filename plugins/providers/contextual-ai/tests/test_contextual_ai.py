"""Contextual AI's rerank, which is Cohere's: the documented request and reply."""

import json

from crossroads.testing.served import answered


async def test_the_documented_ranking_is_that_of_cohere():
    told = {"results": [{"index": 1, "relevance_score": 0.95}, {"index": 0, "relevance_score": 0.02}]}
    asked = {"query": "q", "documents": ["x", "y"], "instruction": "Prefer the new.", "metadata": ["", "2026"]}
    body = json.dumps({"model": "contextual-ai/ctxl-rerank-v1-instruct", "top_n": 2, **asked}).encode()
    got, [sent] = await answered("contextual-ai", [told], "rerank-cohere", body)
    assert json.loads(got.body)["results"] == told["results"]
    assert sent.path.endswith("/rerank")
    assert sent.json == {"model": "ctxl-rerank-v1-instruct", "top_n": 2, **asked}
    assert got.call.attempt.usage.quality == "estimated"  # nothing is counted in its reply
