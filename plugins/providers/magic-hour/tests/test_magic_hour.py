"""Magic Hour's videos and images: what goes out, what comes back, what is billed."""

import json

import pytest
from crossroads_magic_hour.images import MagicHourImages
from crossroads_magic_hour.video import MagicHourVideo
from crossroads_openai_images import OpenAIImages
from crossroads_openai_video import OpenAIVideo

from crossroads.errors import Unsupported, UpstreamError
from crossroads.testing import dialect_conformance
from crossroads.testing.filmed import filmed
from crossroads.testing.served import answered
from crossroads.testing.upstream import ScriptedProvider
from crossroads.types.usage import Usage

TestVideo = dialect_conformance(MagicHourVideo, "vectors")
TestImages = dialect_conformance(MagicHourImages)

FILMS, DRAWS = MagicHourVideo(), MagicHourImages()
URL = "https://api.magichour.ai/v1"
A, Z = "https://x.example/a.png", "https://x.example/z.png"
DONE = {
    "id": "c1",
    "status": "complete",
    "downloads": [{"url": A, "expires_at": "2026-11-26T00:00:00Z"}],
    "error": None,
}


def frame(address, kind):
    return {"type": "image_url", "image_url": {"url": address}, "frame_type": kind}


def filming(**fields):
    client = OpenAIVideo()
    request = client.decode_request(client.open(json.dumps({"prompt": "a dog", **fields}).encode()))
    return FILMS.encode_request(request, url=f"{URL}/text-to-video", upstream="kling-3.0", stream=False)


def drawing(**fields):
    client = OpenAIImages()
    request = client.decode_request(client.open(json.dumps({"prompt": "a dog", **fields}).encode()))
    return DRAWS.encode_request(request, url=f"{URL}/ai-image-generator", upstream="krea-2", stream=False)


@pytest.mark.parametrize(
    ("fields", "path", "sent"),
    [
        ({}, "text-to-video", {"end_seconds": 5}),
        (
            {"seconds": "8", "size": "1920x1080"},
            "text-to-video",
            {"end_seconds": 8, "aspect_ratio": "16:9", "resolution": "1080p"},
        ),
        ({"generate_audio": True}, "text-to-video", {"end_seconds": 5, "audio": True}),
        ({"input_reference": A}, "image-to-video", {"end_seconds": 5, "assets": {"image_file_path": A}}),
        (
            {"frame_images": [frame(A, "first_frame"), frame(Z, "last_frame")], "aspect_ratio": "16:9"},
            "image-to-video",
            {"end_seconds": 5, "assets": {"image_file_path": A, "end_image_file_path": Z}},
        ),
    ],
)
def test_openais_words_of_videos_become_magic_hours(fields, path, sent):
    draft = filming(**fields)
    assert draft.document == {"style": {"prompt": "a dog"}, "model": "kling-3.0", **sent}
    assert draft.url == f"{URL}/{path}"
    assert ("aspect_ratio" in {lost.field for lost in draft.lost}) == ("aspect_ratio" in fields)


@pytest.mark.parametrize(
    ("fields", "path", "sent"),
    [
        ({}, "ai-image-generator", {"image_count": 1}),
        ({"n": 4, "size": "1024x1792"}, "ai-image-generator", {"image_count": 4, "aspect_ratio": "9:16"}),
        (
            {"image": A, "resolution": "2k"},
            "ai-image-editor",
            {"image_count": 1, "resolution": "2k", "assets": {"image_file_paths": [A]}},
        ),
    ],
)
def test_openais_words_of_images_become_magic_hours(fields, path, sent):
    draft = drawing(**fields)
    assert draft.document == {"style": {"prompt": "a dog"}, "model": "krea-2", **sent}
    assert draft.url == f"{URL}/{path}"


def test_files_are_refused():
    with pytest.raises(Unsupported):
        filming(input_reference="data:image/png;base64,aGk=")
    with pytest.raises(Unsupported):
        drawing(image="data:image/png;base64,aGk=")
    with pytest.raises(Unsupported):
        drawing(mask=A)


@pytest.mark.parametrize("told", [{}, {"id": None}, {"id": "a/b"}, {"message": "no"}])
def test_what_is_no_job_is_the_upstreams_error(told):
    with pytest.raises(UpstreamError):
        FILMS.decode_response(json.dumps(told).encode())
    with pytest.raises(UpstreamError):
        DRAWS.decode_response(json.dumps(told).encode())


@pytest.mark.parametrize(
    ("status", "meant"),
    [("draft", "pending"), ("rendering", "in_progress"), ("error", "failed"), ("canceled", "cancelled")],
)
def test_its_states_are_told_in_our_words(status, meant):
    told = {"id": "c", "status": status, "downloads": [], "error": {"code": "no_face", "message": "none is seen"}}
    job = FILMS.decode_job(json.dumps(told).encode())
    assert (job["status"], job.get("error")) == (
        meant,
        "no_face: none is seen" if meant in ("failed", "cancelled") else None,
    )


def test_images_that_failed_say_why():
    told = {"id": "c", "status": "error", "downloads": [], "error": {"code": "c", "message": "refused"}}
    with pytest.raises(UpstreamError, match="refused"):
        DRAWS.step(json.dumps(told).encode(), None, url=f"{URL}/ai-image-generator", upstream="m")


async def test_a_video_is_submitted_polled_fetched_and_charged_once(tmp_path):
    row = {"model": "a/m", "upstream": "m", "operations": ["video"], "price_usd": {"second": "0.05"}}
    async with ScriptedProvider() as upstream:
        done = {**DONE, "downloads": [{"url": f"{upstream.base_url}/output.mp4"}]}
        told = ({"id": "c1", "credits_charged": 450}, {"id": "c1", "status": "rendering"}, done, done)
        got = await filmed("magic-hour", upstream, tmp_path, told, model="a/m", endpoints=[row], duration=8)
        sent = upstream.requests
    assert (got.states, got.film, got.cost) == (["in_progress", "completed"], b"MP4", "0.4")
    assert [one.path for one in sent] == ["/v1/v1/text-to-video", *["/v1/v1/video-projects/c1"] * 3, "/v1/output.mp4"]
    assert [one.header("authorization") for one in sent] == [*["Bearer k"] * 4, None]


async def test_images_are_asked_for_until_they_are_done_and_each_is_paid():
    row = {"model": "a/m", "upstream": "m", "operations": ["images"], "price_usd": {"image": "0.01"}}
    told = ({"id": "c1", "credits_charged": 5}, {"id": "c1", "status": "queued"}, DONE)
    body = b'{"model": "a/m", "prompt": "a dog"}'
    got, sent = await answered("magic-hour", told, "openai-images", body, endpoints=[row])
    assert json.loads(got.body)["data"] == [{"url": A}]
    assert [one.path for one in sent] == ["/v1/v1/ai-image-generator", *["/v1/v1/image-projects/c1"] * 2]
    assert (got.call.attempt.usage, got.cost_nano) == (Usage(images=1), 10_000_000)
