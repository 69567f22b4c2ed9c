"""HitPaw's images: what goes out, how a job is asked for, what comes back, what is billed."""

import json

import pytest
from crossroads_hitpaw.images import HitpawImages
from crossroads_openai_images import OpenAIImages

from crossroads.errors import BadUpstream, Unsupported, UpstreamError
from crossroads.multipart import File, encode_form
from crossroads.testing import dialect_conformance
from crossroads.testing.served import answered
from crossroads.types.images import ImageRequest
from crossroads.types.usage import Usage

TestImages = dialect_conformance(HitpawImages)

DRAWS, OPENAI = HitpawImages(), OpenAIImages()
URL = "https://api-base.hitpaw.com/api/photo-enhancer"
IMAGE = "https://x.example/a.JPG?sig=s"
PNG = File(data=b"\x89PNG", filename="a.png", content_type="image/png")
TAKEN = {"code": 200, "message": "OK", "data": {"job_id": "f5007c0b-e902", "consume_coins": 75}}
WORKING = {"code": 200, "message": "OK", "data": {"job_id": "f5007c0b-e902", "status": "CONVERTING", "res_url": ""}}
MADE = "https://files.example/enhanced.jpg"
DONE = {"code": 200, "data": {"job_id": "f5007c0b-e902", "status": "COMPLETED", "res_url": MADE}}


def drafted(**fields):
    body, kind = encode_form(fields)
    request = OPENAI.decode_request(OPENAI.open(body, {"content_type": kind}))
    return DRAWS.encode_request(request, url=URL, upstream="general_2x", stream=False)


def test_an_image_goes_by_its_address_and_what_the_model_decides_is_told():
    draft = drafted(image=IMAGE, prompt="sharper", size="10x10", exif="true")
    assert draft.document == {"model_name": "general_2x", "img_url": IMAGE, "extension": ".jpg", "exif": "true"}
    assert {lost.field for lost in draft.lost} == {"prompt", "size"}
    assert drafted(image="https://x.example/a").document["extension"] == ".png"
    assert drafted(image=IMAGE, extension=".webp").document["extension"] == ".webp"


@pytest.mark.parametrize(
    "fields",
    [
        {"image": PNG},
        {"image": "data:image/png;base64,aGk="},
        {"image": [IMAGE, IMAGE]},
        {"image": IMAGE, "n": 2},
        {"image": IMAGE, "mask": IMAGE},
        {"image": IMAGE, "response_format": "b64_json"},
    ],
)
def test_what_it_can_not_enhance_is_refused(fields):
    with pytest.raises(Unsupported):
        drafted(**fields)


def test_that_an_image_is_missing_is_the_providers_to_say():
    assert drafted(prompt="a cat").document == {"model_name": "general_2x"}


@pytest.mark.parametrize("told", [TAKEN, WORKING])
def test_a_job_is_asked_for_until_it_is_done(told):
    step = DRAWS.step(json.dumps(told).encode(), ImageRequest(), url=URL, upstream="general_2x")
    assert step.url == "https://api-base.hitpaw.com/api/task-status"
    assert json.loads(step.body) == {"job_id": "f5007c0b-e902"}
    assert DRAWS.step(json.dumps(DONE).encode(), ImageRequest(), url=URL, upstream="general_2x") is None


@pytest.mark.parametrize(
    "told",
    [
        {"code": 200, "data": {"job_id": "j", "status": "ERROR", "res_url": ""}},
        {"code": 402, "message": "not enough coins", "data": None},
    ],
)
def test_what_failed_says_so(told):
    with pytest.raises(UpstreamError):
        DRAWS.step(json.dumps(told).encode(), ImageRequest(), url=URL, upstream="general_2x")


@pytest.mark.parametrize("told", [{}, WORKING, {"data": {"status": "COMPLETED", "res_url": ""}}, {"data": 5}, []])
def test_what_has_no_images_is_a_bad_upstream(told):
    with pytest.raises(BadUpstream):
        DRAWS.decode_response(json.dumps(told).encode())


ROW = {"model": "hitpaw/general_2x", "upstream": "general_2x", "operations": ["images"], "price_usd": {"image": "0.01"}}
"""At a price of its own: HitPaw's is one by megapixels."""


async def test_a_client_of_openai_gets_the_address_and_pays_for_one():
    body = json.dumps({"model": "hitpaw/general_2x", "prompt": "", "image": IMAGE}).encode()
    got, sent = await answered("hitpaw", (TAKEN, WORKING, DONE), "openai-images", body, endpoints=[ROW])
    assert json.loads(got.body)["data"] == [{"url": MADE}]
    assert (got.call.attempt.usage, got.cost_nano) == (Usage(images=1), 10_000_000)
    paths = [one.path.removeprefix("/v1") for one in sent]
    assert paths == ["/api/photo-enhancer", "/api/task-status", "/api/task-status"]
    assert sent[1].json == {"job_id": "f5007c0b-e902"}
    assert {one.header("apikey") for one in sent} == {"none"}
