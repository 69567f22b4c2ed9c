"""Sourceful's images: what goes out, a job's steps, what comes back, what is billed."""

import json

import pytest
from crossroads_openai_images import OpenAIImages
from crossroads_sourceful.images import SourcefulImages

from crossroads.errors import BadUpstream, Unsupported, UpstreamError
from crossroads.testing import dialect_conformance
from crossroads.testing.served import answered
from crossroads.types.usage import Usage

TestImages = dialect_conformance(SourcefulImages)

DRAWS, OPENAI = SourcefulImages(), OpenAIImages()
URL = "https://design-api.sourceful.com/v2/generations/t2i"
ROW = {"model": "a/m", "upstream": "riverflow-2-fast", "operations": ["images"], "price_usd": {"image": "0.02"}}
BEGUN = {"data": {"jobId": "job-one", "status": "queued"}, "error": None}
READY = {"type": "image", "status": "ready", "url": "https://i.example/a.webp"}


def told(status, *artifacts, **job):
    return {"data": {"job": {"id": "job-one", "status": status, **job}, "artifacts": list(artifacts)}, "error": None}


def drafted(**fields):
    opened = OPENAI.open(json.dumps({"model": "a/m", "prompt": "a cat", **fields}).encode())
    return DRAWS.encode_request(OPENAI.decode_request(opened), url=URL, upstream="riverflow-2-fast", stream=False)


def test_a_prompt_is_an_instruction_and_each_submission_has_a_key():
    draft, other = drafted(size="512x512", aspect_ratio="1:1"), drafted(resolution="2K")
    keys = {one.document.pop("idempotencyKey") for one in (draft, other)}
    assert len(keys) == 2
    assert draft.document == {"model": "riverflow-2-fast", "instruction": "a cat", "resolution": "1K"}
    assert other.document["resolution"] == "2K"
    assert {lost.field for lost in draft.lost} == {"size", "aspect_ratio"}


@pytest.mark.parametrize("fields", [{"n": 2}, {"image": "https://a.example/a.png"}, {"response_format": "b64_json"}])
def test_what_it_can_not_draw_is_refused(fields):
    with pytest.raises(Unsupported):
        drafted(**fields)


@pytest.mark.parametrize(
    ("answer", "asked"),
    [
        (BEGUN, "https://design-api.sourceful.com/v2/generations/job-one"),
        (told("generating"), "https://design-api.sourceful.com/v2/generations/job-one"),
        (told("Completed", READY), None),
    ],
)
def test_a_job_is_asked_for_until_it_is_done(answer, asked):
    step = DRAWS.step(json.dumps(answer).encode(), None, url=URL, upstream="m")
    assert (step and step.url) == asked


def test_only_images_that_are_ready_are_given():
    body = json.dumps(told("completed", {**READY, "status": "pending"}, {**READY, "type": "mask"}, READY)).encode()
    assert DRAWS.decode_response(body).document["data"] == [{"url": READY["url"]}]


def test_a_job_that_failed_says_why():
    with pytest.raises(UpstreamError, match="no credit"):
        DRAWS.step(json.dumps(told("failed", lastErrorMessage="no credit")).encode(), None, url=URL, upstream="m")


@pytest.mark.parametrize("body", [b"", b"{}", b'{"data": 5}', b'{"data": {"jobId": "../x", "status": "queued"}}'])
def test_what_is_no_job_is_a_bad_upstream(body):
    with pytest.raises(BadUpstream):
        DRAWS.step(body, None, url=URL, upstream="m")


async def test_a_client_of_openai_gets_the_address_and_pays_for_one_image():
    answers = (BEGUN, told("processing"), told("completed", READY))
    body = json.dumps({"model": "a/m", "prompt": "a cat"}).encode()
    got, sent = await answered("sourceful", answers, "openai-images", body, endpoints=[ROW])
    assert json.loads(got.body)["data"] == [{"url": READY["url"]}]
    assert (got.call.attempt.usage, got.cost_nano) == (Usage(images=1), 20_000_000)
    assert [one.path for one in sent] == ["/v1/v2/generations/t2i", *["/v1/v2/generations/job-one"] * 2]
    assert {one.header("x-api-key") for one in sent} == {"none"}
