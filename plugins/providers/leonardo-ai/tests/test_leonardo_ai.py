"""Leonardo.Ai's images: what goes out, what comes back, what is billed."""

import json

import pytest
from crossroads_leonardo_ai.images import LeonardoImages
from crossroads_openai_images import OpenAIImages

from crossroads.errors import BadUpstream, Unsupported, UpstreamError
from crossroads.testing import dialect_conformance
from crossroads.testing.served import answered
from crossroads.types.usage import Usage

TestImages = dialect_conformance(LeonardoImages)

DRAWS, OPENAI = LeonardoImages(), OpenAIImages()
ROW = {"model": "a/m", "upstream": "m", "operations": ["images"], "price_usd": {"image": "0.01"}}


def drafted(**fields):
    body = json.dumps({"model": "a/m", "prompt": "a cat", **fields}).encode()
    return DRAWS.encode_request(OPENAI.decode_request(OPENAI.open(body)), url="u", upstream="m", stream=False)


JOB = {"sdGenerationJob": {"generationId": "f3-95", "apiCreditCost": 7}}
PENDING = {"generations_by_pk": {"id": "f3-95", "status": "PENDING", "generated_images": []}}
IMAGES = [{"id": "i1", "url": "https://cdn.example/1.jpg"}, {"id": "i2", "url": "https://cdn.example/2.jpg"}]
DONE = {"generations_by_pk": {"id": "f3-95", "status": "COMPLETE", "generated_images": IMAGES}}


def test_one_image_is_made_where_no_number_is_named():
    draft = drafted(size="512x768", seed=7)
    asked = {"prompt": "a cat", "modelId": "m", "num_images": 1, "width": 512, "height": 768, "seed": 7}
    assert (draft.document, draft.lost) == (asked, [])


@pytest.mark.parametrize("fields", [{"response_format": "b64_json"}, {"image": "https://a.example/a.png"}])
def test_what_it_can_not_draw_is_refused(fields):
    with pytest.raises(Unsupported):
        drafted(**fields)


@pytest.mark.parametrize(("told", "asked"), [(JOB, "u/f3-95"), (PENDING, "u/f3-95"), (DONE, None)])
def test_a_job_is_asked_for_until_it_is_done(told, asked):
    step = DRAWS.step(json.dumps(told).encode(), None, url="u", upstream="m")
    assert (step and step.url) == asked


@pytest.mark.parametrize("body", [b"{}", b'{"generations_by_pk": {"status": "FAILED"}}'])
def test_a_job_that_failed_or_is_none_says_so_and_is_not_asked_for_again(body):
    for read in (DRAWS.decode_response, lambda body: DRAWS.step(body, None, url="u", upstream="m")):
        with pytest.raises(UpstreamError):
            read(body)


@pytest.mark.parametrize("body", [b"", b"{}", json.dumps(PENDING).encode(), json.dumps(JOB).encode()])
def test_what_has_no_images_is_a_bad_upstream(body):
    with pytest.raises(BadUpstream):
        DRAWS.decode_response(body)


async def test_a_client_of_openai_gets_the_addresses_and_pays_for_each_image():
    body = json.dumps({"model": "a/m", "prompt": "a cat", "n": 2}).encode()
    got, sent = await answered("leonardo-ai", (JOB, PENDING, DONE), "openai-images", body, endpoints=[ROW])
    assert json.loads(got.body)["data"] == [{"url": one["url"]} for one in IMAGES]
    assert (got.call.attempt.usage, got.cost_nano) == (Usage(images=2), 20_000_000)
    assert [one.path.removeprefix("/v1") for one in sent] == ["/generations", *["/generations/f3-95"] * 2]
    assert sent[0].json == {"prompt": "a cat", "modelId": "m", "num_images": 2}
