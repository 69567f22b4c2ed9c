"""Runway's videos: tasks that a client polls, fetched without the key."""

import json

import pytest
from crossroads_openai_video import OpenAIVideo
from crossroads_runway.video import RunwayVideo

from crossroads.errors import BadUpstream, Unsupported
from crossroads.testing import dialect_conformance
from crossroads.testing.filmed import FILM, Filmed, filmed
from crossroads.testing.upstream import ScriptedProvider

TestVideo = dialect_conformance(RunwayVideo, "vectors/video")

FILMS, OPENAI = RunwayVideo(), OpenAIVideo()
URL = "https://api.dev.runwayml.com/v1/text_to_video"
FIRST, LAST = "https://a.example/a.png", "https://a.example/b.png"


def drafted(upstream="gen4.5", **fields):
    request = OPENAI.decode_request(OPENAI.open(json.dumps({"prompt": "a cat", **fields}).encode()))
    return FILMS.encode_request(request, url=URL, upstream=upstream, stream=False)


def frame(url, place):
    return {"type": "image_url", "image_url": {"url": url}, "frame_type": f"{place}_frame"}


@pytest.mark.parametrize(
    ("upstream", "fields", "sent", "lost"),
    [
        ("gen4.5", {"seconds": "5", "size": "1104x832"}, {"duration": 5, "ratio": "1104:832"}, []),
        ("gen4.5", {}, {"ratio": "1280:720"}, ["size"]),
        ("kling3.0_pro", {}, {"ratio": "1920:1080"}, ["size"]),
        ("wan3", {"seed": 7}, {"seed": 7}, []),
        ("veo3.1", {"aspect_ratio": "9:16", "resolution": "1080p", "generate_audio": False},
         {"ratio": "1080:1920", "audio": False}, ["aspect_ratio", "resolution"]),
        ("gen4.5", {"aspect_ratio": "1584:672"}, {"ratio": "1584:672"}, []),
        ("hailuo3", {"aspect_ratio": "21:9", "resolution": "2k", "size": "640x480"},
         {"ratio": "21:9", "resolution": "2k"}, ["size"]),
    ],
)  # fmt: skip
def test_sizes_and_shapes_are_ratios(upstream, fields, sent, lost):
    draft = drafted(upstream, **fields)
    assert draft.document == {"promptText": "a cat", "model": upstream, **sent}
    assert [one.field for one in draft.lost] == lost
    assert draft.url == URL


def test_a_shape_that_the_model_may_not_make_is_refused():
    with pytest.raises(Unsupported, match="size"):
        drafted(aspect_ratio="4:3")


def test_frames_go_elsewhere_and_two_have_positions():
    one = drafted(size="1280x720", frame_images=[frame(FIRST, "first")])
    assert (one.url, one.document["promptImage"]) == (URL.replace("text_to", "image_to"), FIRST)
    two = drafted(size="1280x720", frame_images=[frame(LAST, "last"), frame(FIRST, "first")])
    assert two.document["promptImage"] == [{"uri": FIRST, "position": "first"}, {"uri": LAST, "position": "last"}]


@pytest.mark.parametrize(
    "fields", [{"input_references": [{"type": "image_url"}]}, {"frame_images": [frame(FIRST, "middle")]}]
)
def test_other_images_are_refused(fields):
    with pytest.raises(Unsupported):
        drafted(**fields)


@pytest.mark.parametrize("id", [None, "", "../x", "a/b", 5])
def test_what_is_no_task_is_a_bad_upstream(id):
    with pytest.raises(BadUpstream):
        FILMS.decode_response(json.dumps({"id": id}).encode())


def test_a_task_that_failed_says_why():
    told = {"id": "t-1", "status": "FAILED", "failure": "refused", "failureCode": "SAFETY.INPUT.TEXT"}
    job = FILMS.decode_job(json.dumps(told).encode())
    assert (job["status"], job["error"]) == ("failed", "refused: SAFETY.INPUT.TEXT")


@pytest.mark.parametrize("output", [[], None, [5]])
def test_a_task_without_a_video_is_a_bad_upstream(output):
    with pytest.raises(BadUpstream):
        FILMS.content_step(json.dumps({"id": "t", "status": "SUCCEEDED", "output": output}).encode(), 0)


async def test_a_task_is_begun_polled_fetched_and_charged_once(tmp_path):
    async with ScriptedProvider() as upstream:
        running = {"id": "t-1", "status": "RUNNING", "progress": 0.41}
        done = {"id": "t-1", "status": "SUCCEEDED", "output": [f"{upstream.base_url}/f.mp4"]}
        told = [{"id": "t-1"}, running, done, done]
        got = await filmed("runway", upstream, tmp_path, told, model="runway/gen4.5", duration=5)
        sent = upstream.requests
    assert got == Filmed("0.6", ["in_progress", "completed"], FILM)
    assert FILMS.decode_job(json.dumps(running).encode())["progress"] == 41
    assert [one.path for one in sent] == ["/v1/v1/text_to_video", *["/v1/v1/tasks/t-1"] * 3, "/v1/f.mp4"]
    assert [one.header("authorization") for one in sent] == [*["Bearer k"] * 4, None]
