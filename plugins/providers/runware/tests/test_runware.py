"""Runware's images: what goes out, what comes back, what is billed."""

import json

import pytest
from crossroads_openai_images import OpenAIImages
from crossroads_runware.images import RunwareImages

from crossroads.errors import BadUpstream, Unsupported, UpstreamRefused
from crossroads.testing import dialect_conformance
from crossroads.testing.answers import Answer
from crossroads.testing.served import served
from crossroads.testing.upstream import ScriptedProvider
from crossroads.types.usage import Usage

TestImages = dialect_conformance(RunwareImages)

DRAWS, OPENAI = RunwareImages(), OpenAIImages()
ROW = {"model": "a/m", "upstream": "m", "operations": ["images"], "price_usd": {"image": "0.01"}}


def drafted(**fields):
    body = json.dumps({"model": "a/m", "prompt": "a cat", **fields}).encode()
    return DRAWS.encode_request(OPENAI.decode_request(OPENAI.open(body)), url="u", upstream="m", stream=False)


def test_a_size_that_nobody_named_is_told():
    draft = drafted(seed=7)
    assert [(lost.field, lost.how) for lost in draft.lost] == [("size", "emulated")]
    assert (draft.document["width"], draft.document["height"], draft.document["seed"]) == (1024, 1024, 7)
    assert json.loads(draft.body) == [draft.document]
    assert drafted(width=512, height=768).lost == []


@pytest.mark.parametrize("fields", [{"image": "https://a.example/a.png"}, {"size": "0x5"}])
def test_what_it_can_not_draw_is_refused(fields):
    with pytest.raises(Unsupported):
        drafted(**fields)


def test_an_error_is_read_from_its_list():
    told = {"errors": [{"code": "invalidWidth", "message": "Invalid width.", "parameter": "width"}]}
    assert "Invalid width." in str(DRAWS.decode_error(400, (), json.dumps(told).encode()))
    with pytest.raises(UpstreamRefused):
        DRAWS.decode_response(json.dumps(told).encode())


@pytest.mark.parametrize("body", [b"", b"{}", b'{"data": []}', b'{"data": [{"imageURL": 5}]}'])
def test_what_is_no_image_is_a_bad_upstream(body):
    with pytest.raises(BadUpstream):
        DRAWS.decode_response(body)


@pytest.mark.parametrize(
    ("form", "made", "told", "kind"),
    [
        ("url", {"imageURL": "https://im.example/a.jpg"}, {"url": "https://im.example/a.jpg"}, "URL"),
        ("b64_json", {"imageBase64Data": "AAAA"}, {"b64_json": "AAAA"}, "base64Data"),
    ],
)
async def test_a_client_of_openai_gets_its_images_and_pays_for_each(form, made, told, kind):
    async with ScriptedProvider() as upstream:
        upstream.script(Answer(raw=(json.dumps({"data": [made, made]}).encode(),)))
        asked = {"model": "a/m", "prompt": "a cat", "n": 2, "size": "512x768", "response_format": form}
        got = await served("runware", upstream, "openai-images", json.dumps(asked).encode(), endpoints=[ROW])
        [task] = upstream.requests[0].json
    assert json.loads(got.body)["data"] == [told, told]
    assert (got.call.attempt.usage, got.cost_nano) == (Usage(images=2), 20_000_000)
    assert len(task.pop("taskUUID")) == 36
    assert task == {
        "taskType": "imageInference",
        "model": "m",
        "positivePrompt": "a cat",
        "width": 512,
        "height": 768,
        "numberResults": 2,
        "outputType": kind,
    }
