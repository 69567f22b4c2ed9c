"""Stability AI's images: what goes out, what comes back, what is billed."""

import base64
import json

import pytest
from crossroads_openai_images import OpenAIImages
from crossroads_stability.images import SHAPES, StabilityImages, nearest
from hypothesis import given
from hypothesis import strategies as st

from crossroads import multipart
from crossroads.errors import BadUpstream, Unsupported, UpstreamRefused
from crossroads.multipart import File
from crossroads.sse import EventReader
from crossroads.testing import dialect_conformance, laws
from crossroads.testing.served import answered
from crossroads.types.usage import Usage

TestImages = dialect_conformance(StabilityImages)

DRAWS, OPENAI = StabilityImages(), OpenAIImages()
URL = "https://api.stability.ai/v2beta/stable-image/generate"
PNG = File(data=b"\x89PNG\0\xff", filename="a.png", content_type="image/png")
MADE = {"image": base64.b64encode(PNG.data).decode(), "finish_reason": "SUCCESS", "seed": 7}


def drafted(upstream="sd3.5-large", **fields):
    body, kind = multipart.encode_form({"prompt": "a cat", **fields})
    request = OPENAI.decode_request(OPENAI.open(body, {"content_type": kind}))
    return DRAWS.encode_request(request, url=URL, upstream=upstream, stream=False)


@pytest.mark.parametrize(
    ("upstream", "verb", "named"),
    [
        ("sd3.5-medium", "sd3", {"model": "sd3.5-medium"}),
        ("stable-image-ultra", "ultra", {}),
        ("stable-image-core", "core", {}),
    ],
)
def test_a_model_is_named_by_the_form_or_the_address(upstream, verb, named):
    draft = drafted(upstream)
    assert draft.url == f"{URL}/{verb}"
    assert draft.form
    assert draft.document == {"prompt": "a cat", **named}


def test_a_size_is_the_nearest_shape_and_an_image_brings_its_own():
    draft = drafted(size="1792x1024", negative_prompt="dogs")
    assert draft.document["aspect_ratio"] == "16:9"
    assert draft.document["negative_prompt"] == "dogs"
    assert [(lost.field, lost.how) for lost in draft.lost] == [("size", "emulated")]
    document = drafted(size="512x512", image=PNG).document
    assert (document["image"], document["mode"], document["strength"]) == (PNG, "image-to-image", 0.75)
    assert "aspect_ratio" not in document


@given(st.sampled_from(SHAPES), st.integers(1, 80))
def test_a_shape_that_it_makes_is_nearest_to_itself(shape, scale):
    across, down = map(int, shape.split(":"))
    assert nearest(across * scale, down * scale) == shape


@pytest.mark.parametrize("fields", [{"n": 2}, {"mask": PNG, "image": PNG}, {"image": [PNG, PNG]}, {"size": "0x5"}])
def test_what_it_can_not_draw_is_refused(fields):
    with pytest.raises(Unsupported):
        drafted(**fields)


def test_its_own_form_is_read_and_written_the_same():
    form = {"prompt": "a cat", "aspect_ratio": "3:2", "seed": "7", "model": "sd3.5-large"}
    body, kind = multipart.encode_form(form)
    opened = DRAWS.open(body, {"content_type": kind})
    assert opened.models == ("sd3.5-large",)
    assert DRAWS.splice_request(opened, url=URL, upstream="sd3.5-large").document == {**form, "seed": 7}


def test_an_image_is_one_row_and_what_was_filtered_is_refused():
    reply = DRAWS.decode_response(json.dumps(MADE).encode())
    assert reply.document == {"data": [{"b64_json": MADE["image"]}], "seed": 7}
    assert reply.usage == Usage(images=1)
    laws.both_paths_reply_the_same(DRAWS, json.dumps(MADE).encode())
    with pytest.raises(UpstreamRefused) as caught:
        DRAWS.decode_response(json.dumps({**MADE, "finish_reason": "CONTENT_FILTERED"}).encode())
    assert caught.value.code == "content_policy_violation"
    for body in (b"", b"{}", b'{"image": 5}'):
        with pytest.raises(BadUpstream):
            DRAWS.decode_response(body)


def test_a_refusal_is_read_from_its_list():
    told = {"id": "i", "name": "bad_request", "errors": ["prompt: is too long", "seed: is no number"]}
    error = DRAWS.decode_error(400, (), json.dumps(told).encode())
    assert "prompt: is too long; seed: is no number" in str(error)


@pytest.mark.parametrize("stream", [False, True])
async def test_a_client_of_openai_gets_the_image_and_pays_for_one(stream):
    fields = {"model": "stability/sd3.5-large", "prompt": "a cat", "stream": stream}
    got, [sent] = await answered("stability", [MADE], "openai-images", json.dumps(fields).encode())
    told = json.loads(EventReader().feed(got.body)[0].data if stream else got.body)
    assert (told if stream else told["data"][0])["b64_json"] == MADE["image"]
    assert sent.path == "/v1/v2beta/stable-image/generate/sd3"
    form = multipart.open_form(sent.body, sent.header("content-type"))
    assert form == {"prompt": "a cat", "model": "sd3.5-large"}
    assert (got.call.attempt.usage, got.cost_nano) == (Usage(images=1), 65_000_000)
