"""Vidu's videos: what goes out and where, by the images that there are; jobs that a client polls."""

import json

import pytest
from crossroads_openai_video import OpenAIVideo
from crossroads_vidu.video import ViduVideo

from crossroads.errors import Unsupported, UpstreamError
from crossroads.testing import dialect_conformance
from crossroads.testing.filmed import filmed
from crossroads.testing.upstream import ScriptedProvider

TestVideo = dialect_conformance(ViduVideo, "vectors")

FILMS, OPENAI = ViduVideo(), OpenAIVideo()
BASE = "https://api.vidu.com/ent/v2"
A, Z, INLINE = "https://x.example/a.png", "https://x.example/z.png", "data:image/png;base64,aGk="


def part(address, **more):
    return {"type": "image_url", "image_url": {"url": address}, **more}


FIRST, LAST = part(A, frame_type="first_frame"), part(Z, frame_type="last_frame")


def drafted(**fields):
    request = OPENAI.decode_request(OPENAI.open(json.dumps({"prompt": "a cat", **fields}).encode()))
    return FILMS.encode_request(request, url=f"{BASE}/text2video", upstream="viduq3-pro", stream=False)


@pytest.mark.parametrize(
    ("fields", "verb", "sent"),
    [
        ({}, "text2video", {}),
        (
            {"size": "1920x1080", "seconds": "8"},
            "text2video",
            {"aspect_ratio": "16:9", "resolution": "1080p", "duration": 8},
        ),
        ({"generate_audio": False, "off_peak": True}, "text2video", {"audio": False, "off_peak": True}),
        ({"input_reference": INLINE, "aspect_ratio": "1:1"}, "img2video", {"images": [INLINE]}),
        ({"frame_images": [FIRST, LAST]}, "start-end2video", {"images": [A, Z]}),
        (
            {"input_references": [part(A), part(Z)], "aspect_ratio": "1:1"},
            "reference2video",
            {"images": [A, Z], "aspect_ratio": "1:1"},
        ),
    ],
)
def test_the_images_say_where_it_goes(fields, verb, sent):
    draft = drafted(**fields)
    assert (draft.url, draft.document) == (f"{BASE}/{verb}", {"prompt": "a cat", "model": "viduq3-pro", **sent})
    assert ("aspect_ratio" in {lost.field for lost in draft.lost}) == (verb == "img2video")


@pytest.mark.parametrize(
    "fields", [{"frame_images": [LAST]}, {"frame_images": [FIRST], "input_references": [part(Z)]}, {"size": "large"}]
)
def test_what_it_can_not_film_is_refused(fields):
    with pytest.raises(Unsupported):
        drafted(**fields)


@pytest.mark.parametrize("told", [{}, {"task_id": None}, {"task_id": "a/b"}, {"code": 400, "message": "no"}])
def test_what_is_no_job_is_the_upstreams_error(told):
    with pytest.raises(UpstreamError):
        FILMS.decode_response(json.dumps(told).encode())


@pytest.mark.parametrize(
    ("state", "meant"), [("queueing", "pending"), ("processing", "in_progress"), ("failed", "failed")]
)
def test_its_states_are_told_in_our_words_though_they_name_no_task(state, meant):
    job = FILMS.decode_job(json.dumps({"state": state, "err_code": "AuditFailed", "creations": []}).encode())
    assert (job["status"], job.get("error")) == (meant, "AuditFailed" if meant == "failed" else None)


async def test_a_job_is_submitted_polled_fetched_and_charged_once(tmp_path):
    row = {"model": "a/m", "upstream": "viduq3-pro", "operations": ["video"], "price_usd": {"second": "0.05"}}
    async with ScriptedProvider() as upstream:
        done = {"state": "success", "err_code": "", "creations": [{"id": "c", "url": f"{upstream.base_url}/f.mp4"}]}
        told = ({"task_id": "t1", "state": "created"}, {"state": "processing", "creations": []}, done, done)
        got = await filmed("vidu", upstream, tmp_path, told, model="a/m", endpoints=[row], duration=8)
        sent = upstream.requests
    assert (got.states, got.film, got.cost) == (["in_progress", "completed"], b"MP4", "0.4")
    paths = ["/v1/ent/v2/text2video", *["/v1/ent/v2/tasks/t1/creations"] * 3, "/v1/f.mp4"]
    assert [one.path for one in sent] == paths
    assert [one.header("authorization") for one in sent] == [*["Token k"] * 4, None]
