"""getimg.ai's images: what goes out, what comes back, what is billed."""

import json

import pytest
from crossroads_getimg.images import GetimgImages
from crossroads_openai_images import OpenAIImages

from crossroads.errors import BadUpstream, Unsupported
from crossroads.multipart import File, encode_form
from crossroads.testing import dialect_conformance
from crossroads.testing.served import answered
from crossroads.types.usage import Usage

TestImages = dialect_conformance(GetimgImages)

DRAWS, OPENAI = GetimgImages(), OpenAIImages()
ROW = {"model": "a/m", "upstream": "m", "operations": ["images"], "price_usd": {"image": "0.01"}}
PNG = File(data=b"\x89PNG", filename="a.png", content_type="image/png")
DONE = {
    "id": "g-1",
    "status": "completed",
    "data": [{"url": "https://x.example/a.png?sig=s", "mime_type": "image/png"}],
}


def drafted(**fields):
    body, kind = encode_form({"prompt": "a cat", **fields})
    request = OPENAI.decode_request(OPENAI.open(body, {"content_type": kind}))
    return DRAWS.encode_request(request, url="u", upstream="m", stream=False)


def test_a_size_is_sent_as_the_nearest_shape_and_that_is_told():
    draft = drafted(size="1920x1080", output_format="webp", quality="high", seed=7)
    assert draft.document == {"model": "m", "prompt": "a cat", "aspect_ratio": "16:9", "output_format": "webp"}
    assert {(lost.field, lost.how) for lost in draft.lost} == {
        ("size", "emulated"),
        ("quality", "dropped"),
        ("seed", "dropped"),
    }
    assert drafted(size="1920x1080", aspect_ratio="21:9").document["aspect_ratio"] == "21:9"


def test_images_to_change_are_addresses_or_data_urls():
    assert drafted(image=PNG).document["images"] == [{"url": "data:image/png;base64,iVBORw=="}]
    assert drafted(image="https://x.example/a.png").document["images"] == [{"url": "https://x.example/a.png"}]


@pytest.mark.parametrize("fields", [{"response_format": "b64_json"}, {"n": 2}, {"mask": PNG, "image": PNG}])
def test_what_it_can_not_draw_is_refused(fields):
    with pytest.raises(Unsupported):
        drafted(**fields)


@pytest.mark.parametrize("body", [b"", b"{}", b'{"data": []}', b'{"data": [{}]}', b'{"data": [1]}'])
def test_what_has_no_images_is_a_bad_upstream(body):
    with pytest.raises(BadUpstream):
        DRAWS.decode_response(body)


async def test_a_client_of_openai_gets_the_address_and_pays_for_one():
    body = json.dumps({"model": "a/m", "prompt": "a cat"}).encode()
    got, [sent] = await answered("getimg", [DONE], "openai-images", body, endpoints=[ROW])
    assert json.loads(got.body)["data"] == [{"url": DONE["data"][0]["url"], "media_type": "image/png"}]
    assert (got.call.attempt.usage, got.cost_nano) == (Usage(images=1), 10_000_000)
    assert sent.path.endswith("/v2/images/generations")
    assert sent.header("authorization") == "Bearer none"
    assert sent.json == {"model": "m", "prompt": "a cat"}
