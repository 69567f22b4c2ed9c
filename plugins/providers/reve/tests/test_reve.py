"""Reve's images: what goes out, what comes back, what is billed."""

import base64
import json

import pytest
from crossroads_openai_images import OpenAIImages
from crossroads_reve.images import ReveImages

from crossroads import multipart
from crossroads.errors import BadUpstream, Unsupported, UpstreamRefused
from crossroads.multipart import File
from crossroads.testing import dialect_conformance
from crossroads.testing.answers import Answer
from crossroads.testing.served import served
from crossroads.testing.upstream import ScriptedProvider
from crossroads.types.usage import Usage

TestImages = dialect_conformance(ReveImages)

DRAWS, OPENAI = ReveImages(), OpenAIImages()
PNG = File(data=b"\x89PNG\0\xff", filename="a.png", content_type="image/png")
INLINE = base64.b64encode(PNG.data).decode()
MADE = {"image": INLINE, "version": "reve-create@20250915", "content_violation": False, "request_id": "rsid-1"}
ROW = {"model": "a/m", "upstream": "v2/image/create", "operations": ["images"], "price_usd": {"image": "0.02"}}


def drafted(upstream="v2/image/create", **fields):
    body, kind = multipart.encode_form({"model": "a/m", "prompt": "a cat", **fields})
    request = OPENAI.decode_request(OPENAI.open(body, {"content_type": kind}))
    return DRAWS.encode_request(request, url="u", upstream=upstream, stream=False)


@pytest.mark.parametrize(
    ("upstream", "fields", "document"),
    [
        ("v2/image/create", {"image": [PNG, PNG]}, {"prompt": "a cat", "references": [{"data": INLINE}] * 2}),
        ("v1/image/create", {"version": "latest"}, {"prompt": "a cat", "version": "latest"}),
        ("v1/image/edit", {"image": PNG}, {"edit_instruction": "a cat", "reference_image": INLINE}),
        ("v1/image/remix", {"image": PNG}, {"prompt": "a cat", "reference_images": [INLINE]}),
        (
            "v1/image/remix",
            {"image": "data:image/png;base64,aGk="},
            {"prompt": "a cat", "reference_images": ["aGk="]},
        ),
    ],
)
def test_a_path_has_its_own_words(upstream, fields, document):
    assert drafted(upstream, **fields).document == document


@pytest.mark.parametrize(
    ("upstream", "size", "shape"),
    [
        ("v1/image/create", "4096x1024", "16:9"),
        ("v2/image/create", "4096x1024", "4:1"),
        ("v1/image/edit", "9x9", "1:1"),
    ],
)
def test_a_size_is_the_nearest_shape_that_a_path_makes(upstream, size, shape):
    draft = drafted(upstream, size=size, quality="high", output_format="webp")
    assert draft.document["aspect_ratio"] == shape
    told = {("size", "emulated"), ("quality", "dropped"), ("output_format", "dropped")}
    assert {(lost.field, lost.how) for lost in draft.lost} == told


@pytest.mark.parametrize(
    ("upstream", "fields"),
    [
        ("v2/image/create", {"n": 2}),
        ("v2/image/create", {"mask": PNG}),
        ("v2/image/create", {"image": [PNG] * 9}),
        ("v2/image/create", {"image": "https://a.example/a.png"}),
        ("v1/image/create", {"image": PNG}),
        ("v1/image/edit", {"image": [PNG, PNG]}),
    ],
)
def test_what_it_can_not_draw_is_refused(upstream, fields):
    with pytest.raises(Unsupported):
        drafted(upstream, **fields)


@pytest.mark.parametrize("flag", [True, "true"])
def test_what_violates_the_policy_is_refused(flag):
    with pytest.raises(UpstreamRefused) as caught:
        DRAWS.decode_response(json.dumps({**MADE, "content_violation": flag}).encode())
    assert caught.value.code == "content_policy_violation"


@pytest.mark.parametrize("body", [b"", b"{}", b'{"image": ""}', b'{"image": 5}'])
def test_what_is_no_image_is_a_bad_upstream(body):
    with pytest.raises(BadUpstream):
        DRAWS.decode_response(body)


def test_a_refusal_says_why():
    body = b'{"error_code": "INVALID_PARAMETER_VALUE", "message": "aspect_ratio is not valid", "params": {}}'
    assert "aspect_ratio is not valid" in str(DRAWS.decode_error(400, (), body))


@pytest.mark.parametrize("stream", [False, True])
async def test_a_client_of_openai_gets_the_image_and_pays_for_one(stream):
    async with ScriptedProvider() as upstream:
        upstream.script(Answer(raw=(json.dumps(MADE).encode(),)))
        asked = {"model": "a/m", "prompt": "a cat", "stream": stream}
        got = await served("reve", upstream, "openai-images", json.dumps(asked).encode(), endpoints=[ROW])
        (sent,) = upstream.requests
    assert INLINE.encode() in got.body
    assert (got.call.attempt.usage, got.cost_nano) == (Usage(images=1), 20_000_000)
    assert (sent.path, sent.header("authorization")) == ("/v1/v2/image/create", "Bearer none")
    assert sent.json == {"prompt": "a cat"}
