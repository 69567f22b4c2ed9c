"""NovelAI's images: what goes out, what comes back in a zip, what is billed."""

import base64
import contextlib
import io
import json
import zipfile

import pytest
from crossroads_novelai.archive import IMAGES_BYTES_MAX, IMAGES_MAX, unpacked
from crossroads_novelai.images import NovelAIImages
from crossroads_openai_images import OpenAIImages
from hypothesis import given
from hypothesis import strategies as st

from crossroads.errors import BadUpstream, Unsupported
from crossroads.testing import dialect_conformance
from crossroads.testing.answers import Answer
from crossroads.testing.served import served
from crossroads.testing.upstream import ScriptedProvider
from crossroads.types.usage import Usage

TestImages = dialect_conformance(NovelAIImages)

DRAWS, OPENAI = NovelAIImages(), OpenAIImages()
PNG, WEBP = b"\x89PNG\0\xff", b"RIFF\0\xff"
ROW = {
    "model": "a/m",
    "upstream": "nai-diffusion-4-5-full",
    "operations": ["images"],
    "price_usd": {"image": "0.01"},
}


def packed(*files, how=zipfile.ZIP_DEFLATED):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", how) as archive:
        for number, data in enumerate(files):
            archive.writestr(f"image_{number}.png", data)
    return made.getvalue()


def drafted(upstream="nai-diffusion-5-full", **fields):
    opened = OPENAI.open(json.dumps({"model": "a/m", "prompt": "a cat", **fields}).encode())
    return DRAWS.encode_request(OPENAI.decode_request(opened), url="u", upstream=upstream, stream=False)


def test_a_prompt_is_a_caption_too_and_what_is_unsaid_is_said_as_its_sdk_does():
    draft = drafted(negative_prompt="dogs", seed=7, steps=28)
    assert {name: draft.document[name] for name in ("action", "input", "model")} == {
        "action": "generate",
        "input": "a cat",
        "model": "nai-diffusion-5-full",
    }
    assert draft.document["parameters"] == {
        "params_version": 4,
        "width": 832,
        "height": 1216,
        "n_samples": 1,
        "sampler": "k_euler_ancestral",
        "scale": 5.0,
        "steps": 28,
        "seed": 7,
        "negative_prompt": "dogs",
        "v4_prompt": {
            "caption": {"base_caption": "a cat", "char_captions": []},
            "use_coords": False,
            "use_order": True,
        },
        "v4_negative_prompt": {"caption": {"base_caption": "dogs", "char_captions": []}, "legacy_uc": False},
    }
    assert [(lost.field, lost.how) for lost in draft.lost] == [("size", "emulated")]


def test_an_old_model_has_no_captions():
    draft = drafted("nai-diffusion-3", size="1024x1024", n=2, output_format="webp", response_format="url")
    parameters = draft.document["parameters"]
    assert "v4_prompt" not in parameters
    named = ("params_version", "width", "height", "n_samples", "image_format")
    assert [parameters[name] for name in named] == [3, 1024, 1024, 2, "webp"]
    assert [lost.field for lost in draft.lost] == ["response_format"]


def test_a_format_that_it_does_not_make_is_told():
    draft = drafted(output_format="jpeg", width=512, height=512)
    assert "image_format" not in draft.document["parameters"]
    assert [lost.field for lost in draft.lost] == ["output_format"]


@pytest.mark.parametrize("fields", [{"image": "https://a.example/a.png"}, {"mask": "x"}, {"size": "big"}])
def test_what_it_can_not_draw_is_refused(fields):
    with pytest.raises(Unsupported):
        drafted(**fields)


def test_a_zip_gives_its_images_and_nothing_else():
    assert unpacked(packed(PNG, b"notes", WEBP)) == [(PNG, "image/png"), (WEBP, "image/webp")]
    assert unpacked(packed(PNG, how=zipfile.ZIP_STORED)) == [(PNG, "image/png")]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        PNG,
        packed(),
        packed(b"notes"),
        packed(PNG)[:-30],
        packed(PNG, how=zipfile.ZIP_BZIP2),
        packed(*[PNG] * (IMAGES_MAX + 1)),
        packed(*[b"\0" * (IMAGES_BYTES_MAX // 2 + 1)] * 2),
    ],
    ids=["empty", "json", "image", "no file", "no image", "cut", "packed otherwise", "too many", "too large"],
)
def test_what_has_no_images_is_a_bad_upstream(body):
    with pytest.raises(BadUpstream):
        DRAWS.decode_response(body)


@given(st.integers(0, 300), st.binary(min_size=1, max_size=4))
def test_a_zip_with_broken_bytes_gives_images_or_a_bad_upstream(at, bytes_):
    whole = packed(PNG, WEBP)
    with contextlib.suppress(BadUpstream):
        DRAWS.decode_response(whole[:at] + bytes_ + whole[at + len(bytes_) :])


@pytest.mark.parametrize("stream", [False, True])
async def test_a_client_of_openai_gets_the_images_and_pays_for_each(stream):
    async with ScriptedProvider() as upstream:
        upstream.script(Answer(raw=(packed(PNG, WEBP),), content_type="application/x-zip-compressed"))
        asked = {"model": "a/m", "prompt": "a cat", "n": 2, "stream": stream}
        got = await served("novelai", upstream, "openai-images", json.dumps(asked).encode(), endpoints=[ROW])
        (sent,) = upstream.requests
    for image in (PNG, WEBP):
        assert base64.b64encode(image) in got.body
    assert (got.call.attempt.usage, got.cost_nano) == (Usage(images=2), 20_000_000)
    assert (sent.path, sent.header("authorization")) == ("/v1/ai/generate-image", "Bearer none")
    assert sent.json["parameters"]["n_samples"] == 2
