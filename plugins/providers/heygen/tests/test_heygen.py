"""HeyGen's videos: what goes out for an avatar, an image and a prompt; jobs that a client polls."""

import json

import pytest
from crossroads_heygen.video import HeygenVideo
from crossroads_openai_video import OpenAIVideo

from crossroads.errors import BadUpstream, Unsupported
from crossroads.multipart import File, encode_form
from crossroads.testing import dialect_conformance
from crossroads.testing.filmed import filmed
from crossroads.testing.upstream import ScriptedProvider

TestVideo = dialect_conformance(HeygenVideo, "vectors")

FILMS, OPENAI = HeygenVideo(), OpenAIVideo()
URL = "https://api.heygen.com/v3/videos"
FRAME = {"type": "image_url", "image_url": {"url": "https://x.example/a.png"}, "frame_type": "first_frame"}


def drafted(upstream, **fields):
    request = OPENAI.decode_request(OPENAI.open(json.dumps({"prompt": "Hi.", **fields}).encode()))
    return FILMS.encode_request(request, url=URL, upstream=upstream, stream=False)


@pytest.mark.parametrize(
    ("upstream", "fields", "sent"),
    [
        ("avatar_v", {"avatar_id": "a"}, {"type": "avatar", "avatar_id": "a", "engine": {"type": "avatar_v"}}),
        (
            "avatar_iv",
            {"frame_images": [FRAME]},
            {"type": "image", "image": {"type": "url", "url": "https://x.example/a.png"}},
        ),
        (
            "avatar_iv",
            {"input_reference": "data:image/png;base64,aGk="},
            {"type": "image", "image": {"type": "base64", "media_type": "image/png", "data": "aGk="}},
        ),
        (
            "avatar_iii",
            {"size": "1080x1920"},
            {"type": "avatar", "engine": {"type": "avatar_iii"}, "aspect_ratio": "9:16", "resolution": "1080p"},
        ),
    ],
)
def test_a_prompt_is_spoken_by_an_avatar_or_an_image(upstream, fields, sent):
    assert drafted(upstream, **fields).document == {"script": "Hi.", **sent}


def test_a_file_goes_out_as_what_is_in_it():
    body, kind = encode_form({"prompt": "Hi.", "input_reference": File(data=b"hi", content_type="image/png")})
    request = OPENAI.decode_request(OPENAI.open(body, {"content_type": kind}))
    document = FILMS.encode_request(request, url=URL, upstream="avatar_iv", stream=False).document
    assert document["image"] == {"type": "base64", "media_type": "image/png", "data": "aGk="}


def test_a_kind_that_the_caller_names_is_kept():
    document = drafted("avatar_iv", type="studio", scenes=[{"type": "image"}]).document
    assert document == {"type": "studio", "script": "Hi.", "scenes": [{"type": "image"}]}


def test_a_recording_is_said_instead_of_the_prompt():
    draft = drafted("avatar_iv", avatar_id="a", audio_url="https://x.example/a.mp3", duration=9)
    sent = {"type": "avatar", "engine": {"type": "avatar_iv"}, "avatar_id": "a", "audio_url": "https://x.example/a.mp3"}
    assert draft.document == sent
    assert {lost.field for lost in draft.lost} == {"duration", "prompt"}


def test_a_film_is_made_of_a_prompt():
    draft = drafted("cinematic_avatar", avatar_id=["a"], duration=8)
    assert draft.document == {"type": "cinematic_avatar", "prompt": "Hi.", "avatar_id": ["a"], "duration": 8}
    draft = drafted("video-agent", aspect_ratio="9:16", style_id="s")
    assert (draft.document, draft.url) == ({"prompt": "Hi.", "style_id": "s"}, "https://api.heygen.com/v3/video-agents")
    assert [lost.field for lost in draft.lost] == ["aspect_ratio"]


@pytest.mark.parametrize("upstream", ["video-agent", "cinematic_avatar"])
def test_a_prompt_alone_takes_no_first_frame(upstream):
    with pytest.raises(Unsupported):
        drafted(upstream, frame_images=[FRAME])
    with pytest.raises(Unsupported):
        drafted("avatar_iv", frame_images=[{**FRAME, "frame_type": "last_frame"}])


@pytest.mark.parametrize("told", [{}, {"data": {}}, {"data": {"video_id": "../x"}}, {"data": {"video_id": None}}])
def test_what_is_no_job_is_a_bad_upstream(told):
    with pytest.raises(BadUpstream):
        FILMS.decode_response(json.dumps(told).encode())


def test_a_job_that_failed_says_why():
    told = {"data": {"id": "v", "status": "failed", "failure_code": "c", "failure_message": "no face"}}
    job = FILMS.decode_job(json.dumps(told).encode())
    assert (job["status"], job["error"]) == ("failed", "c: no face")


async def test_a_job_is_submitted_polled_and_fetched(tmp_path):
    async with ScriptedProvider() as upstream:
        done = {"data": {"id": "v", "status": "completed", "video_url": f"{upstream.base_url}/v.mp4"}}
        told = (
            {"data": {"video_id": "v", "status": "waiting"}},
            {"data": {"id": "v", "status": "processing"}},
            done,
            done,
        )
        got = await filmed("heygen", upstream, tmp_path, told, model="heygen/avatar-iii", duration=10)
        sent = upstream.requests
    assert (got.states, got.film, got.cost) == (["in_progress", "completed"], b"MP4", None)
    assert [one.path for one in sent] == ["/v1/v3/videos", *["/v1/v3/videos/v"] * 3, "/v1/v.mp4"]
    assert [one.header("x-api-key") for one in sent] == [*["k"] * 4, None]
