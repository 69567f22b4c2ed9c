"""TextEmbed's embeddings, which are OpenAI's but for their address: the documented reply."""

import json

from crossroads.testing.served import answered

ROW = {"model": "a/m", "upstream": "m", "operations": ["embeddings"]}


async def test_the_documented_embeddings_are_those_of_openai_at_an_address_of_its_own():
    rows = [{"object": "embedding", "embedding": [0.5], "index": 0}]
    told = {"object": "embedding", "data": rows, "model": "m", "id": "textembed-1", "created": 1}
    body = json.dumps({"model": "a/m", "input": ["x"]}).encode()
    got, [sent] = await answered("textembed", [told], "openai-embeddings", body, endpoints=[ROW])
    assert json.loads(got.body)["data"] == rows
    assert sent.path.endswith("/v1/embedding")
    assert sent.json == {"model": "m", "input": ["x"]}
    assert got.call.attempt.usage.quality == "estimated"  # nothing is counted in its reply
