"""Prodia's images: what goes out as JSON and as a form, what a form brings back, what is billed."""

import base64
import json

import pytest
from crossroads_openai_images import OpenAIImages
from crossroads_prodia.images import ProdiaImages

from crossroads.errors import BadUpstream, Unsupported
from crossroads.multipart import File, encode_form, open_form
from crossroads.testing import dialect_conformance
from crossroads.testing.answers import Answer
from crossroads.testing.served import answered
from crossroads.types.usage import Usage

TestImages = dialect_conformance(ProdiaImages)

DRAWS, OPENAI = ProdiaImages(), OpenAIImages()
ROW = {"model": "a/m", "upstream": "inference.m.txt2img.v1", "operations": ["images"], "price_usd": {"image": "0.01"}}
PNG = File(data=b"\x89PNG\0\r\n\xff", filename="a.png", content_type="image/png")
JOB = File(data=b'{"id": "j-1"}', filename="job.json", content_type="application/json")
REPLY, KIND = encode_form({"job": JOB, "output": PNG})


def drafted(**fields):
    body, kind = encode_form({"prompt": "a cat", **fields})
    request = OPENAI.decode_request(OPENAI.open(body, {"content_type": kind}))
    return DRAWS.encode_request(request, url="u", upstream="inference.m.txt2img.v1", stream=False)


def test_what_is_asked_stands_in_the_config_of_a_job():
    draft = drafted(size="512x768", quality="high", response_format="url")
    assert draft.document == {
        "type": "inference.m.txt2img.v1",
        "config": {"prompt": "a cat", "width": 512, "height": 768},
    }
    assert {lost.field for lost in draft.lost} == {"quality", "response_format"}


def test_an_image_to_change_goes_beside_the_job_in_a_form():
    draft = drafted(image=PNG, seed=7)
    assert draft.form
    assert draft.document["input"] == PNG
    assert json.loads(draft.document["job"].data)["config"] == {"prompt": "a cat", "seed": 7}


@pytest.mark.parametrize(
    "fields", [{"image": "https://x.example/a.png"}, {"image": [PNG, PNG]}, {"image": PNG, "mask": PNG}, {"n": 2}]
)
def test_what_it_can_not_draw_is_refused(fields):
    with pytest.raises(Unsupported):
        drafted(**fields)


@pytest.mark.parametrize(
    "body",
    [b"", b"{}", b"--\r\n", b"--b\r\n", REPLY[:-20], encode_form({"job": JOB})[0], encode_form({"output": "x"})[0]],
)
def test_what_brings_no_image_is_a_bad_upstream(body):
    with pytest.raises(BadUpstream):
        DRAWS.decode_response(body)


async def test_a_client_of_openai_gets_the_image_and_pays_for_one():
    body = json.dumps({"model": "a/m", "prompt": "a cat", "seed": 7}).encode()
    told = [Answer(raw=(REPLY,), content_type=KIND)]
    got, [sent] = await answered("prodia", told, "openai-images", body, endpoints=[ROW])
    assert base64.b64decode(json.loads(got.body)["data"][0]["b64_json"]) == PNG.data
    assert (got.call.attempt.usage, got.cost_nano) == (Usage(images=1), 10_000_000)
    assert sent.path.endswith("/job")
    assert sent.header("accept") == "multipart/form-data; image/png"
    assert sent.json == {"type": ROW["upstream"], "config": {"prompt": "a cat", "seed": 7}}


async def test_an_image_to_change_is_sent_as_the_file_that_it_is():
    form, kind = encode_form({"model": "a/m", "prompt": "a cat", "image": PNG})
    told = [Answer(raw=(REPLY,), content_type=KIND)]
    got, [sent] = await answered("prodia", told, "openai-images", form, kind, endpoints=[ROW])
    assert got.status == 200
    parts = open_form(sent.body, sent.header("content-type"))
    assert (parts["input"].data, parts["job"].content_type) == (PNG.data, "application/json")
