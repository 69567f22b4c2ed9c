"""Topaz Labs' images: what goes out, a job's steps, what comes back, what is billed."""

import json

import pytest
from crossroads_openai_images import OpenAIImages
from crossroads_topaz.images import TopazImages

from crossroads import multipart
from crossroads.errors import BadUpstream, Unsupported, UpstreamError
from crossroads.multipart import File
from crossroads.testing import dialect_conformance
from crossroads.testing.served import answered
from crossroads.types.usage import Usage

TestImages = dialect_conformance(TopazImages)

ENHANCES, OPENAI = TopazImages(), OpenAIImages()
URL = "https://api.topazlabs.com/image/v1"
PNG = File(data=b"\x89PNG\0\xff", filename="a.png", content_type="image/png")
ROW = {
    "model": "a/m",
    "upstream": "enhance/Standard V2",
    "operations": ["images"],
    "price_usd": {"image": "0.08"},
}
BEGUN = {"process_id": "d7b3-3b", "source_id": "src-1", "eta": 5}
DONE = {"process_id": "d7b3-3b", "status": "Completed", "progress": 100, "credits": 2}
WHERE = {
    "download_url": "https://cdn.example/out.png?signed",
    "head_url": "https://cdn.example/h",
    "expiry": 1617220000,
}


def drafted(upstream="enhance-gen/Wonder 3.5", **fields):
    body, kind = multipart.encode_form({"model": "a/m", **fields})
    request = OPENAI.decode_request(OPENAI.open(body, {"content_type": kind}))
    return ENHANCES.encode_request(request, url=URL, upstream=upstream, stream=False)


def test_an_image_goes_to_the_class_of_its_model():
    draft = drafted(image=PNG, size="4000x3000", prompt="nicer", output_format="png", crop_to_fill="true")
    assert (draft.url, draft.form) == (f"{URL}/enhance-gen/async", True)
    assert draft.document == {
        "model": "Wonder 3.5",
        "image": PNG,
        "output_width": 4000,
        "output_height": 3000,
        "output_format": "png",
        "crop_to_fill": True,
    }
    assert [(lost.field, lost.how) for lost in draft.lost] == [("prompt", "dropped")]
    assert drafted(image="https://a.example/a.png").document["source_url"] == "https://a.example/a.png"


@pytest.mark.parametrize("fields", [{"n": 2}, {"mask": PNG}, {"image": [PNG, PNG]}, {"response_format": "b64_json"}])
def test_what_it_can_not_do_is_refused(fields):
    with pytest.raises(Unsupported):
        drafted(**{"image": PNG, **fields})


@pytest.mark.parametrize(
    ("told", "asked"),
    [
        (BEGUN, f"{URL}/status/d7b3-3b"),
        ({**DONE, "status": "Processing"}, f"{URL}/status/d7b3-3b"),
        (DONE, f"{URL}/download/d7b3-3b"),
        (WHERE, None),
    ],
)
def test_a_job_is_asked_for_until_it_is_done_and_then_where_it_is(told, asked):
    step = ENHANCES.step(json.dumps(told).encode(), None, url=URL, upstream="m")
    assert (step and step.url) == asked


@pytest.mark.parametrize("status", ["Failed", "Cancelled"])
def test_a_job_that_failed_is_an_error(status):
    with pytest.raises(UpstreamError) as caught:
        ENHANCES.step(json.dumps({**DONE, "status": status}).encode(), None, url=URL, upstream="m")
    assert status.lower() in str(caught.value)


@pytest.mark.parametrize("body", [b"", b"{}", b'{"process_id": "../x"}', b'{"download_url": 5}', b'{"status": 5}'])
def test_what_is_no_job_is_a_bad_upstream(body):
    with pytest.raises(BadUpstream):
        ENHANCES.step(body, None, url=URL, upstream="m")


def test_a_refusal_says_what_it_wants():
    error = ENHANCES.decode_error(422, (), b'{"detail": [{"msg": "model is required"}]}')
    assert "model is required" in str(error)


async def test_a_client_of_openai_gets_the_address_and_pays_for_one_image():
    answers = (BEGUN, {**DONE, "status": "Processing"}, DONE, WHERE)
    body, kind = multipart.encode_form({"model": "a/m", "image": PNG})
    got, sent = await answered("topaz", answers, "openai-images", body, kind, endpoints=[ROW])
    assert json.loads(got.body)["data"] == [{"url": WHERE["download_url"]}]
    assert (got.call.attempt.usage, got.cost_nano) == (Usage(images=1), 80_000_000)
    verbs = ["enhance/async", "status/d7b3-3b", "status/d7b3-3b", "download/d7b3-3b"]
    assert [one.path.removeprefix("/v1/image/v1/") for one in sent] == verbs
    assert {one.header("x-api-key") for one in sent} == {"none"}
    assert multipart.open_form(sent[0].body, sent[0].header("content-type")) == {"model": "Standard V2", "image": PNG}
