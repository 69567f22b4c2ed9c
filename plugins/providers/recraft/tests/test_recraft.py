"""Recraft's images, which are OpenAI's: the documented request and reply."""

import json

from crossroads.testing.served import answered
from crossroads.types.usage import Usage


async def test_the_documented_image_is_that_of_openai():
    rows = [{"url": "https://img.example/a", "image_id": "i1"}]
    asked = {"prompt": "two race cars", "size": "1024x1024", "quality": "high", "style": "digital_illustration"}
    body = json.dumps({"model": "recraft/recraftv3", **asked}).encode()
    got, [sent] = await answered("recraft", [{"created": 1, "credits": 40, "data": rows}], "openai-images", body)
    assert json.loads(got.body)["data"] == rows
    assert (got.call.attempt.usage, got.cost_nano) == (Usage(images=1), 40_000_000)
    assert sent.path.endswith("/images/generations")
    del asked["quality"]  # it has no such parameter
    assert sent.json == {"model": "recraftv3", **asked}
