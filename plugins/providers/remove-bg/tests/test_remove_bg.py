"""remove.bg: what goes out, what comes back, what is billed."""

import base64
import json

import pytest
from crossroads_openai_images import OpenAIImages
from crossroads_remove_bg.images import RemoveBgImages

from crossroads import multipart
from crossroads.errors import BadUpstream, Unsupported
from crossroads.multipart import File
from crossroads.testing import dialect_conformance
from crossroads.testing.answers import Answer
from crossroads.testing.served import served
from crossroads.testing.upstream import ScriptedProvider
from crossroads.types.usage import Usage

TestImages = dialect_conformance(RemoveBgImages)

CUTS, OPENAI = RemoveBgImages(), OpenAIImages()
JPG = File(data=b"\xff\xd8\0\xff", filename="a.jpg", content_type="image/jpeg")
PNG = b"\x89PNG\0\xff"
ROW = {"model": "a/m", "upstream": "removebg", "operations": ["images"], "price_usd": {"image": "0.20"}}


def drafted(**fields):
    body, kind = multipart.encode_form({"model": "a/m", **fields})
    request = OPENAI.decode_request(OPENAI.open(body, {"content_type": kind}))
    return CUTS.encode_request(request, url="u", upstream="removebg", stream=False)


@pytest.mark.parametrize(
    ("image", "sent"),
    [
        (JPG, {"image_file": JPG}),
        ("https://a.example/a.jpg", {"image_url": "https://a.example/a.jpg"}),
        ("data:image/jpeg;base64,aGk=", {"image_file_b64": "aGk="}),
    ],
)
def test_an_image_is_handed_over_as_it_came(image, sent):
    draft = drafted(image=image)
    assert draft.form
    assert draft.document == {"size": "auto", **sent}
    assert draft.lost == []


def test_words_and_pixels_say_nothing_to_it_and_its_own_go_through():
    draft = drafted(image=JPG, prompt="cut it", size="512x512", output_format="jpeg", bg_color="81d4fa", crop="true")
    assert draft.document == {"image_file": JPG, "size": "auto", "format": "jpg", "bg_color": "81d4fa", "crop": True}
    assert {(lost.field, lost.how) for lost in draft.lost} == {("prompt", "dropped"), ("size", "dropped")}
    assert drafted(image=JPG, size="preview").document["size"] == "preview"


@pytest.mark.parametrize("fields", [{"n": 2}, {"mask": JPG}, {"image": [JPG, JPG]}])
def test_what_it_can_not_do_is_refused(fields):
    with pytest.raises(Unsupported):
        drafted(**{"image": JPG, **fields})


@pytest.mark.parametrize("body", [b"", b"{}", b"PK\3\4"])
def test_what_is_no_image_is_a_bad_upstream(body):
    with pytest.raises(BadUpstream):
        CUTS.decode_response(body)


def test_a_refusal_says_its_title():
    body = b'{"errors": [{"title": "Failed to download image from given image_url: HTTP Status 404"}]}'
    assert "Failed to download image" in str(CUTS.decode_error(400, (), body))


async def test_a_client_of_openai_gets_the_image_and_pays_for_one():
    async with ScriptedProvider() as upstream:
        upstream.script(Answer(raw=(PNG,), content_type="image/png"))
        body, kind = multipart.encode_form({"model": "a/m", "image": JPG})
        got = await served("remove-bg", upstream, "openai-images", body, kind, endpoints=[ROW])
        (sent,) = upstream.requests
    row = json.loads(got.body)["data"][0]
    assert row == {"b64_json": base64.b64encode(PNG).decode(), "media_type": "image/png"}
    assert (got.call.attempt.usage, got.cost_nano) == (Usage(images=1), 200_000_000)
    assert (sent.path, sent.header("x-api-key")) == ("/v1/removebg", "none")
    assert multipart.open_form(sent.body, sent.header("content-type")) == {"image_file": JPG, "size": "auto"}
