"""xAI's videos: jobs that a client polls, fetched without the key."""

import json

import pytest
from crossroads_openai_video import OpenAIVideo
from crossroads_xai_video import XAIVideo

from crossroads import AsyncClient
from crossroads.errors import BadUpstream, Unsupported
from crossroads.multipart import File, encode_form
from crossroads.testing import dialect_conformance
from crossroads.testing.answers import Answer
from crossroads.testing.upstream import ScriptedProvider

TestVideo = dialect_conformance(XAIVideo)

FILMS, OPENAI = XAIVideo(), OpenAIVideo()
ROW = {
    "model": "x-ai/grok-imagine-video", "upstream": "grok-imagine-video", "operations": ["video"],
    "price_usd": {"second": "0.05"},
}  # fmt: skip


def drafted(**fields):
    request = OPENAI.decode_request(OPENAI.open(json.dumps({"prompt": "a cat", **fields}).encode()))
    return FILMS.encode_request(request, url="u", upstream="m", stream=False).document


def test_openais_words_become_xais():
    frame = {"type": "image_url", "image_url": {"url": "https://x/a.png"}, "frame_type": "first_frame"}
    asked = {"seconds": "8", "aspect_ratio": "16:9", "resolution": "480p", "frame_images": [frame]}
    assert drafted(**asked) == {
        "prompt": "a cat", "model": "m", "duration": 8, "aspect_ratio": "16:9", "resolution": "480p",
        "image": {"url": "https://x/a.png"},
    }  # fmt: skip
    body, kind = encode_form({"prompt": "a", "input_reference": File(data=b"x")})
    request = OPENAI.decode_request(OPENAI.open(body, {"content_type": kind}))
    with pytest.raises(Unsupported):
        FILMS.encode_request(request, url="u", upstream="m", stream=False)


def test_its_own_request_is_read_and_written_the_same():
    body = {"model": "m", "prompt": "a", "duration": 1, "image": {"url": "https://x/a.png"}}
    opened = FILMS.open(json.dumps(body).encode())
    assert FILMS.splice_request(opened, url="u", upstream="m").document == body


@pytest.mark.parametrize("id", [None, "", "../x", "a/b", 5])
def test_what_is_no_job_is_a_bad_upstream(id):
    with pytest.raises(BadUpstream):
        FILMS.decode_response(json.dumps({"request_id": id}).encode())


async def test_a_job_is_submitted_polled_fetched_and_charged_once(monkeypatch, tmp_path):
    monkeypatch.setenv("CROSSROADS_HOME", str(tmp_path))
    async with ScriptedProvider() as upstream:
        done = {"status": "done", "video": {"url": f"{upstream.base_url}/f.mp4", "duration": 8}, "progress": 100}
        told = ({"request_id": "r-1"}, {"status": "pending", "progress": 18}, done, done)
        upstream.script(*(Answer(raw=(json.dumps(one).encode(),)) for one in told))
        upstream.script(Answer(raw=(b"MP4",), content_type="video/mp4"))
        mine = {"plugin": "xai", "name": "xai", "base_url": upstream.base_url, "api_key": "k", "endpoints": [ROW]}
        async with AsyncClient({"providers": [mine]}) as client:
            job = await client.video("x-ai/grok-imagine-video", "a cat", duration=8)
            assert str(job.usage.cost) == "0.4"
            state = await client.video_state(job)
            assert (state.status, state.progress) == ("in_progress", 18)
            assert (await client.video_state(job)).status == "completed"
            assert b"".join([piece async for piece in client.video_content(job)]) == b"MP4"
        sent = upstream.requests
    assert [one.path for one in sent] == ["/v1/videos/generations", *["/v1/videos/r-1"] * 3, "/v1/f.mp4"]
    assert [one.header("authorization") for one in sent] == [*["Bearer k"] * 4, None]
