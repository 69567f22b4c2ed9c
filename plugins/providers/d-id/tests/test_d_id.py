"""D-ID's videos: what a portrait is given to say, and jobs that a client polls."""

import json

import pytest
from crossroads_d_id.video import DIDVideo
from crossroads_openai_video import OpenAIVideo

from crossroads.errors import BadUpstream, Unsupported, UpstreamRefused
from crossroads.multipart import File, encode_form
from crossroads.testing import dialect_conformance
from crossroads.testing.filmed import filmed
from crossroads.testing.upstream import ScriptedProvider

TestVideo = dialect_conformance(DIDVideo, "vectors")

FILMS, OPENAI = DIDVideo(), OpenAIVideo()
FRAME = {"type": "image_url", "image_url": {"url": "https://x.example/a.png"}, "frame_type": "first_frame"}


def drafted(**fields):
    request = OPENAI.decode_request(OPENAI.open(json.dumps({"prompt": "Hi.", **fields}).encode()))
    return FILMS.encode_request(request, url="u", upstream="talks", stream=False)


@pytest.mark.parametrize(
    ("fields", "sent"),
    [
        ({"presenter_id": "amy"}, {"presenter_id": "amy", "script": {"type": "text", "input": "Hi."}}),
        (
            {"frame_images": [FRAME]},
            {"source_url": "https://x.example/a.png", "script": {"type": "text", "input": "Hi."}},
        ),
        (
            {"script": {"provider": {"type": "microsoft"}}},
            {"script": {"type": "text", "input": "Hi.", "provider": {"type": "microsoft"}}},
        ),
        (
            {"script": {"audio_url": "https://x.example/a.mp3"}},
            {"script": {"type": "audio", "audio_url": "https://x.example/a.mp3"}},
        ),
    ],
)
def test_a_prompt_or_a_recording_is_the_script(fields, sent):
    draft = drafted(**fields)
    assert draft.document == sent
    assert [lost.field for lost in draft.lost] == (["prompt"] if "audio_url" in sent["script"] else [])


def test_its_own_request_is_read_and_written_the_same():
    body = {
        "source_url": "https://x.example/a.png",
        "script": {"type": "text", "input": "Hi."},
        "config": {"stitch": True},
    }
    opened = FILMS.open(json.dumps({"model": "m", **body}).encode())
    assert {**FILMS.splice_request(opened, url="u", upstream="m").document} == body


def test_a_portrait_is_fetched_and_not_sent():
    body, kind = encode_form({"prompt": "Hi.", "input_reference": File(data=b"x")})
    request = OPENAI.decode_request(OPENAI.open(body, {"content_type": kind}))
    with pytest.raises(Unsupported):
        FILMS.encode_request(request, url="u", upstream="talks", stream=False)
    with pytest.raises(Unsupported):
        drafted(frame_images=[FRAME, {**FRAME, "frame_type": "last_frame"}])


@pytest.mark.parametrize("told", [{}, {"id": None}, {"id": "tlk/1"}, {"id": ".."}])
def test_what_is_no_job_is_a_bad_upstream(told):
    with pytest.raises(BadUpstream):
        FILMS.decode_response(json.dumps(told).encode())


@pytest.mark.parametrize(
    ("status", "meant"),
    [("created", "pending"), ("started", "in_progress"), ("error", "failed"), ("rejected", "failed")],
)
def test_its_states_are_told_in_our_words(status, meant):
    told = {"id": "t", "status": status, "error": {"kind": "FaceError", "description": "face not detected"}}
    job = FILMS.decode_job(json.dumps(told).encode())
    assert (job["status"], job.get("error")) == (meant, "FaceError: face not detected" if meant == "failed" else None)


def test_an_error_says_what_the_vendor_says():
    body = b'{"kind":"ValidationError","description":"script must be an object"}'
    error = FILMS.decode_error(400, (), body)
    assert isinstance(error, UpstreamRefused)
    assert "script must be an object" in str(error)


async def test_a_job_is_submitted_polled_and_fetched_at_a_cost_that_nobody_states(tmp_path):
    async with ScriptedProvider() as upstream:
        done = {"id": "tlk_1", "status": "done", "result_url": f"{upstream.base_url}/a.mp4?Signature=s", "duration": 2}
        told = ({"id": "tlk_1", "status": "created"}, {"id": "tlk_1", "status": "started"}, done, done)
        got = await filmed("d-id", upstream, tmp_path, told, model="d-id/talks")
        sent = upstream.requests
    assert (got.states, got.film, got.cost) == (["in_progress", "completed"], b"MP4", None)
    assert [one.path.partition("?")[0] for one in sent] == ["/v1/talks", *["/v1/talks/tlk_1"] * 3, "/v1/a.mp4"]
    assert [one.header("authorization") for one in sent] == [*["Basic k"] * 4, None]
