"""PixVerse's videos: what goes out, the upload of a first frame, errors with status 200, jobs that a client polls."""

import json

import pytest
from crossroads_openai_video import OpenAIVideo
from crossroads_pixverse.video import PixverseVideo

from crossroads.errors import BadUpstream, Unsupported, UpstreamRefused
from crossroads.testing import dialect_conformance
from crossroads.testing.filmed import filmed
from crossroads.testing.upstream import ScriptedProvider

TestVideo = dialect_conformance(PixverseVideo, "vectors")

FILMS, OPENAI = PixverseVideo(), OpenAIVideo()
BASE = "https://app-api.pixverse.ai/openapi/v2"
URL = f"{BASE}/video/text/generate"
A, INLINE = "https://x.example/a.png", "data:image/png;base64,aGk="
USUAL = {"prompt": "a cat", "model": "v6", "duration": 5, "quality": "540p"}


def asked(**fields):
    return OPENAI.decode_request(OPENAI.open(json.dumps({"prompt": "a cat", **fields}).encode()))


def drafted(**fields):
    return FILMS.encode_request(asked(**fields), url=URL, upstream="v6", stream=False)


@pytest.mark.parametrize(
    ("fields", "sent"),
    [
        ({}, {"aspect_ratio": "16:9"}),
        ({"size": "1080x1920", "seconds": "8"}, {"aspect_ratio": "9:16", "quality": "1080p", "duration": 8}),
        ({"generate_audio": True, "seed": 3}, {"aspect_ratio": "16:9", "generate_audio_switch": True, "seed": 3}),
    ],
)
def test_openais_words_become_pixverses(fields, sent):
    draft = drafted(**fields)
    assert (draft.url, draft.document) == (URL, {**USUAL, **sent})


@pytest.mark.parametrize(("frame", "part"), [(A, "image_url"), (INLINE, "image")])
def test_a_first_frame_is_uploaded_first(frame, part):
    asking = {"input_reference": frame, "aspect_ratio": "1:1"}
    draft = drafted(**asking)
    assert (draft.form, draft.url, list(draft.document)) == (True, f"{BASE}/image/upload", [part])
    assert [lost.field for lost in draft.lost] == ["aspect_ratio"]
    uploaded = b'{"ErrCode": 0, "Resp": {"img_id": 5, "img_url": "https://x.example/5.png"}}'
    step = FILMS.step(uploaded, asked(**asking), url=URL, upstream="v6")
    assert (step.url, json.loads(step.body)) == (f"{BASE}/video/img/generate", {**USUAL, "img_id": 5})


def test_a_last_frame_is_refused():
    last = {"type": "image_url", "image_url": {"url": A}, "frame_type": "last_frame"}
    with pytest.raises(Unsupported):
        drafted(frame_images=[last])


@pytest.mark.parametrize("body", [b"{}", b'{"Resp": {}}', b'{"ErrCode": 0, "Resp": {"video_id": true}}'])
def test_what_is_no_job_is_a_bad_upstream(body):
    with pytest.raises(BadUpstream):
        FILMS.decode_response(body)
    with pytest.raises(BadUpstream):
        FILMS.step(body, asked(), url=URL, upstream="v6")


@pytest.mark.parametrize(("code", "status"), [(400017, 400), (500044, 502)])
def test_an_error_with_status_200_is_one(code, status):
    body = json.dumps({"ErrCode": code, "ErrMsg": "not so", "Resp": None}).encode()
    for read in (FILMS.decode_response, FILMS.decode_job, lambda it: FILMS.step(it, asked(), url=URL, upstream="v6")):
        with pytest.raises(UpstreamRefused, match="not so") as caught:
            read(body)
        assert caught.value.status == status


def test_a_key_that_is_refused_is_no_fault_of_the_caller():
    with pytest.raises(UpstreamRefused) as caught:
        FILMS.decode_response(b'{"ErrCode": 10003, "ErrMsg": "invalid token"}')
    assert (caught.value.code, caught.value.status) == ("provider_unavailable", 502)


@pytest.mark.parametrize(
    ("status", "meant", "error"),
    [
        (2, "pending", None),
        (5, "in_progress", None),
        (6, "cancelled", "it was deleted"),
        (7, "failed", "the content was refused"),
        (8, "failed", "the generation failed"),
    ],
)
def test_its_states_are_told_in_our_words(status, meant, error):
    job = FILMS.decode_job(json.dumps({"ErrCode": 0, "Resp": {"id": 7, "status": status, "url": ""}}).encode())
    assert (job["status"], job.get("error")) == (meant, error)


@pytest.mark.parametrize("resp", [{"id": 7}, {"id": 7, "status": None}, {"id": 7, "status": [7]}])
def test_a_job_without_a_state_is_asked_for_again(resp):
    assert FILMS.decode_job(json.dumps({"ErrCode": 0, "Resp": resp}).encode())["status"] == "pending"


async def test_a_job_is_submitted_polled_fetched_and_charged_once(tmp_path):
    row = {"model": "a/m", "upstream": "v6", "operations": ["video"], "price_usd": {"second": "0.05"}}
    async with ScriptedProvider() as upstream:
        done = {"ErrCode": 0, "Resp": {"id": 7, "status": 1, "url": f"{upstream.base_url}/f.mp4"}}
        told = (
            {"ErrCode": 0, "Resp": {"img_id": 5}},
            {"ErrCode": 0, "Resp": {"video_id": 7}},
            {"ErrCode": 0, "Resp": {"id": 7, "status": 5, "url": ""}},
            done,
            done,
        )
        asking = {"duration": 8, "input_reference": INLINE}
        got = await filmed("pixverse", upstream, tmp_path, told, model="a/m", steps=2, endpoints=[row], **asking)
        sent = upstream.requests
    assert (got.states, got.film, got.cost) == (["in_progress", "completed"], b"MP4", "0.4")
    paths = ["image/upload", "video/img/generate", *["video/result/7"] * 3]
    assert [one.path for one in sent] == [*(f"/v1/openapi/v2/{path}" for path in paths), "/v1/f.mp4"]
    assert [one.header("api-key") for one in sent] == [*["k"] * 5, None]
    traces = [one.header("ai-trace-id") for one in sent]
    assert len(set(traces)) == len(traces)
    assert traces[-1] is None
