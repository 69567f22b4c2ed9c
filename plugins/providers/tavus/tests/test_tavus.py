"""Tavus's videos: what a replica is given to say, and jobs that a client polls."""

import json

import pytest
from crossroads_openai_video import OpenAIVideo
from crossroads_tavus.video import TavusVideo

from crossroads.errors import Unsupported, UpstreamError
from crossroads.testing import dialect_conformance
from crossroads.testing.filmed import filmed
from crossroads.testing.upstream import ScriptedProvider

TestVideo = dialect_conformance(TavusVideo, "vectors")

FILMS, OPENAI = TavusVideo(), OpenAIVideo()


def drafted(**fields):
    request = OPENAI.decode_request(OPENAI.open(json.dumps({"prompt": "Hi.", **fields}).encode()))
    return FILMS.encode_request(request, url="u", upstream="phoenix-3", stream=False)


def test_a_replica_says_the_prompt():
    draft = drafted(replica_id="r1", seconds=4, size="1280x720")
    assert draft.document == {"script": "Hi.", "replica_id": "r1"}
    assert {lost.field for lost in draft.lost} == {"duration", "size"}


def test_a_recording_is_said_instead_of_the_prompt():
    draft = drafted(replica_id="r1", audio_url="https://x.example/a.mp3")
    assert draft.document == {"replica_id": "r1", "audio_url": "https://x.example/a.mp3"}
    assert [lost.field for lost in draft.lost] == ["prompt"]


def test_it_begins_with_no_image():
    with pytest.raises(Unsupported):
        drafted(input_reference="https://x.example/a.png")


@pytest.mark.parametrize("told", [{}, {"video_id": ""}, {"video_id": "a/b"}, {"message": "no"}])
def test_what_is_no_job_is_the_upstreams_error(told):
    with pytest.raises(UpstreamError):
        FILMS.decode_response(json.dumps(told).encode())


@pytest.mark.parametrize(
    ("status", "meant"),
    [("queued", "pending"), ("generating", "in_progress"), ("error", "failed"), ("deleted", "expired")],
)
def test_its_states_are_told_in_our_words(status, meant):
    job = FILMS.decode_job(json.dumps({"video_id": "v", "status": status, "error_message": "no voice"}).encode())
    assert (job["status"], job.get("error")) == (meant, "no voice" if meant in ("failed", "expired") else None)


async def test_a_job_is_submitted_polled_and_fetched_at_a_cost_that_nobody_states(tmp_path):
    async with ScriptedProvider() as upstream:
        done = {"video_id": "v", "status": "ready", "download_url": f"{upstream.base_url}/high.mp4?download=v"}
        told = ({"video_id": "v", "status": "queued"}, {"video_id": "v", "status": "generating"}, done, done)
        got = await filmed("tavus", upstream, tmp_path, told, model="tavus/phoenix-3", replica_id="r1")
        sent = upstream.requests
    assert (got.states, got.film, got.cost) == (["in_progress", "completed"], b"MP4", None)
    assert sent[0].json == {"script": "a cat", "replica_id": "r1"}
    assert [one.path.partition("?")[0] for one in sent] == ["/v1/videos", *["/v1/videos/v"] * 3, "/v1/high.mp4"]
    assert [one.header("x-api-key") for one in sent] == [*["k"] * 4, None]
