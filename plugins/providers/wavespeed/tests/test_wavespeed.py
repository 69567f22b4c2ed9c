"""WaveSpeedAI's images and videos: what goes out, how a prediction is asked for, what comes back, what is billed."""

import json

import pytest
from crossroads_openai_images import OpenAIImages
from crossroads_openai_video import OpenAIVideo
from crossroads_wavespeed.images import WavespeedImages
from crossroads_wavespeed.video import WavespeedVideo

from crossroads.errors import BadUpstream, Unsupported, UpstreamError
from crossroads.testing import QuickClock, dialect_conformance
from crossroads.testing.answers import Answer
from crossroads.testing.filmed import FILM, filmed
from crossroads.testing.served import answered, served
from crossroads.testing.upstream import ScriptedProvider
from crossroads.types.images import ImageRequest
from crossroads.types.usage import Usage

TestImages = dialect_conformance(WavespeedImages)
TestVideo = dialect_conformance(WavespeedVideo)

DRAWS, FILMS = WavespeedImages(), WavespeedVideo()
ASKS, ORDERS = OpenAIImages(), OpenAIVideo()
URL = "https://api.wavespeed.ai/api/v3/bytedance/seedream-v4.5"
CREATED = {"code": 200, "data": {"id": "p-1", "status": "created", "outputs": []}}
WORKING = {"code": 200, "data": {"id": "p-1", "status": "processing", "outputs": []}}
DONE = {"code": 200, "data": {"id": "p-1", "status": "completed", "outputs": ["https://cdn.wavespeed.ai/1.png"]}}


def drafted(upstream="m", **fields):
    body = json.dumps({"prompt": "a cat", **fields}).encode()
    return DRAWS.encode_request(ASKS.decode_request(ASKS.open(body)), url=URL, upstream=upstream, stream=False)


def ordered(**fields):
    request = ORDERS.decode_request(ORDERS.open(json.dumps({"prompt": "a cat", **fields}).encode()))
    return FILMS.encode_request(request, url=URL, upstream="m", stream=False)


def test_a_size_has_a_star_and_a_model_s_own_words_go_through():
    draft = drafted(size="2048x3072", seed=7, output_format="png", quality="high")
    assert draft.document == {"prompt": "a cat", "size": "2048*3072", "seed": 7, "output_format": "png"}
    assert [lost.field for lost in draft.lost] == ["quality"]


def test_an_image_to_change_is_one_or_where_models_take_lists_a_list():
    image = "https://x.example/a.png"
    assert drafted(image=image).document["image"] == image
    assert drafted("bytedance/seedream-v4.5/edit", image=image).document["images"] == [image]
    assert drafted(images=[image, image], mask=image).document["images"] == [image, image]
    assert drafted(image=image, mask=image).document["mask_image"] == image


@pytest.mark.parametrize("fields", [{"n": 2}, {"size": "big"}])
def test_what_it_can_not_draw_is_refused(fields):
    with pytest.raises(Unsupported):
        drafted(**fields)


@pytest.mark.parametrize("told", [CREATED, WORKING, {"data": {"id": "p-1"}}])
def test_a_prediction_is_asked_for_until_it_is_done(told):
    step = DRAWS.step(json.dumps(told).encode(), ImageRequest(), url=URL, upstream="m")
    assert step.url == "https://api.wavespeed.ai/api/v3/predictions/p-1/result"
    assert DRAWS.step(json.dumps(DONE).encode(), ImageRequest(), url=URL, upstream="m") is None


@pytest.mark.parametrize("status", ["failed", "cancelled", "timeout", "deleted"])
def test_a_prediction_that_failed_says_why(status):
    told = {"data": {"id": "p-1", "status": status, "error": "capacity exceeded"}}
    with pytest.raises(UpstreamError, match="capacity exceeded"):
        DRAWS.step(json.dumps(told).encode(), ImageRequest(), url=URL, upstream="m")


@pytest.mark.parametrize("body", [b"", b"{}", b'{"data": {"id": "../x"}}', json.dumps(WORKING).encode()])
def test_what_has_no_images_is_a_bad_upstream(body):
    with pytest.raises(BadUpstream):
        DRAWS.decode_response(body)


def test_what_is_no_address_is_the_image_itself():
    told = {"data": {"id": "p-1", "status": "completed", "outputs": ["aGk="]}}
    assert DRAWS.decode_response(json.dumps(told).encode()).document == {"data": [{"b64_json": "aGk="}]}


def test_first_and_last_a_video_are_its_image_and_its_last_image():
    frame = {"type": "image_url", "image_url": {"url": "https://x.example/a.png"}, "frame_type": "first_frame"}
    last = {**frame, "image_url": {"url": "https://x.example/b.png"}, "frame_type": "last_frame"}
    draft = ordered(frame_images=[frame, last], size="1280x720", seconds="5", creativity=2)
    assert draft.document == {
        "prompt": "a cat",
        "duration": 5,
        "size": "1280*720",
        "image": "https://x.example/a.png",
        "last_image": "https://x.example/b.png",
    }
    assert [lost.field for lost in draft.lost] == ["creativity"]


async def test_a_client_of_openai_gets_the_address_and_pays_for_one():
    body = json.dumps({"model": "google/nano-banana-2", "prompt": "a cat"}).encode()
    got, sent = await answered("wavespeed", (CREATED, WORKING, DONE), "openai-images", body)
    assert json.loads(got.body)["data"] == [{"url": "https://cdn.wavespeed.ai/1.png"}]
    assert (got.call.attempt.usage, got.cost_nano) == (Usage(images=1), 80_000_000)
    asked = "/v1/api/v3/predictions/p-1/result"
    assert [one.path for one in sent] == ["/v1/api/v3/google/nano-banana-2/text-to-image", asked, asked]
    assert sent[0].json == {"prompt": "a cat"}


@pytest.mark.parametrize(
    ("stated", "cost"), [({}, 80_000_000), ({"resolution": "1K"}, 80_000_000), ({"resolution": "4k"}, None)]
)
async def test_what_costs_more_than_is_stated_has_no_known_cost(stated, cost):
    async with ScriptedProvider() as upstream:
        upstream.script(*(Answer(raw=(json.dumps(one).encode(),)) for one in (CREATED, DONE)))
        body = json.dumps({"model": "google/nano-banana-2", "prompt": "a cat", **stated}).encode()
        got = await served("wavespeed", upstream, "openai-images", body, clock=QuickClock())
    assert (got.status, got.cost_nano) == (200, cost)


async def test_a_client_that_wants_the_image_itself_gets_it_and_no_key_goes_to_its_address():
    async with ScriptedProvider() as upstream:
        done = {"data": {**DONE["data"], "outputs": [f"{upstream.base_url}/a.png"]}}
        upstream.script(*(Answer(raw=(json.dumps(one).encode(),)) for one in (CREATED, done)))
        upstream.script(Answer(raw=(b"\x89PNG",), content_type="image/png"))
        body = json.dumps({"model": "google/nano-banana-2", "prompt": "a cat", "response_format": "b64_json"}).encode()
        got = await served("wavespeed", upstream, "openai-images", body, clock=QuickClock())
        sent = upstream.requests
    assert json.loads(got.body)["data"][0]["b64_json"] == "iVBORw=="
    assert sent[2].header("authorization") is None
    assert got.cost_nano == 80_000_000


async def test_a_video_is_submitted_polled_fetched_without_the_key_and_charged_once(tmp_path):
    async with ScriptedProvider() as upstream:
        done = {"data": {**DONE["data"], "outputs": [f"{upstream.base_url}/f.mp4"]}}
        told = [CREATED, WORKING, done, done]
        got = await filmed("wavespeed", upstream, tmp_path, told, model="alibaba/wan-2.6", duration=5)
        sent = upstream.requests
    assert got == ("0.5", ["in_progress", "completed"], FILM)
    assert sent[0].path == "/v1/api/v3/alibaba/wan-2.6/text-to-video"
    assert [one.header("authorization") for one in sent] == [*["Bearer k"] * 4, None]
