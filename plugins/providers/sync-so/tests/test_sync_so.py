"""sync.so's videos: what goes out, how a job stands, what is fetched without the key."""

import json

import pytest
from crossroads_openai_video import OpenAIVideo
from crossroads_sync_so.video import SyncSoVideo

from crossroads import multipart
from crossroads.errors import BadUpstream, Unsupported, UpstreamError
from crossroads.multipart import File
from crossroads.testing import dialect_conformance
from crossroads.testing.filmed import FILM, filmed
from crossroads.testing.upstream import ScriptedProvider

TestVideo = dialect_conformance(SyncSoVideo)

FILMS, OPENAI = SyncSoVideo(), OpenAIVideo()
FACE, VOICE = "https://a.example/face.mp4", "https://a.example/voice.wav"
GIVEN = [{"type": "video_url", "video_url": {"url": FACE}}, {"type": "audio_url", "audio_url": VOICE}]
INPUT = [{"type": "video", "url": FACE}, {"type": "audio", "url": VOICE}]
JOB = {
    "id": "a47b00ce-29c1",
    "createdAt": "2026-01-22T09:46:10.602Z",
    "model": "lipsync-2",
    "input": INPUT,
    "error": None,
}
ROW = {"model": "a/m", "upstream": "lipsync-2", "operations": ["video"], "price_usd": {"second": "0.05"}}


def drafted(**fields):
    request = OPENAI.decode_request(OPENAI.open(json.dumps({"prompt": "a cat", **fields}).encode()))
    return FILMS.encode_request(request, url="u", upstream="lipsync-2", stream=False)


def test_references_are_its_input_and_a_prompt_moves_no_lips():
    draft = drafted(input_references=GIVEN, options={"sync_mode": "loop"}, duration=8)
    assert draft.document == {"model": "lipsync-2", "input": INPUT, "options": {"sync_mode": "loop"}}
    assert {lost.field for lost in draft.lost} == {"prompt", "duration"}


def test_a_first_frame_is_an_image_and_its_own_input_goes_through():
    frame = {"type": "image_url", "image_url": {"url": "https://a.example/a.png"}, "frame_type": "first_frame"}
    spoken = {"type": "text", "provider": {"name": "elevenlabs", "voiceId": "v", "script": "Hello."}}
    draft = drafted(input=[spoken], frame_images=[frame])
    assert draft.document["input"] == [spoken, {"type": "image", "url": "https://a.example/a.png"}]


def test_its_own_request_is_read_and_written_the_same():
    body = {"model": "lipsync-2", "input": INPUT, "options": {"temperature": 0.5}}
    opened = FILMS.open(json.dumps(body).encode())
    assert FILMS.splice_request(opened, url="u", upstream="lipsync-2").document == body


@pytest.mark.parametrize(
    "fields",
    [
        {"input": "x"},
        {"input_references": [{"type": "file", "file": {"url": FACE}}]},
        {"input_references": [{"type": "video_url", "video_url": {}}]},
        {"frame_images": [{"type": "image_url", "image_url": {"url": FACE}, "frame_type": "last_frame"}]},
    ],
)
def test_what_it_can_not_take_is_refused(fields):
    with pytest.raises(Unsupported):
        drafted(**fields)


def test_a_file_is_refused():
    body, kind = multipart.encode_form({"prompt": "a", "input_reference": File(data=b"x")})
    request = OPENAI.decode_request(OPENAI.open(body, {"content_type": kind}))
    with pytest.raises(Unsupported):
        FILMS.encode_request(request, url="u", upstream="m", stream=False)


@pytest.mark.parametrize(
    ("status", "told"),
    [
        ("PENDING", "pending"),
        ("PROCESSING", "in_progress"),
        ("COMPLETED", "completed"),
        ("REJECTED", "failed"),
        ("CANCELED", "cancelled"),
    ],
)
def test_a_state_is_told_in_the_words_of_all(status, told):
    assert FILMS.decode_job(json.dumps({**JOB, "status": status, "outputUrl": ""}).encode())["status"] == told


@pytest.mark.parametrize("body", [b"", b"{}", b'{"id": "../x", "status": "PENDING"}'])
def test_what_is_no_job_is_a_bad_upstream(body):
    with pytest.raises(BadUpstream):
        FILMS.decode_response(body)


def test_a_failure_and_a_refusal_say_why():
    with pytest.raises(UpstreamError, match="no face"):
        FILMS.decode_response(json.dumps({**JOB, "status": "FAILED", "error": "no face"}).encode())
    error = FILMS.decode_error(400, (), b'{"message": ["input must be an array"], "statusCode": 400}')
    assert "input must be an array" in str(error)


async def test_a_job_is_submitted_polled_and_fetched(tmp_path):
    async with ScriptedProvider() as upstream:
        where = f"{upstream.base_url}/v2/generations/a47b00ce-29c1/result?token=t"
        states = ("PENDING", "PROCESSING", "COMPLETED", "COMPLETED")
        told = [{**JOB, "status": one, "outputUrl": where if one == "COMPLETED" else None} for one in states]
        asks = {"endpoints": [ROW], "input_references": GIVEN}
        got = await filmed("sync-so", upstream, tmp_path, told, model="a/m", **asks)
        sent = upstream.requests
    assert (got.cost, got.states, got.film) == (None, ["in_progress", "completed"], FILM)
    assert sent[0].json == {"model": "lipsync-2", "input": INPUT}
    asked = ["/v1/v2/generate", *["/v1/v2/generate/a47b00ce-29c1"] * 3]
    assert [one.path.partition("?")[0] for one in sent] == [*asked, "/v1/v2/generations/a47b00ce-29c1/result"]
    assert [one.header("x-api-key") for one in sent] == [*["k"] * 4, None]
