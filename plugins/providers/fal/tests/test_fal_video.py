"""fal's videos: jobs of its queue that a client polls, fetched without the key."""

import json

import pytest
from crossroads_fal.video import FalVideo
from crossroads_openai_video import OpenAIVideo

from crossroads import AsyncClient
from crossroads.errors import BadUpstream
from crossroads.testing import dialect_conformance
from crossroads.testing.answers import Answer
from crossroads.testing.upstream import ScriptedProvider

TestVideo = dialect_conformance(FalVideo)

FILMS, OPENAI = FalVideo(), OpenAIVideo()
JOB = "bytedance/seedance-2.0/requests/r-1"


def drafted(upstream, **fields):
    request = OPENAI.decode_request(OPENAI.open(json.dumps({"prompt": "a cat", **fields}).encode()))
    return FILMS.encode_request(request, url="u", upstream=upstream, stream=False).document


def test_a_length_is_digits_or_for_some_a_number():
    assert drafted("bytedance/x", seconds="8", seed=7) == {"prompt": "a cat", "duration": "8", "seed": 7}
    assert drafted("minimax/h3/text-to-video", duration=6) == {"prompt": "a cat", "duration": 6}


def test_a_first_frame_is_its_image():
    frame = {"type": "image_url", "image_url": {"url": "https://x/a.png"}, "frame_type": "first_frame"}
    assert drafted("x/y", frame_images=[frame]) == {"prompt": "a cat", "image_url": "https://x/a.png"}


@pytest.mark.parametrize("url", [None, "https://queue.fal.run/x", "https://q/a/b/requests/../../c", 5])
def test_what_is_no_job_is_a_bad_upstream(url):
    with pytest.raises(BadUpstream):
        FILMS.decode_response(json.dumps({"request_id": "r", "response_url": url}).encode())


async def test_a_job_is_submitted_polled_fetched_and_charged_once(monkeypatch, tmp_path):
    monkeypatch.setenv("CROSSROADS_HOME", str(tmp_path))
    async with ScriptedProvider() as upstream:
        origin = upstream.base_url.removesuffix("/v1")
        at = f"{origin}/{JOB}"
        states = ("IN_QUEUE", "IN_PROGRESS", "COMPLETED")
        told = [{"request_id": "r-1", "status": status, "response_url": at} for status in states]
        film = {"video": {"url": f"{origin}/f.mp4", "content_type": "video/mp4"}}
        upstream.script(*(Answer(raw=(json.dumps(one).encode(),)) for one in (*told, film)))
        upstream.script(Answer(raw=(b"MP4",), content_type="video/mp4"))
        mine = {"plugin": "fal", "name": "fal", "base_url": upstream.base_url, "api_key": "k"}
        async with AsyncClient({"providers": [mine]}) as client:
            job = await client.video("minimax/h3", "a cat", duration=6)
            assert (job.status, str(job.usage.cost)) == ("pending", "0.78")
            assert (await client.video_state(job)).status == "in_progress"
            assert (await client.video_state(job)).status == "completed"
            assert b"".join([piece async for piece in client.video_content(job)]) == b"MP4"
        sent = upstream.requests
    assert [one.path for one in sent[1:]] == [f"/{JOB}/status", f"/{JOB}/status", f"/{JOB}", "/f.mp4"]
    assert [one.header("authorization") for one in sent] == [*["Key k"] * 4, None]
