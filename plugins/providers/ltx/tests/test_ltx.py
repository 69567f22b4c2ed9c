"""LTX's videos: what goes out, to which of two offers, and jobs that a client polls where they were taken."""

import json

import pytest
from crossroads_ltx.video import LTXVideo
from crossroads_openai_video import OpenAIVideo

from crossroads.errors import Unsupported, UpstreamError
from crossroads.testing import dialect_conformance
from crossroads.testing.filmed import filmed
from crossroads.testing.upstream import ScriptedProvider

TestVideo = dialect_conformance(LTXVideo, "vectors")

FILMS, OPENAI = LTXVideo(), OpenAIVideo()
BASE = "https://api.ltx.video/v2"
TEXT, IMAGE = "text-to-video/ltx-2-3-pro", "image-to-video/ltx-2-3-pro"
A, Z = "https://x.example/a.png", "https://x.example/z.png"
USUAL = {"prompt": "a cat", "model": "ltx-2-3-pro", "duration": 6, "resolution": "1920x1080"}


def frame(address, kind):
    return {"type": "image_url", "image_url": {"url": address}, "frame_type": kind}


def drafted(upstream, **fields):
    request = OPENAI.decode_request(OPENAI.open(json.dumps({"prompt": "a cat", **fields}).encode()))
    return FILMS.encode_request(request, url=f"{BASE}/{upstream}", upstream=upstream, stream=False)


@pytest.mark.parametrize(
    ("fields", "sent"),
    [
        ({}, {}),
        ({"size": "3840x2160", "seconds": "8"}, {"resolution": "3840x2160", "duration": 8}),
        ({"resolution": "1440p", "aspect_ratio": "9:16"}, {"resolution": "1440x2560"}),
        ({"aspect_ratio": "16:9", "generate_audio": False, "fps": 50}, {"generate_audio": False, "fps": 50}),
    ],
)
def test_openais_words_become_ltxs(fields, sent):
    draft = drafted(TEXT, **fields)
    assert (draft.url, draft.document) == (f"{BASE}/text-to-video", {**USUAL, **sent})
    emulated = {"resolution", "aspect_ratio"} & set(fields)
    assert {(lost.field, lost.how) for lost in draft.lost} == {(name, "emulated") for name in emulated}


def test_frames_go_to_the_offer_that_takes_them():
    draft = drafted(IMAGE, frame_images=[frame(A, "first_frame"), frame(Z, "last_frame")])
    assert (draft.url, draft.document) == (f"{BASE}/image-to-video", {**USUAL, "image_uri": A, "last_frame_uri": Z})


@pytest.mark.parametrize(
    ("upstream", "fields"),
    [
        (TEXT, {"input_reference": A}),
        (IMAGE, {}),
        (IMAGE, {"frame_images": [frame(Z, "last_frame")]}),
        (TEXT, {"aspect_ratio": "1:1"}),
    ],
)
def test_what_an_offer_can_not_film_is_refused(upstream, fields):
    with pytest.raises(Unsupported):
        drafted(upstream, **fields)


@pytest.mark.parametrize("told", [{}, {"id": None}, {"id": "a/b"}, {"type": "error", "error": {"message": "no"}}])
def test_what_is_no_job_is_the_upstreams_error(told):
    with pytest.raises(UpstreamError):
        FILMS.decode_response(json.dumps(told).encode())


@pytest.mark.parametrize(
    ("status", "meant"), [("pending", "pending"), ("processing", "in_progress"), ("failed", "failed")]
)
def test_its_states_are_told_in_our_words(status, meant):
    told = {"id": "j", "status": status, "error": {"type": "content_filtered_error", "message": "no"}}
    job = FILMS.decode_job(json.dumps(told).encode())
    assert (job["status"], job.get("error")) == (meant, "content_filtered_error: no" if meant == "failed" else None)


@pytest.mark.parametrize(("asking", "path"), [({}, "text-to-video"), ({"input_reference": A}, "image-to-video")])
async def test_a_job_is_asked_for_where_it_was_taken_and_charged_once(tmp_path, asking, path):
    rows = [
        {"model": "a/m", "upstream": upstream, "operations": ["video"], "price_usd": {"second": "0.05"}}
        for upstream in (TEXT, IMAGE)
    ]
    async with ScriptedProvider() as upstream:
        done = {"id": "j1", "status": "completed", "result": {"video_url": f"{upstream.base_url}/f.mp4"}}
        told = ({"id": "j1", "created_at": "2026-01-15T10:00:00Z"}, {"id": "j1", "status": "processing"}, done, done)
        got = await filmed("ltx", upstream, tmp_path, told, model="a/m", endpoints=rows, duration=8, **asking)
        sent = upstream.requests
    assert (got.states, got.film, got.cost) == (["in_progress", "completed"], b"MP4", "0.4")
    assert [one.path for one in sent] == [f"/v1/v2/{path}", *[f"/v1/v2/{path}/j1"] * 3, "/v1/f.mp4"]
    assert [one.header("authorization") for one in sent] == [*["Bearer k"] * 4, None]
