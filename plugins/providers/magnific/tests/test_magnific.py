"""Magnific's images: what goes out to tools that draw and that change, how a task is asked for, what is billed."""

import json

import pytest
from crossroads_magnific.images import MagnificImages
from crossroads_openai_images import OpenAIImages

from crossroads.errors import BadUpstream, Unsupported, UpstreamError
from crossroads.multipart import File, encode_form
from crossroads.testing import dialect_conformance
from crossroads.testing.served import answered
from crossroads.types.images import ImageRequest
from crossroads.types.usage import Usage

TestImages = dialect_conformance(MagnificImages)

DRAWS, OPENAI = MagnificImages(), OpenAIImages()
URL = "https://api.magnific.com/v1/ai/mystic"
ROW = {"model": "a/m", "upstream": "image-upscaler", "operations": ["images"], "price_usd": {"image": "0.1"}}
PNG = File(data=b"\x89PNG", filename="a.png", content_type="image/png")
CREATED = {"data": {"task_id": "046b6c7f-0b8a", "status": "CREATED", "generated": []}}
ADDRESS = "https://ai-statics.freepik.com/a.jpg"
DONE = {"data": {"task_id": "046b6c7f-0b8a", "status": "COMPLETED", "generated": [ADDRESS], "has_nsfw": [False]}}


def drafted(upstream, **fields):
    body, kind = encode_form({"prompt": "a cat", **fields})
    request = OPENAI.decode_request(OPENAI.open(body, {"content_type": kind}))
    return DRAWS.encode_request(request, url=URL, upstream=upstream, stream=False)


@pytest.mark.parametrize(
    ("upstream", "asked"),
    [
        ("mystic", {"aspect_ratio": "widescreen_16_9"}),
        ("text-to-image/nano-banana-pro", {"aspect_ratio": "16:9"}),
        ("text-to-image/flux-2-pro", {"width": 1920, "height": 1080}),
    ],
)
def test_a_size_is_said_as_the_tool_takes_it(upstream, asked):
    assert drafted(upstream, size="1920x1080").document == {"prompt": "a cat", **asked}


def test_a_shape_has_a_word_and_a_tool_s_own_stays():
    assert drafted("mystic", aspect_ratio="2:3").document["aspect_ratio"] == "portrait_2_3"
    assert drafted("mystic", aspect_ratio="film_vertical_9_21").document["aspect_ratio"] == "film_vertical_9_21"
    draft = drafted("mystic", size="1024x1024", aspect_ratio="2:1", quality="high")
    assert draft.document["aspect_ratio"] == "horizontal_2_1"
    assert {(lost.field, lost.how) for lost in draft.lost} == {("size", "emulated"), ("quality", "dropped")}


def test_a_tool_that_changes_an_image_gets_it_as_base64_or_by_its_address():
    draft = drafted("image-upscaler", image=PNG, scale_factor="2x", size="10x10")
    assert draft.document == {"prompt": "a cat", "image": "iVBORw==", "scale_factor": "2x"}
    assert [lost.field for lost in draft.lost] == ["size"]
    assert drafted("image-relight", image=ADDRESS).document["image"] == ADDRESS


@pytest.mark.parametrize(
    ("upstream", "fields"),
    [
        ("mystic", {"n": 2}),
        ("mystic", {"image": PNG}),
        ("image-upscaler", {}),
        ("image-upscaler", {"image": [PNG, PNG]}),
        ("image-upscaler", {"image": PNG, "mask": PNG}),
    ],
)
def test_what_it_can_not_draw_is_refused(upstream, fields):
    with pytest.raises(Unsupported):
        drafted(upstream, **fields)


def test_a_task_is_asked_for_until_it_is_done():
    def step(told):
        return DRAWS.step(json.dumps(told).encode(), ImageRequest(), url=URL, upstream="mystic")

    assert step(CREATED).url == f"{URL}/046b6c7f-0b8a"
    assert step({"data": {"task_id": "t-1", "status": "IN_PROGRESS"}}).url == f"{URL}/t-1"
    assert step(DONE) is None


def test_a_task_that_failed_says_so():
    with pytest.raises(UpstreamError, match="failed"):
        DRAWS.decode_response(json.dumps({"data": {"task_id": "t-1", "status": "FAILED"}}).encode())


@pytest.mark.parametrize("told", [{}, CREATED, {"data": {"task_id": "t", "status": "COMPLETED"}}, {"data": 5}, []])
def test_what_has_no_images_is_a_bad_upstream(told):
    with pytest.raises(BadUpstream):
        DRAWS.decode_response(json.dumps(told).encode())


async def test_a_client_of_openai_gets_the_address_and_pays_for_one():
    form, kind = encode_form({"model": "a/m", "prompt": "sharper", "image": PNG})
    got, sent = await answered("magnific", (CREATED, CREATED, DONE), "openai-images", form, kind, endpoints=[ROW])
    assert json.loads(got.body)["data"] == [{"url": ADDRESS}]
    assert (got.call.attempt.usage, got.cost_nano) == (Usage(images=1), 100_000_000)
    asked = "/v1/v1/ai/image-upscaler/046b6c7f-0b8a"
    assert [one.path for one in sent] == ["/v1/v1/ai/image-upscaler", asked, asked]
    assert {one.header("x-magnific-api-key") for one in sent} == {"none"}
