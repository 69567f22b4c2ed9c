"""Scenario's images: what goes out, the way from a job to its assets, what comes back, what is billed."""

import base64
import json

import pytest
from crossroads_openai_images import OpenAIImages
from crossroads_scenario.images import ScenarioImages

from crossroads.errors import BadUpstream, Unsupported, UpstreamError
from crossroads.testing import dialect_conformance
from crossroads.testing.served import answered
from crossroads.types.images import ImageRequest
from crossroads.types.usage import Usage

TestImages = dialect_conformance(ScenarioImages)

DRAWS, OPENAI = ScenarioImages(), OpenAIImages()
URL = "https://api.cloud.scenario.com/v1/generate/custom/model_imagen4-ultra"
ROW = {"model": "a/m", "upstream": "m", "operations": ["images"], "price_usd": {"image": "0.01"}}
QUEUED = {"job": {"jobId": "job_1", "status": "queued", "metadata": {}}}
MADE = {"job": {"jobId": "job_1", "status": "success", "metadata": {"assetIds": ["asset_1", "asset_2"]}}}
ASSETS = {"assets": [{"id": "asset_1", "url": "https://cdn.cloud.scenario.com/1?Signature=s"}]}


def drafted(**fields):
    body = json.dumps({"prompt": "a cat", **fields}).encode()
    return DRAWS.encode_request(OPENAI.decode_request(OPENAI.open(body)), url=URL, upstream="m", stream=False)


def step(told):
    return DRAWS.step(json.dumps(told).encode(), ImageRequest(), url=URL, upstream="m")


def test_a_model_s_own_words_go_through_and_what_differs_is_told():
    draft = drafted(aspect_ratio="16:9", numOutputs=2, size="1024x1024", quality="high")
    assert draft.document == {"prompt": "a cat", "aspectRatio": "16:9", "numOutputs": 2}
    assert {lost.field for lost in draft.lost} == {"size", "quality"}


@pytest.mark.parametrize("fields", [{"image": "https://x.example/a.png"}, {"n": 2}])
def test_what_it_can_not_draw_is_refused(fields):
    with pytest.raises(Unsupported):
        drafted(**fields)


def test_a_job_is_asked_for_and_then_its_assets():
    assert step(QUEUED).url == "https://api.cloud.scenario.com/v1/jobs/job_1"
    found = step(MADE)
    assert found.url == "https://api.cloud.scenario.com/v1/assets/get-bulk"
    assert json.loads(found.body) == {"assetIds": ["asset_1", "asset_2"]}
    assert step(ASSETS) is None


@pytest.mark.parametrize("status", ["failure", "canceled"])
def test_a_job_that_failed_says_why(status):
    with pytest.raises(UpstreamError, match="boom"):
        step({"job": {"jobId": "job_1", "status": status, "metadata": {"error": "boom"}}})


@pytest.mark.parametrize(
    "told", [{}, {"job": 5}, QUEUED, {"assets": []}, {"assets": [{}]}, {"assets": "x"}, {"assets": [1]}]
)
def test_what_has_no_images_is_a_bad_upstream(told):
    with pytest.raises(BadUpstream):
        DRAWS.decode_response(json.dumps(told).encode())


def test_more_assets_than_can_be_asked_for_are_a_bad_upstream():
    with pytest.raises(BadUpstream):
        step({"job": {"status": "success", "metadata": {"assetIds": ["a"] * 201}}})


async def test_a_client_of_openai_gets_the_addresses_and_pays_for_each_image():
    body = json.dumps({"model": "a/m", "prompt": "a cat"}).encode()
    got, sent = await answered("scenario", (QUEUED, QUEUED, MADE, ASSETS), "openai-images", body, endpoints=[ROW])
    assert json.loads(got.body)["data"] == [{"url": ASSETS["assets"][0]["url"]}]
    assert (got.call.attempt.usage, got.cost_nano) == (Usage(images=1), 10_000_000)
    paths = [one.path.removeprefix("/v1") for one in sent]
    assert paths == ["/generate/custom/m", "/jobs/job_1", "/jobs/job_1", "/assets/get-bulk"]
    assert {one.header("authorization") for one in sent} == {"Basic " + base64.b64encode(b"none").decode()}
