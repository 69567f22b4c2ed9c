"""Hedra's videos and images: what goes out, what is uploaded before, what comes back, what is billed."""

import json

import pytest
from crossroads_hedra.images import HedraImages
from crossroads_hedra.video import HedraVideo
from crossroads_openai_images import OpenAIImages
from crossroads_openai_video import OpenAIVideo

from crossroads.errors import BadUpstream, Unsupported, UpstreamError
from crossroads.multipart import File, encode_form
from crossroads.testing import dialect_conformance
from crossroads.testing.filmed import filmed
from crossroads.testing.served import answered
from crossroads.testing.upstream import ScriptedProvider
from crossroads.types.usage import Usage

TestVideo = dialect_conformance(HedraVideo, "vectors")
TestImages = dialect_conformance(HedraImages)

FILMS, DRAWS, OPENAI = HedraVideo(), HedraImages(), OpenAIVideo()
URL = "https://api.hedra.com/v3/models/kling-v3"
A, Z = "https://x.example/a.png", "https://x.example/z.png"
INLINE = "data:image/png;base64,aGk="


def frame(address, kind):
    return {"type": "image_url", "image_url": {"url": address}, "frame_type": kind}


def asked(**fields):
    return OPENAI.decode_request(OPENAI.open(json.dumps({"prompt": "a fox", **fields}).encode()))


def filming(**fields):
    return FILMS.encode_request(asked(**fields), url=URL, upstream="kling-v3", stream=False)


def drawing(**fields):
    client = OpenAIImages()
    request = client.decode_request(client.open(json.dumps({"prompt": "a fox", **fields}).encode()))
    return DRAWS.encode_request(request, url=URL, upstream="flux2-pro", stream=False)


@pytest.mark.parametrize(
    ("fields", "sent"),
    [
        ({"seconds": "6", "size": "1280x720"}, {"duration_ms": 6000, "aspect_ratio": "16:9", "resolution": "720p"}),
        ({"negative_prompt": "rain", "seed": 7}, {"negative_prompt": "rain", "seed": 7}),
        (
            {"frame_images": [frame(A, "first_frame"), frame(Z, "last_frame")]},
            {"start_image": {"source": "url", "url": A}, "end_image": {"source": "url", "url": Z}},
        ),
    ],
)
def test_openais_words_of_videos_become_hedras(fields, sent):
    draft = filming(**fields)
    assert (draft.url, draft.document) == (URL, {"input": {"prompt": "a fox", **sent}})


def test_a_file_is_uploaded_first():
    draft = filming(input_reference=INLINE)
    assert (draft.form, draft.url) == (True, "https://api.hedra.com/v3/files")
    assert draft.document["file"].data == b"hi"
    step = FILMS.step(b'{"url": "https://h.example/f?s"}', asked(input_reference=INLINE), url=URL, upstream="kling-v3")
    assert step.url == URL
    assert json.loads(step.body) == {
        "input": {"prompt": "a fox", "start_image": {"source": "url", "url": "https://h.example/f?s"}}
    }


def test_after_the_submission_no_step_follows():
    assert FILMS.step(b'{"job_id": "job_1"}', asked(), url=URL, upstream="kling-v3") is None


@pytest.mark.parametrize("body", [b"{}", b"[]", b'{"url": null}'])
def test_an_upload_without_an_address_is_a_bad_upstream(body):
    with pytest.raises(BadUpstream):
        FILMS.step(body, asked(input_reference=INLINE), url=URL, upstream="kling-v3")


@pytest.mark.parametrize("frames", [[frame(INLINE, "last_frame")], [frame("data:image/png;base64,!", "first_frame")]])
def test_what_can_not_be_uploaded_is_refused(frames):
    with pytest.raises(Unsupported):
        filming(frame_images=frames)


@pytest.mark.parametrize(
    ("fields", "sent"),
    [
        ({}, {"aspect_ratio": "1:1"}),
        ({"size": "1792x1024", "resolution": "2K"}, {"aspect_ratio": "16:9", "resolution": "2K"}),
        ({"image": A}, {"aspect_ratio": "1:1", "images": [{"source": "url", "url": A}]}),
    ],
)
def test_openais_words_of_images_become_hedras(fields, sent):
    assert drawing(**fields).document == {"input": {"prompt": "a fox", **sent}}


@pytest.mark.parametrize("fields", [{"image": INLINE}, {"n": 2}, {"mask": A}])
def test_what_it_can_not_draw_is_refused(fields):
    with pytest.raises(Unsupported):
        drawing(**fields)


@pytest.mark.parametrize("told", [{}, {"job_id": None}, {"job_id": "a/b"}])
def test_what_is_no_job_is_a_bad_upstream(told):
    with pytest.raises(BadUpstream):
        FILMS.decode_response(json.dumps(told).encode())


def test_a_job_that_failed_says_why():
    told = json.dumps(
        {"job_id": "j", "status": "FAILED", "outputs": [], "error": {"code": "MODERATED", "message": "no"}}
    )
    job = FILMS.decode_job(told.encode())
    assert (job["status"], job["error"]) == ("failed", "MODERATED: no")
    with pytest.raises(UpstreamError, match="MODERATED: no"):
        DRAWS.step(told.encode(), None, url=URL, upstream="m")


async def test_a_video_is_submitted_polled_fetched_and_charged_once(tmp_path):
    row = {"model": "a/m", "upstream": "m", "operations": ["video"], "price_usd": {"second": "0.05"}}
    async with ScriptedProvider() as upstream:
        done = {"job_id": "job_1", "status": "COMPLETED", "outputs": [{"url": f"{upstream.base_url}/f.mp4"}]}
        told = ({"url": "https://h.example/f"}, {"job_id": "job_1", "status": "IN_QUEUE"}, done, done)
        asking = {"duration": 6, "input_reference": INLINE}
        got = await filmed("hedra", upstream, tmp_path, told, model="a/m", steps=2, endpoints=[row], **asking)
        sent = upstream.requests
    assert (got.states, got.film, got.cost) == (["completed"], b"MP4", "0.3")
    assert [one.path for one in sent] == ["/v1/files", "/v1/models/m", *["/v1/jobs/job_1"] * 2, "/v1/f.mp4"]
    assert [one.header("authorization") for one in sent] == [*["Bearer k"] * 4, None]
    assert b"hi" in sent[0].body


async def test_an_image_is_asked_for_until_it_is_done_and_is_paid():
    row = {"model": "a/m", "upstream": "m", "operations": ["images"], "price_usd": {"image": "0.01"}}
    done = {"job_id": "job_1", "status": "COMPLETED", "outputs": [{"url": A, "content_type": "image/png"}]}
    told = ({"job_id": "job_1", "status": "IN_QUEUE"}, {"job_id": "job_1", "status": "IN_PROGRESS"}, done)
    body = b'{"model": "a/m", "prompt": "a fox"}'
    got, sent = await answered("hedra", told, "openai-images", body, endpoints=[row])
    assert json.loads(got.body)["data"] == [{"url": A}]
    assert [one.path for one in sent] == ["/v1/models/m", *["/v1/jobs/job_1"] * 2]
    assert (got.call.attempt.usage, got.cost_nano) == (Usage(images=1), 10_000_000)


def test_a_file_of_a_form_is_uploaded_as_it_is():
    body, kind = encode_form({"prompt": "a", "input_reference": File(data=b"x", filename="a.png")})
    request = OPENAI.decode_request(OPENAI.open(body, {"content_type": kind}))
    draft = FILMS.encode_request(request, url=URL, upstream="m", stream=False)
    assert draft.document["file"].filename == "a.png"
