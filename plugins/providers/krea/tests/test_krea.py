"""Krea's images and videos: what goes out to its own models and to others', how a job is asked for, what is billed."""

import json

import pytest
from crossroads_krea.images import KreaImages
from crossroads_krea.video import KreaVideo
from crossroads_openai_images import OpenAIImages
from crossroads_openai_video import OpenAIVideo

from crossroads.errors import BadUpstream, Unsupported, UpstreamError
from crossroads.testing import QuickClock, dialect_conformance
from crossroads.testing.answers import Answer
from crossroads.testing.filmed import FILM, filmed
from crossroads.testing.served import served
from crossroads.testing.upstream import ScriptedProvider
from crossroads.types.images import ImageRequest
from crossroads.types.usage import Usage

TestImages = dialect_conformance(KreaImages)
TestVideo = dialect_conformance(KreaVideo)

DRAWS, FILMS = KreaImages(), KreaVideo()
ASKS, ORDERS = OpenAIImages(), OpenAIVideo()
URL = "https://api.krea.ai/generate/image/krea/krea-2/large"
OWN, FLUX, BANANA = "krea/krea-2/large", "bfl/flux-1-dev", "google/nano-banana-pro"
IMAGE = "https://x.example/a.png"
ROW = {"model": "a/m", "upstream": OWN, "operations": ["images"], "price_usd": {"image": "0.06"}}
FILMS_ROW = {"model": "a/v", "upstream": "google/veo-3.1", "operations": ["video"], "price_usd": {"second": "0.2"}}
QUEUED = {"job_id": "8089cf88-1", "status": "backlogged", "result": None}
DONE = {"job_id": "8089cf88-1", "status": "completed", "result": {"urls": ["https://gen.krea.ai/images/a.png"]}}


def drafted(upstream, **fields):
    body = json.dumps({"prompt": "a cat", **fields}).encode()
    return DRAWS.encode_request(ASKS.decode_request(ASKS.open(body)), url=URL, upstream=upstream, stream=False)


def ordered(**fields):
    request = ORDERS.decode_request(ORDERS.open(json.dumps({"prompt": "a cat", **fields}).encode()))
    return FILMS.encode_request(request, url=URL, upstream="google/veo-3.1", stream=False)


def test_its_own_models_are_told_a_shape_and_a_resolution_always():
    assert drafted(OWN).document == {"prompt": "a cat", "aspect_ratio": "1:1", "resolution": "1K"}
    draft = drafted(OWN, size="1920x1080", seed=7, creativity="raw", output_format="png", image=IMAGE)
    assert draft.document == {
        "prompt": "a cat",
        "aspect_ratio": "16:9",
        "resolution": "1K",
        "seed": 7,
        "creativity": "raw",
        "image_url": IMAGE,
    }
    assert {(lost.field, lost.how) for lost in draft.lost} == {("size", "emulated"), ("output_format", "dropped")}
    assert drafted(OWN, aspect_ratio="2.35:1", size="10x10").document["aspect_ratio"] == "2.35:1"


def test_models_of_others_are_told_pixels_or_a_shape():
    assert drafted(FLUX, size="512x768", n=2, image=IMAGE).document == {
        "prompt": "a cat",
        "width": 512,
        "height": 768,
        "batchSize": 2,
        "imageUrl": IMAGE,
    }
    draft = drafted(BANANA, size="2100x900", resolution="2K", image=IMAGE)
    assert draft.document == {"prompt": "a cat", "aspectRatio": "21:9", "resolution": "2K", "imageUrls": [IMAGE]}
    assert drafted("openai/gpt-image", quality="high").document["quality"] == "high"


@pytest.mark.parametrize(
    ("upstream", "fields"),
    [
        (OWN, {"n": 2}),
        (OWN, {"images": [IMAGE, IMAGE]}),
        (FLUX, {"mask": IMAGE}),
        (FLUX, {"image": "data:image/png;base64,aGk="}),
        (FLUX, {"n": 2, "response_format": "b64_json"}),
    ],
)
def test_what_it_can_not_draw_is_refused(upstream, fields):
    with pytest.raises(Unsupported):
        drafted(upstream, **fields)


@pytest.mark.parametrize("status", ["backlogged", "queued", "scheduled", "processing", "sampling"])
def test_a_job_is_asked_for_until_it_is_done(status):
    step = DRAWS.step(json.dumps({**QUEUED, "status": status}).encode(), ImageRequest(), url=URL, upstream=OWN)
    assert step.url == "https://api.krea.ai/jobs/8089cf88-1"
    assert DRAWS.step(json.dumps(DONE).encode(), ImageRequest(), url=URL, upstream=OWN) is None


@pytest.mark.parametrize("status", ["failed", "cancelled"])
def test_a_job_that_failed_says_so(status):
    with pytest.raises(UpstreamError, match=status):
        DRAWS.decode_response(json.dumps({**QUEUED, "status": status}).encode())


@pytest.mark.parametrize("told", [{}, QUEUED, {**DONE, "result": {"urls": []}}, {**DONE, "job_id": "../x"}, []])
def test_what_has_no_images_is_a_bad_upstream(told):
    with pytest.raises(BadUpstream):
        DRAWS.decode_response(json.dumps(told).encode())


def test_a_video_begins_and_ends_with_its_frames():
    frame = {"type": "image_url", "image_url": {"url": IMAGE}, "frame_type": "first_frame"}
    draft = ordered(
        frame_images=[frame, {**frame, "frame_type": "last_frame"}], seconds="8", aspect_ratio="9:16", size="10x10"
    )
    assert draft.document == {
        "prompt": "a cat",
        "duration": 8,
        "aspectRatio": "9:16",
        "startImage": IMAGE,
        "endImage": IMAGE,
    }
    assert [lost.field for lost in draft.lost] == ["size"]
    with pytest.raises(Unsupported):
        ordered(input_reference={"image_url": "data:image/png;base64,aGk="})


async def test_a_client_that_wants_the_image_itself_gets_it_and_pays_for_one():
    async with ScriptedProvider() as upstream:
        done = {**DONE, "result": {"urls": [f"{upstream.base_url}/a.png"]}}
        upstream.script(*(Answer(raw=(json.dumps(one).encode(),)) for one in (QUEUED, done)))
        upstream.script(Answer(raw=(b"\x89PNG",), content_type="image/png"))
        body = json.dumps({"model": "a/m", "prompt": "a cat", "response_format": "b64_json"}).encode()
        got = await served("krea", upstream, "openai-images", body, endpoints=[ROW], clock=QuickClock())
        sent = upstream.requests
    assert json.loads(got.body)["data"][0]["b64_json"] == "iVBORw=="
    assert (got.call.attempt.usage, got.cost_nano) == (Usage(images=1), 60_000_000)
    paths = [one.path.removeprefix("/v1") for one in sent]
    assert paths == [f"/generate/image/{OWN}", "/jobs/8089cf88-1", "/a.png"]
    assert [one.header("authorization") for one in sent] == ["Bearer none", "Bearer none", None]


async def test_a_video_is_submitted_polled_fetched_and_charged_once(tmp_path):
    async with ScriptedProvider() as upstream:
        done = {**DONE, "result": {"video_url": f"{upstream.base_url}/f.mp4"}}
        told = [QUEUED, QUEUED, done, done]
        got = await filmed("krea", upstream, tmp_path, told, model="a/v", endpoints=[FILMS_ROW], duration=8)
        sent = upstream.requests
    assert got == ("1.6", ["pending", "completed"], FILM)
    assert [one.header("authorization") for one in sent] == [*["Bearer k"] * 4, None]
