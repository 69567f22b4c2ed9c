"""Luma's images and videos: what goes out, how its generations are asked for, what comes back, what is billed."""

import json

import pytest
from crossroads_luma.images import LumaImages
from crossroads_luma.video import LumaVideo
from crossroads_openai_images import OpenAIImages
from crossroads_openai_video import OpenAIVideo

from crossroads.errors import BadUpstream, Unsupported, UpstreamRefused
from crossroads.multipart import File, encode_form
from crossroads.testing import dialect_conformance
from crossroads.testing.answers import Answer
from crossroads.testing.filmed import FILM, Filmed, filmed
from crossroads.testing.served import answered
from crossroads.testing.upstream import ScriptedProvider
from crossroads.types.usage import Usage

TestImages = dialect_conformance(LumaImages, "vectors/images")
TestVideo = dialect_conformance(LumaVideo, "vectors/video")

DRAWS, FILMS = LumaImages(), LumaVideo()
URL = "https://api.lumalabs.ai/dream-machine/v1/generations/image"
ID = "123e4567-e89b-12d3-a456-426614174000"
FIRST, LAST = "https://a.example/a.png", "https://a.example/b.png"


def drafted(theirs, ours, **fields):
    body, kind = encode_form({"prompt": "a cat", **fields}) if has_file(fields) else (as_json(fields), "")
    request = theirs.decode_request(theirs.open(body, {"content_type": kind}))
    return ours.encode_request(request, url=URL, upstream="m", stream=False)


def has_file(fields):
    return any(isinstance(value, File) for value in fields.values())


def as_json(fields):
    return json.dumps({"prompt": "a cat", **fields}).encode()


def drawn(**fields):
    return drafted(OpenAIImages(), DRAWS, **fields)


def asked(**fields):
    return drafted(OpenAIVideo(), FILMS, **fields)


def frame(url, place):
    return {"type": "image_url", "image_url": {"url": url}, "frame_type": f"{place}_frame"}


def told(**generation):
    return json.dumps({"id": ID, **generation}).encode()


@pytest.mark.parametrize(
    ("fields", "sent"),
    [
        ({"size": "1024x1536", "output_format": "jpeg"}, {"aspect_ratio": "3:4", "format": "jpg"}),
        ({"image": FIRST}, {"modify_image_ref": {"url": FIRST}}),
        ({"images": [FIRST, LAST]}, {"image_ref": [{"url": FIRST}, {"url": LAST}]}),
    ],
)
def test_openais_words_for_images_become_lumas(fields, sent):
    assert drawn(**fields).document == {"prompt": "a cat", "model": "m", **sent}


@pytest.mark.parametrize(
    ("fields", "sent"),
    [
        ({"seconds": "9", "size": "1280x720"}, {"duration": "9s", "aspect_ratio": "16:9", "resolution": "720p"}),
        ({"size": "300x300", "resolution": "4k"}, {"aspect_ratio": "1:1", "resolution": "4k"}),
        ({"frame_images": [frame(FIRST, "first"), frame(LAST, "last")]},
         {"keyframes": {"frame0": {"type": "image", "url": FIRST}, "frame1": {"type": "image", "url": LAST}}}),
    ],
)  # fmt: skip
def test_openais_words_for_videos_become_lumas(fields, sent):
    assert asked(**fields).document == {"prompt": "a cat", "model": "m", **sent}


def test_what_has_no_place_is_told():
    draft = asked(seed=7, generate_audio=True, size="1280x720")
    assert [(one.field, one.how) for one in draft.lost] == [
        ("generate_audio", "dropped"), ("seed", "dropped"), ("size", "emulated"),
    ]  # fmt: skip


@pytest.mark.parametrize("fields", [{"n": 2}, {"mask": FIRST}, {"image": File(data=b"x", content_type="image/png")}])
def test_what_it_can_not_draw_is_refused(fields):
    with pytest.raises(Unsupported):
        drawn(**fields)


@pytest.mark.parametrize(
    "fields",
    [{"input_reference": File(data=b"x", content_type="image/png")}, {"input_references": [{"type": "image_url"}]}],
)
def test_what_it_can_not_film_is_refused(fields):
    with pytest.raises(Unsupported):
        asked(**fields)


@pytest.mark.parametrize(
    ("why", "code"), [("moderation: blocked", "content_policy_violation"), (None, "provider_unavailable")]
)
def test_a_generation_that_failed_says_why(why, code):
    body = told(state="failed", failure_reason=why)
    with pytest.raises(UpstreamRefused) as caught:
        DRAWS.step(body, None, url=URL, upstream="m")
    assert caught.value.code == code
    job = FILMS.decode_job(body)
    assert (job["status"], job["error"]) == ("failed", why or "no reason was given")


@pytest.mark.parametrize("body", [b"", b"[]", b'{"id": "../x"}', b'{"state": "completed"}'])
def test_what_is_no_generation_is_a_bad_upstream(body):
    with pytest.raises(BadUpstream):
        DRAWS.decode_response(body)
    with pytest.raises(BadUpstream):
        FILMS.decode_response(body)


@pytest.fixture
async def luma():
    async with ScriptedProvider() as provider:
        yield provider


async def test_a_client_of_openai_gets_the_address_and_pays_for_one_image():
    states = ({"state": "queued"}, {"state": "dreaming"}, {"state": "completed", "assets": {"image": FIRST}})
    row = {"model": "luma/photon-1", "upstream": "photon-1", "operations": ["images"], "price_usd": {"image": "0.02"}}
    body = b'{"model": "luma/photon-1", "prompt": "a cat"}'
    answers = (Answer(raw=(told(**one),)) for one in states)
    got, sent = await answered("luma", answers, "openai-images", body, endpoints=[row])
    assert json.loads(got.body)["data"] == [{"url": FIRST}]
    assert (got.call.attempt.usage, got.cost_nano) == (Usage(images=1), 20_000_000)
    assert [one.path for one in sent] == ["/v1/generations/image", *[f"/v1/generations/{ID}"] * 2]
    assert {one.header("authorization") for one in sent} == {"Bearer none"}


async def test_a_video_is_begun_polled_fetched_and_charged_once(luma, tmp_path):
    done = {"id": ID, "state": "completed", "assets": {"video": f"{luma.base_url}/f.mp4"}}
    told = [{"id": ID, "state": "queued"}, {"id": ID, "state": "dreaming"}, done, done]
    row = {"model": "luma/ray-2", "upstream": "ray-2", "operations": ["video"], "price_usd": {"second": "0.1"}}
    got = await filmed("luma", luma, tmp_path, told, model="luma/ray-2", endpoints=[row], duration=5)
    assert got == Filmed("0.5", ["in_progress", "completed"], FILM)
    sent = luma.requests
    assert [one.path for one in sent] == ["/v1/generations/video", *[f"/v1/generations/{ID}"] * 3, "/v1/f.mp4"]
    assert [one.header("authorization") for one in sent] == [*["Bearer k"] * 4, None]
