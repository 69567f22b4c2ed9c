"""Higgsfield's images and videos: what goes out, how its requests are asked for, what comes back, what is billed."""

import json

import pytest
from crossroads_higgsfield.images import HiggsfieldImages
from crossroads_higgsfield.video import HiggsfieldVideo
from crossroads_openai_images import OpenAIImages
from crossroads_openai_video import OpenAIVideo

from crossroads.errors import BadUpstream, Unsupported, UpstreamRefused
from crossroads.testing import dialect_conformance
from crossroads.testing.answers import Answer
from crossroads.testing.filmed import FILM, Filmed, filmed
from crossroads.testing.served import answered
from crossroads.testing.upstream import ScriptedProvider
from crossroads.types.usage import Usage

TestImages = dialect_conformance(HiggsfieldImages, "vectors/images")
TestVideo = dialect_conformance(HiggsfieldVideo, "vectors/video")

DRAWS, FILMS, IMAGES, VIDEOS = HiggsfieldImages(), HiggsfieldVideo(), OpenAIImages(), OpenAIVideo()
SEEDANCE, WAN = "bytedance/seedance-2.0/text-to-video", "alibaba/wan-3.0/text-to-video"
FIRST, LAST, INLINE = "https://a.example/a.png", "https://a.example/b.png", "data:image/png;base64,aGk="


def drawn(upstream="marketing-studio/image", **fields):
    request = IMAGES.decode_request(IMAGES.open(json.dumps({"prompt": "a cat", **fields}).encode()))
    return DRAWS.encode_request(request, url=f"https://api.higgsfield.ai/{upstream}", upstream=upstream, stream=False)


def drafted(upstream=SEEDANCE, **fields):
    request = VIDEOS.decode_request(VIDEOS.open(json.dumps({"prompt": "a cat", **fields}).encode()))
    return FILMS.encode_request(request, url=f"https://api.higgsfield.ai/{upstream}", upstream=upstream, stream=False)


def frame(url, place):
    return {"type": "image_url", "image_url": {"url": url}, "frame_type": f"{place}_frame"}


def told(status="queued", **more):
    return json.dumps({"status": status, "request_id": "r-1", **more}).encode()


@pytest.mark.parametrize(
    ("fields", "sent"),
    [
        ({"size": "2048x1152", "n": 4, "seed": 7}, {"aspect_ratio": "16:9", "batch_size": 4, "seed": 7}),
        ({"n": 1, "quality": "max", "resolution": "4k"}, {"quality": "max", "resolution": "4k"}),
        ({"image": FIRST}, {"image_urls": [FIRST]}),
        ({"images": [FIRST, LAST]}, {"image_urls": [FIRST, LAST]}),
    ],
)
def test_openais_words_for_images_become_higgsfields(fields, sent):
    assert drawn(**fields).document == {"prompt": "a cat", **sent}


def test_openais_words_for_videos_become_higgsfields():
    draft = drafted(seconds="5", size="1280x720", generate_audio=False, upscale_factor=2)
    assert draft.document == {
        "prompt": "a cat", "duration": 5, "aspect_ratio": "16:9", "resolution": "720p", "generate_audio": False,
    }  # fmt: skip
    assert draft.url == f"https://api.higgsfield.ai/{SEEDANCE}"
    assert [one.field for one in draft.lost] == ["upscale_factor", "size"]


@pytest.mark.parametrize(("upstream", "shape"), [(SEEDANCE, {}), (WAN, {"aspect_ratio": "1:1"})])
def test_frames_go_elsewhere_and_some_models_take_their_shape(upstream, shape):
    draft = drafted(upstream, aspect_ratio="1:1", frame_images=[frame(FIRST, "first"), frame(LAST, "last")])
    assert draft.document == {"prompt": "a cat", "image_url": FIRST, "end_image_url": LAST, **shape}
    assert draft.url == f"https://api.higgsfield.ai/{upstream.replace('text-to', 'image-to')}"


@pytest.mark.parametrize(
    ("upstream", "fields"),
    [
        ("marketing-studio/image", {"mask": FIRST}),
        ("marketing-studio/image", {"image": INLINE}),
        ("marketing-studio/image", {"n": 4, "response_format": "b64_json"}),
        ("higgsfield-ai/soul/v2/standard", {"image": FIRST}),
    ],
)
def test_what_it_can_not_draw_is_refused(upstream, fields):
    with pytest.raises(Unsupported):
        drawn(upstream, **fields)


@pytest.mark.parametrize("fields", [{"input_reference": INLINE}, {"input_references": [{"type": "image_url"}]}])
def test_what_it_can_not_film_is_refused(fields):
    with pytest.raises(Unsupported):
        drafted(**fields)


@pytest.mark.parametrize(
    ("status", "code", "ends"),
    [
        ("nsfw", "content_policy_violation", "failed"),
        ("failed", "provider_unavailable", "failed"),
        ("canceled", "provider_unavailable", "cancelled"),
    ],
)
def test_a_request_that_failed_says_why(status, code, ends):
    with pytest.raises(UpstreamRefused) as caught:
        DRAWS.step(told(status), None, url="https://h/m", upstream="m")
    assert caught.value.code == code
    job = FILMS.decode_job(told(status))
    assert (job["status"], job["error"]) == (ends, "no reason was given" if status == "failed" else status)


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"request_id": "../x"}'])
def test_what_is_no_request_is_a_bad_upstream(body):
    with pytest.raises(BadUpstream):
        FILMS.decode_response(body)
    with pytest.raises(BadUpstream):
        DRAWS.decode_response(body)


@pytest.fixture
async def higgsfield():
    async with ScriptedProvider() as provider:
        yield provider


async def test_images_are_asked_for_until_done_and_each_is_paid():
    images = [{"url": FIRST}, {"url": LAST}]
    answers = (told(), told("in_progress"), told("completed", images=images))
    row = {"model": "a/soul", "upstream": "soul", "operations": ["images"], "price_usd": {"image": "0.01"}}
    body = b'{"model": "a/soul", "prompt": "a cat", "n": 2}'
    given = (Answer(raw=(one,)) for one in answers)
    got, sent = await answered("higgsfield", given, "openai-images", body, endpoints=[row])
    assert json.loads(got.body)["data"] == images
    assert (got.call.attempt.usage, got.cost_nano) == (Usage(images=2), 20_000_000)
    assert [one.path for one in sent] == ["/v1/soul", *["/requests/r-1/status"] * 2]
    assert {one.header("authorization") for one in sent} == {"Key none"}


async def test_a_video_is_begun_polled_fetched_and_charged_once(higgsfield, tmp_path):
    states = ("queued", "in_progress", "completed", "completed")
    film = {"video": {"url": f"{higgsfield.base_url}/f.mp4"}}
    answers = [{"status": state, "request_id": "r-1", **film} for state in states]
    row = {"model": "a/m", "upstream": "m/text-to-video", "operations": ["video"], "price_usd": {"second": "0.1"}}
    got = await filmed("higgsfield", higgsfield, tmp_path, answers, model="a/m", endpoints=[row], duration=5)
    assert got == Filmed("0.5", ["in_progress", "completed"], FILM)
    sent = higgsfield.requests
    assert [one.path for one in sent] == ["/v1/m/text-to-video", *["/requests/r-1/status"] * 3, "/v1/f.mp4"]
    assert [one.header("authorization") for one in sent] == [*["Key k"] * 4, None]
