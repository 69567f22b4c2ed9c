"""Ideogram's images: what goes out as JSON and as a form, what comes back, what is unsafe, what is billed."""

import json

import pytest
from crossroads_ideogram.images import IdeogramImages
from crossroads_openai_images import OpenAIImages

from crossroads.errors import BadUpstream, Unsupported, UpstreamError
from crossroads.multipart import File, encode_form, open_form
from crossroads.testing import QuickClock, dialect_conformance
from crossroads.testing.answers import Answer
from crossroads.testing.served import answered, served
from crossroads.testing.upstream import ScriptedProvider
from crossroads.types.images import ImageRequest
from crossroads.types.usage import Usage

TestImages = dialect_conformance(IdeogramImages)

DRAWS, OPENAI = IdeogramImages(), OpenAIImages()
URL = "https://api.ideogram.ai/v2/image/generate/ideogram-4-5"
ROW = {"model": "a/m", "upstream": "ideogram-4-5", "operations": ["images"], "price_usd": {"image": "0.05"}}
PNG = File(data=b"\x89PNG", filename="a.png", content_type="image/png")
SAFE = {"url": "https://ideogram.ai/api/images/ephemeral/a.png", "seed": 5, "is_image_safe": True}
UNSAFE = {"url": "", "seed": 6, "is_image_safe": False}


def drafted(**fields):
    body, kind = encode_form({"prompt": "a cat", **fields})
    request = OPENAI.decode_request(OPENAI.open(body, {"content_type": kind}))
    return DRAWS.encode_request(request, url=URL, upstream="ideogram-4-5", stream=False)


def test_what_openai_and_ideogram_call_alike_stays():
    draft = drafted(size="2048x2048", n=2, quality="high", magic_prompt="off", background="opaque")
    assert draft.document == {
        "prompt": "a cat",
        "size": "2048x2048",
        "num_images": 2,
        "quality": "high",
        "magic_prompt": "off",
    }
    assert [lost.field for lost in draft.lost] == ["background"]
    assert "quality" not in drafted(quality="auto").document


def test_an_image_to_change_makes_a_form_with_its_mask():
    draft = drafted(image=PNG, mask=PNG, seed=7)
    assert draft.form
    assert draft.document == {"prompt": "a cat", "seed": 7, "images": PNG, "mask": PNG}


@pytest.mark.parametrize(
    "fields",
    [
        {"image": "https://x.example/a.png"},
        {"image": [PNG, PNG]},
        {"image": PNG, "mask": "https://x.example/a.png"},
        {"n": 2, "response_format": "b64_json"},
        {"size": "big"},
    ],
)
def test_what_it_can_not_draw_is_refused(fields):
    with pytest.raises(Unsupported):
        drafted(**fields)


def test_its_own_word_for_the_number_is_read():
    request = DRAWS.decode_request(DRAWS.open(b'{"model": "a/m", "prompt": "a cat", "num_images": 3}'))
    assert request.n == 3


def test_a_generation_that_was_only_begun_is_asked_for():
    def step(told):
        return DRAWS.step(json.dumps(told).encode(), ImageRequest(), url=URL, upstream="m")

    assert step({"generation_id": "g_-1", "seed": 5}).url == "https://api.ideogram.ai/v2/generations/g_-1"
    assert step({"generation_id": "g_-1", "status": "pending"}).url == "https://api.ideogram.ai/v2/generations/g_-1"
    assert step({"generation_id": "g_-1", "status": "completed", "data": [SAFE]}) is None


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"generation_id": "g", "data": [UNSAFE]}, "content_policy_violation"),
        ({"generation_id": "g", "status": "failed", "error": "boom"}, "provider_unavailable"),
    ],
)
def test_what_failed_says_why(told, code):
    with pytest.raises(UpstreamError) as caught:
        DRAWS.decode_response(json.dumps(told).encode())
    assert caught.value.code == code


@pytest.mark.parametrize("told", [{}, {"data": "x"}, {"data": [1]}, {"data": [{}]}, {"generation_id": "../x"}, []])
def test_what_has_no_images_is_a_bad_upstream(told):
    with pytest.raises(BadUpstream):
        DRAWS.decode_response(json.dumps(told).encode())


async def test_a_client_of_openai_pays_for_the_images_that_came():
    body = json.dumps({"model": "a/m", "prompt": "a cat", "n": 2}).encode()
    told = [{"generation_id": "g", "data": [SAFE, UNSAFE]}]
    got, [sent] = await answered("ideogram", told, "openai-images", body, endpoints=[ROW])
    assert json.loads(got.body)["data"] == [{"url": SAFE["url"]}]
    assert (got.call.attempt.usage, got.cost_nano) == (Usage(images=1), 50_000_000)
    assert sent.path.endswith("/v2/image/generate/ideogram-4-5")
    assert sent.header("api-key") == "none"
    assert sent.json == {"prompt": "a cat", "num_images": 2}


async def test_an_image_to_change_is_sent_as_the_file_that_it_is_and_what_is_made_comes_itself():
    form, kind = encode_form({"model": "a/m", "prompt": "a cat", "image": PNG, "response_format": "b64_json"})
    async with ScriptedProvider() as upstream:
        row = {**SAFE, "url": f"{upstream.base_url}/a.png"}
        upstream.script(Answer(raw=(json.dumps({"generation_id": "g", "data": [row]}).encode(),)))
        upstream.script(Answer(raw=(PNG.data,), content_type="image/png"))
        got = await served("ideogram", upstream, "openai-images", form, kind, endpoints=[ROW], clock=QuickClock())
        sent = upstream.requests
    assert json.loads(got.body)["data"][0]["b64_json"] == "iVBORw=="
    assert open_form(sent[0].body, sent[0].header("content-type"))["images"].data == PNG.data
    assert sent[1].header("api-key") is None
