"""Black Forest Labs' images: what goes out, how a job is asked for, what comes back, what is billed."""

import base64
import json

import pytest
from crossroads_black_forest_labs.images import BlackForestLabsImages
from crossroads_openai_images import OpenAIImages

from crossroads import multipart
from crossroads.errors import BadUpstream, Unsupported, UpstreamError
from crossroads.multipart import File
from crossroads.testing import QuickClock, dialect_conformance, laws
from crossroads.testing.answers import Answer
from crossroads.testing.served import served
from crossroads.testing.upstream import ScriptedProvider
from crossroads.types.images import ImageRequest
from crossroads.types.usage import Usage

TestImages = dialect_conformance(BlackForestLabsImages, "vectors/images")

DRAWS, OPENAI = BlackForestLabsImages(), OpenAIImages()
URL = "https://api.bfl.ai/v1/flux-dev"
PNG = File(data=b"\x89PNG\0\xff", filename="a.png", content_type="image/png")
READY = {"id": "j", "status": "Ready", "result": {"sample": "https://delivery.bfl.ai/a.jpeg?sig=s"}}


def drafted(upstream="flux-dev", **fields):
    body, kind = multipart.encode_form({"prompt": "a cat", **fields})
    request = OPENAI.decode_request(OPENAI.open(body, {"content_type": kind}))
    return DRAWS.encode_request(request, url=URL, upstream=upstream, stream=False)


def test_a_size_is_pixels_or_for_models_of_shapes_the_shape():
    assert drafted(size="512x768").document == {"prompt": "a cat", "width": 512, "height": 768}
    draft = drafted("flux-pro-1.1-ultra", size="1536x1024", quality="high")
    assert draft.document == {"prompt": "a cat", "aspect_ratio": "3:2"}
    assert {(lost.field, lost.how) for lost in draft.lost} == {("size", "emulated"), ("quality", "dropped")}


def test_images_to_change_go_as_base64():
    draft = drafted("flux-kontext-pro", image=PNG, seed=7)
    assert draft.document["seed"] == 7  # of a form, in which everything is text
    draft = drafted("flux-kontext-pro", image=[PNG, PNG])
    encoded = base64.b64encode(PNG.data).decode()
    assert draft.document == {"prompt": "a cat", "input_image": encoded, "input_image_2": encoded}


@pytest.mark.parametrize("fields", [{"n": 2}, {"size": "big"}, {"mask": PNG, "image": PNG}, {"image": [PNG] * 9}])
def test_what_it_can_not_draw_is_refused(fields):
    with pytest.raises(Unsupported):
        drafted(**fields)


def test_its_own_request_is_read_and_written_the_same():
    body = {"prompt": "a truck", "width": 256, "height": 256, "seed": 8817, "input_image": "AAAA"}
    laws.both_paths_send_the_same(DRAWS, json.dumps(body).encode())
    opened = DRAWS.open(json.dumps(body).encode())
    assert DRAWS.splice_request(opened, url=URL, upstream="flux-dev").document == body


def test_a_job_is_asked_for_until_it_is_ready():
    def step(told):
        return DRAWS.step(json.dumps(told).encode(), ImageRequest(), url=URL, upstream="flux-dev")

    assert step({"id": "j", "polling_url": "https://api.us1.bfl.ai/v1/get_result?id=j"}).url.startswith(
        "https://api.us1"
    )
    assert step({"id": "j", "status": "Pending"}).url == "https://api.bfl.ai/v1/get_result?id=j"
    assert step(READY) is None
    with pytest.raises(UpstreamError):
        step({"id": "j", "status": "Error"})


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"status": "Content Moderated"}, "content_policy_violation"),
        ({"status": "Error", "details": {"error": "boom"}}, "provider_unavailable"),
        ({"status": "Task not found"}, "provider_unavailable"),
    ],
)
def test_a_job_that_failed_says_why(told, code):
    with pytest.raises(UpstreamError) as caught:
        DRAWS.decode_response(json.dumps(told).encode())
    assert caught.value.code == code


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"status":"Ready"}', b'{"status":"Ready","result":{"sample":1}}']
)
def test_what_is_no_image_is_a_bad_upstream(body):
    with pytest.raises(BadUpstream):
        DRAWS.decode_response(body)
    laws.both_paths_reply_the_same(DRAWS, json.dumps(READY).encode())


@pytest.fixture
async def bfl():
    async with ScriptedProvider() as provider:
        yield provider


def asked(**fields):
    return json.dumps({"model": "black-forest-labs/flux-pro-1.1", "prompt": "a cat", **fields}).encode()


async def test_a_client_of_openai_gets_the_address_and_pays_for_one_image(bfl):
    pending = {"id": "j", "polling_url": f"{bfl.base_url}/get_result?id=j"}
    bfl.script(
        *(Answer(raw=(json.dumps(told).encode(),)) for told in (pending, {"id": "j", "status": "Pending"}, READY))
    )
    got = await served("black-forest-labs", bfl, "openai-images", asked(size="1024x1024"), clock=QuickClock())
    assert got.status == 200, got.body
    told = json.loads(got.body)
    assert told["data"] == [{"url": READY["result"]["sample"]}]
    assert told["usage"]["cost"] == 0.04
    assert [one.path for one in bfl.requests] == ["/v1/flux-pro-1.1", *["/v1/get_result?id=j"] * 2]
    assert {one.header("x-key") for one in bfl.requests} == {"none"}
    assert (got.call.attempt.usage, got.cost_nano) == (Usage(images=1), 40_000_000)


async def test_a_client_that_wants_the_image_itself_gets_it_and_no_key_goes_to_its_address(bfl):
    ready = {**READY, "result": {"sample": f"{bfl.base_url}/a.png?sig=s"}}
    bfl.script(Answer(raw=(json.dumps(ready).encode(),)), Answer(raw=(PNG.data,), content_type="image/png"))
    got = await served("black-forest-labs", bfl, "openai-images", asked(response_format="b64_json"), clock=QuickClock())
    assert got.status == 200, got.body
    assert base64.b64decode(json.loads(got.body)["data"][0]["b64_json"]) == PNG.data
    assert bfl.requests[1].header("x-key") is None
    assert got.cost_nano == 40_000_000
