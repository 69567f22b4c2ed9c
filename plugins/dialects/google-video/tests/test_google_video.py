"""Veo: what goes out, operations as jobs, videos with the key, and what is billed."""

import base64
import json

import pytest
from crossroads_google_video import GoogleVideo
from crossroads_openai_video import OpenAIVideo
from google.genai import types

from crossroads import AsyncClient
from crossroads.errors import BadUpstream, NotFound, Unsupported
from crossroads.testing import dialect_conformance
from crossroads.testing.answers import Answer
from crossroads.testing.upstream import ScriptedProvider

TestVideo = dialect_conformance(GoogleVideo)

FILMS, OPENAI = GoogleVideo(), OpenAIVideo()
NAME = "models/veo-3.1-generate-001/operations/abc123"
PNG = "data:image/png;base64," + base64.b64encode(b"\x89PNG").decode()
FRAME = {"type": "image_url", "image_url": {"url": PNG}, "frame_type": "first_frame"}
MP4 = b"\0\0\0\x18ftypmp42"


def drafted(**fields):
    request = OPENAI.decode_request(OPENAI.open(json.dumps({"model": "m", "prompt": "a cat", **fields}).encode()))
    return FILMS.encode_request(request, url="u", upstream="m", stream=False)


def done(uri):
    return {
        "name": NAME, "done": True,
        "response": {"generateVideoResponse": {"generatedSamples": [{"video": {"uri": uri}}]}},
    }  # fmt: skip


def test_a_prompt_is_an_instance_and_the_rest_parameters():
    draft = drafted(seconds="8", size="1920x1080", seed=7, frame_images=[FRAME], negativePrompt="dogs")
    blob = {"mimeType": "image/png", "bytesBase64Encoded": PNG.partition(",")[2]}
    assert draft.document == {
        "instances": [{"prompt": "a cat", "image": blob}],
        "parameters": {
            "negativePrompt": "dogs", "durationSeconds": 8, "seed": 7, "aspectRatio": "16:9", "resolution": "1080p",
        },
    }  # fmt: skip
    config = {name: value for name, value in draft.document["parameters"].items() if name != "negativePrompt"}
    types.GenerateVideosConfig.model_validate(config)
    assert [(lost.field, lost.how) for lost in draft.lost] == [("size", "emulated")]


@pytest.mark.parametrize(
    "fields",
    [
        {"size": "1x1"},
        {"frame_images": [FRAME, {**FRAME, "frame_type": "last_frame"}]},
        {"input_references": [FRAME]},
        {"frame_images": [{**FRAME, "image_url": {"url": "https://x/a.png"}}]},
    ],
)
def test_what_it_can_not_film_is_refused(fields):
    with pytest.raises(Unsupported):
        drafted(**fields)


def test_its_own_request_is_read_and_written_the_same():
    body = {
        "instances": [{"prompt": "a"}],
        "parameters": {"durationSeconds": 4, "aspectRatio": "9:16", "sampleCount": 1},
    }
    opened = FILMS.open(json.dumps(body).encode(), {"model": "google/veo"})
    assert opened.models == ("google/veo",)
    assert FILMS.splice_request(opened, url="u", upstream="m").document == body


@pytest.mark.parametrize("name", [None, "", "x", "models/a/operations/../../b", "https://evil/operations/1", 5])
def test_what_is_no_operation_is_a_bad_upstream(name):
    for read in (FILMS.decode_response, FILMS.decode_job):
        with pytest.raises(BadUpstream):
            read(json.dumps({"name": name}).encode())


def test_an_operation_without_a_video_has_failed_and_says_why():
    for more, why in (
        ({"error": {"code": 3, "message": "no"}}, "no"),
        ({"response": {"generateVideoResponse": {"raiMediaFilteredReasons": ["blocked"]}}}, "blocked"),
        ({}, "no video was made"),
    ):
        job = FILMS.decode_job(json.dumps({"name": NAME, "done": True, **more}).encode())
        assert (job["status"], job["error"]) == ("failed", why)


async def test_a_job_is_submitted_polled_fetched_and_charged_once(monkeypatch, tmp_path):
    monkeypatch.setenv("CROSSROADS_HOME", str(tmp_path))
    async with ScriptedProvider() as upstream:
        film = f"{upstream.base_url}/files/f:download?alt=media"
        told = ({"name": NAME}, {"name": NAME}, done(film), done(film))
        upstream.script(*(Answer(raw=(json.dumps(one).encode(),)) for one in told))
        upstream.script(Answer(raw=(MP4,), content_type="video/mp4"))
        mine = {"plugin": "google-ai-studio", "name": "g", "base_url": upstream.base_url, "api_key": "k"}
        async with AsyncClient({"providers": [mine]}) as client:
            job = await client.video("google/veo-3.1-generate-001", "a cat", duration=8)
            assert (job.status, str(job.usage.cost)) == ("pending", "3.2")
            assert (await client.video_state(job)).status == "in_progress"
            assert (await client.video_state(job)).status == "completed"
            assert b"".join([piece async for piece in client.video_content(job)]) == MP4
            with pytest.raises(NotFound):
                await client.video_state("job-made-up")
        sent = upstream.requests
    assert [one.path for one in sent] == [
        "/v1/models/veo-3.1-generate-001:predictLongRunning", *[f"/v1/{NAME}"] * 3, "/v1/files/f:download?alt=media",
    ]  # fmt: skip
    assert {one.header("x-goog-api-key") for one in sent} == {"k"}
