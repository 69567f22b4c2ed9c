"""QuiverAI's SVGs: what goes out, what comes back, what is billed."""

import base64
import json

import pytest
from crossroads_openai_images import OpenAIImages
from crossroads_quiverai.images import QuiverAIImages

from crossroads import multipart
from crossroads.errors import BadUpstream, Unsupported
from crossroads.multipart import File
from crossroads.testing import dialect_conformance
from crossroads.testing.answers import Answer
from crossroads.testing.served import served
from crossroads.testing.upstream import ScriptedProvider
from crossroads.types.usage import Usage

TestImages = dialect_conformance(QuiverAIImages)

DRAWS, OPENAI = QuiverAIImages(), OpenAIImages()
URL = "https://api.quiver.ai/v1/svgs"
SVG = '<svg viewBox="0 0 10 10"><rect width="10" height="10"/></svg>'
USED = {"total_tokens": 21, "input_tokens": 12, "output_tokens": 9}
MADE = {"id": "svg-gen-1", "created": 1713374400, "data": [{"svg": SVG, "mime_type": "image/svg+xml"}], "usage": USED}
PNG = File(data=b"\x89PNG\0\xff", filename="a.png", content_type="image/png")
ELSEWHERE = "https://a.example/a.svg"


def drafted(upstream="arrow-2", **fields):
    body = json.dumps({"model": "a/m", **fields}).encode()
    return DRAWS.encode_request(OPENAI.decode_request(OPENAI.open(body)), url=URL, upstream=upstream, stream=False)


def test_a_drawing_has_references_and_what_an_svg_has_not_is_told():
    draft = drafted(
        prompt="a cat", n=2, images=[ELSEWHERE, "data:image/png;base64,aGk="], size="64x64", temperature=0.5
    )
    assert draft.url == f"{URL}/generations"
    assert draft.document == {
        "model": "arrow-2",
        "stream": False,
        "prompt": "a cat",
        "n": 2,
        "references": [{"url": ELSEWHERE}, {"base64": "aGk="}],
        "temperature": 0.5,
    }
    assert {(lost.field, lost.how) for lost in draft.lost} == {("size", "dropped")}


def test_one_image_is_vectorized_as_it_is():
    body, kind = multipart.encode_form({"model": "a/m", "image": PNG, "prompt": "a cat", "auto_crop": "true"})
    request = OPENAI.decode_request(OPENAI.open(body, {"content_type": kind}))
    draft = DRAWS.encode_request(request, url=URL, upstream="vectorizations/arrow-1.1", stream=False)
    image = {"base64": base64.b64encode(PNG.data).decode()}
    assert draft.url == f"{URL}/vectorizations"
    assert draft.document == {"model": "arrow-1.1", "stream": False, "image": image, "auto_crop": True}
    assert [lost.field for lost in draft.lost] == ["prompt"]


def test_the_first_image_of_an_edit_is_what_is_changed():
    draft = drafted("edits/arrow-2", prompt="bluer", images=[ELSEWHERE, "https://a.example/b.png"])
    assert draft.url == f"{URL}/edits"
    assert draft.document == {
        "model": "arrow-2",
        "stream": False,
        "prompt": "bluer",
        "svg_source": {"url": ELSEWHERE},
        "reference_images": [{"url": "https://a.example/b.png"}],
    }


@pytest.mark.parametrize(
    ("upstream", "fields"),
    [
        ("arrow-2", {"mask": ELSEWHERE}),
        ("arrow-2", {"size": "big"}),
        ("edits/arrow-2", {"n": 2}),
        ("vectorizations/arrow-2", {"n": 2}),
        ("vectorizations/arrow-2", {"images": [ELSEWHERE, ELSEWHERE]}),
    ],
)
def test_what_it_can_not_do_is_refused(upstream, fields):
    with pytest.raises(Unsupported):
        drafted(upstream, prompt="a cat", **fields)


@pytest.mark.parametrize(
    ("told", "usage"),
    [
        (MADE, Usage(input_tokens=12, image_output_tokens=9)),
        ({**MADE, "credits": 20}, Usage(images=1)),
        ({**MADE, "usage": None}, Usage(images=1)),
    ],
)
def test_tokens_count_only_where_no_credits_are_told(told, usage):
    reply = DRAWS.decode_response(json.dumps(told).encode())
    assert (reply.usage, reply.upstream_id) == (usage, "svg-gen-1")
    (row,) = reply.document["data"]
    assert (base64.b64decode(row["b64_json"]).decode(), row["media_type"]) == (SVG, "image/svg+xml")


@pytest.mark.parametrize("body", [b"", b"{}", b'{"data": []}', b'{"data": [{"svg": 5}]}', b'{"data": [5]}'])
def test_what_is_no_svg_is_a_bad_upstream(body):
    with pytest.raises(BadUpstream):
        DRAWS.decode_response(body)


@pytest.mark.parametrize("stream", [False, True])
async def test_a_client_of_openai_gets_the_svg_and_pays_for_one(stream):
    async with ScriptedProvider() as upstream:
        upstream.script(Answer(raw=(json.dumps({**MADE, "credits": 20}).encode(),)))
        asked = {"model": "quiverai/arrow-1.1", "prompt": "a cat", "stream": stream}
        got = await served("quiverai", upstream, "openai-images", json.dumps(asked).encode())
        (sent,) = upstream.requests
    assert base64.b64encode(SVG.encode()) in got.body
    assert (got.call.attempt.usage, got.cost_nano) == (Usage(images=1), 200_000_000)
    assert sent.path == "/v1/svgs/generations"
    assert sent.json == {"model": "arrow-1.1", "prompt": "a cat", "stream": False}
