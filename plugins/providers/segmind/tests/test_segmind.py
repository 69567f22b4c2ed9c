"""Segmind's images: what goes out, what comes back, what is billed."""

import base64
import json

import pytest
from crossroads_openai_images import OpenAIImages
from crossroads_segmind.images import SegmindImages

from crossroads.errors import BadUpstream, Unsupported
from crossroads.testing import dialect_conformance
from crossroads.testing.answers import Answer
from crossroads.testing.served import answered
from crossroads.types.usage import Usage

TestImages = dialect_conformance(SegmindImages)

DRAWS, OPENAI = SegmindImages(), OpenAIImages()
ROW = {"model": "a/m", "upstream": "m", "operations": ["images"], "price_usd": {"image": "0.01"}}


def drafted(**fields):
    body = json.dumps({"model": "a/m", "prompt": "a cat", **fields}).encode()
    return DRAWS.encode_request(OPENAI.decode_request(OPENAI.open(body)), url="u", upstream="m", stream=False)


PNG = b"\x89PNG\0\xff"


def test_what_differs_by_model_is_told_and_its_own_words_go_through():
    draft = drafted(size="512x512", img_width=512, quality="high", response_format="url")
    assert draft.document == {"prompt": "a cat", "img_width": 512, "base64": False}
    assert {lost.field for lost in draft.lost} == {"size", "quality", "response_format"}


@pytest.mark.parametrize("fields", [{"image": "https://a.example/a.png"}, {"n": 2}])
def test_what_it_can_not_draw_is_refused(fields):
    with pytest.raises(Unsupported):
        drafted(**fields)


@pytest.mark.parametrize("body", [b"", b"{}", b"GIF89"])
def test_what_is_no_image_is_a_bad_upstream(body):
    with pytest.raises(BadUpstream):
        DRAWS.decode_response(body)


async def test_a_client_of_openai_gets_the_image_and_pays_for_one():
    asked = {"model": "a/m", "prompt": "a cat", "seed": 7}
    told = [Answer(raw=(PNG,), content_type="image/png")]
    got, [sent] = await answered("segmind", told, "openai-images", json.dumps(asked).encode(), endpoints=[ROW])
    assert json.loads(got.body)["data"][0]["b64_json"] == base64.b64encode(PNG).decode()
    assert (got.call.attempt.usage, got.cost_nano) == (Usage(images=1), 10_000_000)
    assert sent.path.endswith("/m")
    assert sent.header("x-api-key") == "none"
    assert sent.json == {"prompt": "a cat", "seed": 7, "base64": False}
