"""Civitai's images and videos: what a workflow asks for, how it is asked for, what it brings, what is billed."""

import json

import pytest
from crossroads_civitai.images import CivitaiImages
from crossroads_civitai.video import CivitaiVideo
from crossroads_openai_images import OpenAIImages
from crossroads_openai_video import OpenAIVideo

from crossroads.errors import BadUpstream, Unsupported, UpstreamError
from crossroads.testing import dialect_conformance
from crossroads.testing.filmed import FILM, filmed
from crossroads.testing.served import answered
from crossroads.testing.upstream import ScriptedProvider
from crossroads.types.images import ImageRequest
from crossroads.types.usage import Usage

TestImages = dialect_conformance(CivitaiImages)
TestVideo = dialect_conformance(CivitaiVideo)

DRAWS, FILMS = CivitaiImages(), CivitaiVideo()
ASKS, ORDERS = OpenAIImages(), OpenAIVideo()
URL = "https://orchestration.civitai.com/v2/consumer/workflows"
ROW = {"model": "a/m", "upstream": "seedream?version=v4", "operations": ["images"], "price_usd": {"image": "0.04"}}
IMAGE = "https://x.example/a.png"
PENDING = {"id": "wf_01H", "status": "unassigned", "steps": [{"$type": "imageGen", "status": "unassigned"}]}
BLOB = {"id": "b-1", "available": True, "url": "https://orchestration-new.civitai.com/v2/consumer/blobs/b-1?sig=s"}
DONE = {"id": "wf_01H", "status": "succeeded", "steps": [{"output": {"images": [BLOB, {"url": None}]}}]}


def drafted(upstream, **fields):
    body = json.dumps({"prompt": "a cat", **fields}).encode()
    return DRAWS.encode_request(ASKS.decode_request(ASKS.open(body)), url=URL, upstream=upstream, stream=False)


def asked(upstream, **fields):
    (step,) = drafted(upstream, **fields).document["steps"]
    assert step["$type"] == "imageGen"
    return step["input"]


def ordered(upstream, **fields):
    request = ORDERS.decode_request(ORDERS.open(json.dumps({"prompt": "a cat", **fields}).encode()))
    (step,) = FILMS.encode_request(request, url=URL, upstream=upstream, stream=False).document["steps"]
    return step


def test_a_model_is_an_engine_and_the_words_that_choose():
    assert asked("seedream?version=v4.5", size="2048x1024", n=2, guidanceScale=2.5) == {
        "engine": "seedream",
        "version": "v4.5",
        "prompt": "a cat",
        "quantity": 2,
        "width": 2048,
        "height": 1024,
        "guidanceScale": 2.5,
    }
    air = "urn:air:sdxl:checkpoint:civitai:101055@128078"
    assert asked(f"sdcpp?ecosystem=sdxl&model={air}")["model"] == air


def test_engines_of_shapes_get_the_nearest_one():
    draft = drafted("google?model=nano-banana-2", size="1920x1080", n=2, resolution="2K")
    assert draft.document["steps"][0]["input"] == {
        "engine": "google",
        "model": "nano-banana-2",
        "prompt": "a cat",
        "numImages": 2,
        "resolution": "2K",
        "aspectRatio": "16:9",
    }
    assert [(lost.field, lost.how) for lost in draft.lost] == [("size", "emulated")]
    assert asked("grok", size="1920x1080", aspect_ratio="20:9")["aspectRatio"] == "20:9"


def test_an_image_to_change_makes_an_edit_of_it():
    told = asked("flux2?model=klein&operation=createImage", image=IMAGE, mask=IMAGE)
    assert (told["operation"], told["images"], told["maskImage"]) == ("editImage", [IMAGE], IMAGE)


@pytest.mark.parametrize("fields", [{"size": "big"}, {"response_format": "b64_json", "n": 2}])
def test_what_it_can_not_draw_is_refused(fields):
    with pytest.raises(Unsupported):
        drafted("seedream", **fields)


def test_a_workflow_is_asked_for_until_it_has_succeeded():
    def step(told):
        return DRAWS.step(json.dumps(told).encode(), ImageRequest(), url=URL, upstream="seedream")

    assert step(PENDING).url == f"{URL}/wf_01H"
    assert step({"id": "wf_01H", "status": "processing", "steps": None}).url == f"{URL}/wf_01H"
    assert step(DONE) is None


@pytest.mark.parametrize("status", ["failed", "expired", "canceled"])
def test_a_workflow_that_failed_says_why(status):
    jobs = [{"reason": "blocked", "blockedReason": "a face of somebody"}]
    with pytest.raises(UpstreamError, match="a face of somebody"):
        DRAWS.decode_response(json.dumps({"id": "w", "status": status, "steps": [{"jobs": jobs}]}).encode())


@pytest.mark.parametrize("told", [{}, PENDING, {"id": "w", "status": "succeeded", "steps": [{"output": {}}]}, []])
def test_what_has_no_images_is_a_bad_upstream(told):
    with pytest.raises(BadUpstream):
        DRAWS.decode_response(json.dumps(told).encode())


def test_a_video_is_asked_for_in_the_engine_s_words():
    step = ordered("veo3?version=3.1", seconds="8", aspect_ratio="16:9", generate_audio=False, mode="fast")
    assert step == {
        "$type": "videoGen",
        "input": {
            "engine": "veo3",
            "version": "3.1",
            "prompt": "a cat",
            "duration": 8,
            "aspectRatio": "16:9",
            "generateAudio": False,
            "mode": "fast",
        },
    }
    assert ordered("minimax-h3", input_reference={"image_url": IMAGE})["input"]["firstFrameImage"] == IMAGE
    with pytest.raises(Unsupported):
        ordered("veo3", input_reference={"image_url": IMAGE})


async def test_a_client_of_openai_gets_the_address_and_pays_for_what_there_is():
    body = json.dumps({"model": "a/m", "prompt": "a cat", "n": 2}).encode()
    got, sent = await answered("civitai", (PENDING, DONE), "openai-images", body, endpoints=[ROW])
    assert json.loads(got.body)["data"] == [{"url": BLOB["url"]}]
    assert (got.call.attempt.usage, got.cost_nano) == (Usage(images=1), 40_000_000)
    assert [one.path for one in sent] == ["/v1/v2/consumer/workflows", "/v1/v2/consumer/workflows/wf_01H"]
    assert {one.header("authorization") for one in sent} == {"Bearer none"}


async def test_a_video_is_submitted_polled_and_fetched_without_the_key(tmp_path):
    async with ScriptedProvider() as upstream:
        video = {"url": f"{upstream.base_url}/f.mp4?sig=s"}
        done = {"id": "wf_01H", "status": "succeeded", "steps": [{"output": {"video": video}}]}
        told = [PENDING, PENDING, done, done]
        got = await filmed("civitai", upstream, tmp_path, told, model="minimax/h3", duration=5)
        sent = upstream.requests
    assert got == (None, ["pending", "completed"], FILM)
    assert [one.header("authorization") for one in sent] == [*["Bearer k"] * 4, None]
