"""Recraft's images, which are OpenAI's: the documented request and reply."""

import json

from crossroads.testing.answers import Answer
from crossroads.testing.served import served
from crossroads.testing.upstream import ScriptedProvider
from crossroads.types.usage import Usage


async def test_the_documented_image_is_that_of_openai():
    rows = [{"url": "https://img.example/a", "image_id": "i1"}]
    async with ScriptedProvider() as upstream:
        upstream.script(Answer(raw=(json.dumps({"created": 1, "credits": 40, "data": rows}).encode(),)))
        asked = {"prompt": "two race cars", "size": "1024x1024", "quality": "high", "style": "digital_illustration"}
        body = json.dumps({"model": "recraft/recraftv3", **asked}).encode()
        got = await served("recraft", upstream, "openai-images", body)
        sent = upstream.requests[0]
    assert json.loads(got.body)["data"] == rows
    assert (got.call.attempt.usage, got.cost_nano) == (Usage(images=1), 40_000_000)
    assert sent.path.endswith("/images/generations")
    del asked["quality"]  # it has no such parameter
    assert sent.json == {"model": "recraftv3", **asked}
