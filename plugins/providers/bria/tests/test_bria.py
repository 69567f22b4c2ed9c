"""Bria's images: what goes out, what comes back, what is billed."""

import json

import pytest
from crossroads_bria.images import BriaImages
from crossroads_openai_images import OpenAIImages

from crossroads.errors import BadUpstream, Unsupported, UpstreamError
from crossroads.testing import QuickClock, dialect_conformance
from crossroads.testing.answers import Answer
from crossroads.testing.served import served
from crossroads.testing.upstream import ScriptedProvider
from crossroads.types.usage import Usage

TestImages = dialect_conformance(BriaImages)

DRAWS, OPENAI = BriaImages(), OpenAIImages()
ROW = {"model": "a/m", "upstream": "m", "operations": ["images"], "price_usd": {"image": "0.01"}}


def drafted(**fields):
    body = json.dumps({"model": "a/m", "prompt": "a cat", **fields}).encode()
    return DRAWS.encode_request(OPENAI.decode_request(OPENAI.open(body)), url="u", upstream="m", stream=False)


DONE = {"request_id": "r1", "status": "COMPLETED", "result": {"image_url": "https://i.example/a.png", "seed": 7}}


def test_a_size_is_the_nearest_shape():
    draft = drafted(size="1792x1024", quality="high")
    assert draft.document == {"prompt": "a cat", "aspect_ratio": "16:9"}
    assert {(lost.field, lost.how) for lost in draft.lost} == {("size", "emulated"), ("quality", "dropped")}


@pytest.mark.parametrize("fields", [{"n": 2}, {"response_format": "b64_json"}, {"image": "https://a.example/a.png"}])
def test_what_it_can_not_draw_is_refused(fields):
    with pytest.raises(Unsupported):
        drafted(**fields)


@pytest.mark.parametrize(
    ("told", "asked"),
    [
        ({"request_id": "r1", "status_url": "https://e.example/v2/status/r1"}, "https://e.example/v2/status/r1"),
        ({"request_id": "r1", "status": "IN_PROGRESS"}, "https://e.example/v2/status/r1"),
        (DONE, None),
    ],
)
def test_a_job_is_asked_for_until_it_is_done(told, asked):
    step = DRAWS.step(json.dumps(told).encode(), None, url="https://e.example/v2/image/generate", upstream="m")
    assert (step and step.url) == asked


def test_a_job_that_failed_says_why_and_is_not_asked_for_again():
    told = {"status": "ERROR", "error": {"code": 422, "message": "refused", "details": "a brand"}}
    body = json.dumps(told).encode()
    for read in (DRAWS.decode_response, lambda body: DRAWS.step(body, None, url="u", upstream="m")):
        with pytest.raises(UpstreamError) as caught:
            read(body)
        assert "refused: a brand" in str(caught.value)
        assert caught.value.status == 422


@pytest.mark.parametrize("body", [b"", b"{}", b'{"result": {}}', b'{"result": {"image_url": 5}}'])
def test_what_is_no_image_is_a_bad_upstream(body):
    with pytest.raises(BadUpstream):
        DRAWS.decode_response(body)


async def test_a_client_of_openai_gets_the_address_and_pays_for_one_image():
    async with ScriptedProvider() as upstream:
        job = {"request_id": "r1", "status_url": f"{upstream.base_url}/v2/status/r1"}
        answers = (job, {"request_id": "r1", "status": "IN_PROGRESS"}, DONE)
        upstream.script(*(Answer(raw=(json.dumps(one).encode(),)) for one in answers))
        row = {**ROW, "upstream": "image/generate"}
        body = json.dumps({"model": "a/m", "prompt": "a cat", "seed": 7}).encode()
        got = await served("bria", upstream, "openai-images", body, endpoints=[row], clock=QuickClock())
        sent = upstream.requests
    assert json.loads(got.body)["data"] == [{"url": "https://i.example/a.png"}]
    assert (got.call.attempt.usage, got.cost_nano) == (Usage(images=1), 10_000_000)
    assert [one.path.removeprefix("/v1") for one in sent] == ["/v2/image/generate", *["/v2/status/r1"] * 2]
    assert {one.header("api_token") for one in sent} == {"none"}
    assert sent[0].json == {"prompt": "a cat", "seed": 7}
