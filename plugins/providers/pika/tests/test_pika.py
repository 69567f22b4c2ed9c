"""Pika's videos: a form of the address kind for a text, one of parts for an image, and jobs that a client polls."""

import base64
import json
from urllib.parse import parse_qsl

import pytest
from crossroads_openai_video import OpenAIVideo
from crossroads_pika.video import PikaVideo

from crossroads.errors import BadUpstream, Unsupported
from crossroads.multipart import open_form
from crossroads.testing import dialect_conformance
from crossroads.testing.filmed import filmed
from crossroads.testing.upstream import ScriptedProvider

TestVideo = dialect_conformance(PikaVideo, "vectors")

FILMS, OPENAI = PikaVideo(), OpenAIVideo()
URL = "https://devapi.pika.art/generate/2.2"
PNG = f"data:image/png;base64,{base64.b64encode(b'PNG').decode()}"
ADDRESS = "https://x.example/a.png"


def drafted(upstream="2.2", **fields):
    request = OPENAI.decode_request(OPENAI.open(json.dumps({"prompt": "a cat", **fields}).encode()))
    return FILMS.encode_request(request, url=URL, upstream=upstream, stream=False)


def lost(draft):
    return {(one.field, one.how) for one in draft.lost}


@pytest.mark.parametrize(
    ("fields", "sent"),
    [
        ({}, {}),
        ({"seconds": "10", "resolution": "720p", "seed": 7}, {"duration": "10", "resolution": "720p", "seed": "7"}),
        ({"size": "1920x1080"}, {"aspectRatio": str(16 / 9), "resolution": "1080p"}),
        (
            {"aspect_ratio": "1:2", "negativePrompt": "a dög & co"},
            {"aspectRatio": "0.5", "negativePrompt": "a dög & co"},
        ),
    ],
)
def test_a_text_is_a_form_of_the_address_kind(fields, sent):
    draft = drafted(**fields)
    assert (draft.url, dict(parse_qsl(draft.body.decode()))) == (f"{URL}/t2v", {"promptText": "a cat", **sent})
    assert dict(draft.headers)[b"content-type"] == b"application/x-www-form-urlencoded"
    assert lost(draft) == ({("size", "emulated")} if "size" in fields else set())


def test_the_turbo_model_makes_one_kind():
    draft = drafted("turbo", seconds="10", resolution="720p")
    assert draft.body == b"promptText=a+cat"
    assert lost(draft) == {("duration", "dropped"), ("resolution", "dropped")}


def test_an_image_is_a_file_and_brings_its_shape():
    draft = drafted(input_reference=PNG, aspect_ratio="16:9")
    assert (draft.url, draft.form, draft.body) == (f"{URL}/i2v", True, None)
    assert (draft.document["image"].data, draft.document["promptText"]) == (b"PNG", "a cat")
    assert lost(draft) == {("aspect_ratio", "dropped")}


@pytest.mark.parametrize(
    "fields",
    [
        {"input_reference": ADDRESS},
        {"input_reference": "data:image/png;base64,%"},
        {"frame_images": [{"type": "image_url", "image_url": {"url": PNG}, "frame_type": "last_frame"}]},
        {"aspect_ratio": "3:1"},
        {"aspect_ratio": "1:3"},
        {"aspect_ratio": "wide"},
        {"aspect_ratio": "1:0"},
    ],
)
def test_what_it_can_not_film_is_refused(fields):
    with pytest.raises(Unsupported):
        drafted(**fields)


@pytest.mark.parametrize("told", [{}, {"video_id": None}, {"video_id": "a/b"}, {"detail": "no"}])
def test_what_is_no_job_is_a_bad_upstream(told):
    with pytest.raises(BadUpstream):
        FILMS.decode_response(json.dumps(told).encode())


@pytest.mark.parametrize(("status", "meant"), [("queued", "pending"), ("started", "in_progress"), ("failed", "failed")])
def test_its_states_are_told_in_our_words(status, meant):
    job = FILMS.decode_job(json.dumps({"id": "j", "status": status, "message": "no", "progress": 1}).encode())
    assert (job["status"], job.get("error")) == (meant, "no" if meant == "failed" else None)


@pytest.mark.parametrize("image", [None, PNG])
async def test_a_job_is_asked_for_among_the_videos_and_its_film_fetched(tmp_path, image):
    asked = {} if image is None else {"input_reference": image}
    async with ScriptedProvider() as upstream:
        done = {"id": "j1", "status": "finished", "url": f"{upstream.base_url}/f.mp4"}
        told = ({"video_id": "j1"}, {"id": "j1", "status": "started"}, done, done)
        got = await filmed("pika", upstream, tmp_path, told, model="pika/2.2", duration=10, **asked)
        sent = upstream.requests
    assert (got.states, got.film, got.cost) == (["in_progress", "completed"], b"MP4", None)
    path = "t2v" if image is None else "i2v"
    assert [one.path for one in sent] == [f"/v1/generate/2.2/{path}", *["/v1/videos/j1"] * 3, "/v1/f.mp4"]
    assert [one.header("x-api-key") for one in sent] == [*["k"] * 4, None]
    if image is None:
        assert sent[0].body == b"promptText=a+cat&duration=10"
    else:
        assert open_form(sent[0].body, sent[0].header("content-type"))["image"].data == b"PNG"
