"""Google's images: messages to Gemini, instances for Imagen; what comes back, what was blocked, what is billed."""

import base64
import json

import pytest
from crossroads_google_images import GoogleImagen, GoogleImages
from crossroads_google_images.shapes import GEMINI, IMAGEN, nearest
from crossroads_openai_images import OpenAIImages
from google.genai import types

from crossroads import multipart
from crossroads.errors import BadUpstream, Unsupported, UpstreamRefused
from crossroads.multipart import File
from crossroads.testing import dialect_conformance, laws
from crossroads.testing.served import answered
from crossroads.types.usage import Usage

TestGemini = dialect_conformance(GoogleImages)
TestImagen = dialect_conformance(GoogleImagen)

GEMINI_DRAWS, IMAGEN_DRAWS, OPENAI = GoogleImages(), GoogleImagen(), OpenAIImages()
PNG = File(data=b"\x89PNG\0\xff", filename="a.png", content_type="image/png")
BASE64 = base64.b64encode(PNG.data).decode()
USED = {
    "promptTokenCount": 9, "candidatesTokenCount": 1295, "totalTokenCount": 1304,
    "candidatesTokensDetails": [{"modality": "IMAGE", "tokenCount": 1290}],
}  # fmt: skip
PARTS = [{"text": "Here it is."}, {"inlineData": {"mimeType": "image/png", "data": BASE64}}]
MADE = {"candidates": [{"content": {"parts": PARTS}, "finishReason": "STOP"}], "usageMetadata": USED, "responseId": "r"}


def drafted(dialect, **fields):
    body, kind = multipart.encode_form({"prompt": "a cat", **fields})
    request = OPENAI.decode_request(OPENAI.open(body, {"content_type": kind}))
    return dialect.encode_request(request, url="u", upstream="m", stream=False)


def test_a_prompt_is_a_message_with_the_images_before_it():
    draft = drafted(GEMINI_DRAWS, image=PNG, size="1792x1024", resolution="2K", quality="high")
    blob = {"mimeType": "image/png", "data": BASE64}
    assert draft.document == {
        "contents": [{"role": "user", "parts": [{"inlineData": blob}, {"text": "a cat"}]}],
        "generationConfig": {
            "responseModalities": ["IMAGE"],
            "imageConfig": {"aspectRatio": "16:9", "imageSize": "2K"},
        },
    }
    types.Content.model_validate(draft.document["contents"][0])
    types.GenerateContentConfig.model_validate(draft.document["generationConfig"])
    assert {lost.field for lost in draft.lost} == {"size", "quality"}


@pytest.mark.parametrize("fields", [{"n": 2}, {"mask": PNG, "image": PNG}, {"size": "big"}])
def test_what_gemini_can_not_draw_is_refused(fields):
    with pytest.raises(Unsupported):
        drafted(GEMINI_DRAWS, **fields)
    request = OPENAI.decode_request(OPENAI.open(b'{"prompt": "a", "images": [{"image_url": "https://x/a.png"}]}'))
    with pytest.raises(Unsupported, match="fetches"):
        GEMINI_DRAWS.encode_request(request, url="u", upstream="m", stream=False)


def test_an_answer_with_an_image_is_one_and_its_tokens_stand_apart():
    reply = GEMINI_DRAWS.decode_response(json.dumps(MADE).encode())
    assert reply.document == {"data": [{"b64_json": BASE64, "media_type": "image/png"}]}
    assert reply.usage == Usage(input_tokens=9, output_tokens=5, image_output_tokens=1290)
    again = GEMINI_DRAWS.decode_response(GEMINI_DRAWS.encode_response(reply, laws.STAMP))
    assert again.document == reply.document


@pytest.mark.parametrize(
    "told",
    [
        {"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}},
        {"candidates": [{"finishReason": "IMAGE_SAFETY"}]},
        {"candidates": [{"content": {"parts": [{"text": "no"}]}, "finishReason": "NO_IMAGE"}]},
    ],
)
def test_what_was_blocked_says_why(told):
    with pytest.raises(UpstreamRefused) as caught:
        GEMINI_DRAWS.decode_response(json.dumps(told).encode())
    assert caught.value.code == "content_policy_violation"
    assert caught.value.elsewhere


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"candidates": [{"finishReason": "STOP"}]}', b'{"predictions": 1}']
)
def test_what_is_no_image_is_a_bad_upstream(body):
    for dialect in (GEMINI_DRAWS, IMAGEN_DRAWS):
        with pytest.raises(BadUpstream):
            dialect.decode_response(body)


@pytest.mark.parametrize(
    ("dialect", "body"),
    [
        (GEMINI_DRAWS, {"contents": [{"role": "user", "parts": [{"text": "a"}]}],
                        "generationConfig": {"responseModalities": ["IMAGE"], "imageConfig": {"aspectRatio": "3:2"}}}),
        (IMAGEN_DRAWS, {"instances": [{"prompt": "a"}],
                        "parameters": {"sampleCount": 2, "aspectRatio": "3:4", "personGeneration": "dont_allow"}}),
    ],
)  # fmt: skip
def test_its_own_request_is_read_and_written_the_same(dialect, body):
    opened = dialect.open(json.dumps(body).encode(), {"model": "google/m"})
    assert opened.models == ("google/m",)
    assert dialect.splice_request(opened, url="u", upstream="m").document == body


def test_imagen_makes_several_of_one_prompt_and_counts_images():
    draft = drafted(IMAGEN_DRAWS, n=2, size="1024x768", output_format="jpeg", negativePrompt="dogs")
    assert draft.document == {
        "instances": [{"prompt": "a cat"}],
        "parameters": {
            "sampleCount": 2, "aspectRatio": "4:3", "negativePrompt": "dogs", "outputOptions": {
                "mimeType": "image/jpeg",
            },
        },
    }  # fmt: skip
    made = {"bytesBase64Encoded": BASE64, "mimeType": "image/png"}
    body = json.dumps({"predictions": [made, made, {"raiFilteredReason": "no"}]}).encode()
    assert IMAGEN_DRAWS.decode_response(body).usage == Usage(images=2)
    laws.both_paths_reply_the_same(IMAGEN_DRAWS, body)
    with pytest.raises(Unsupported):
        drafted(IMAGEN_DRAWS, image=PNG)
    with pytest.raises(UpstreamRefused, match="no"):
        IMAGEN_DRAWS.decode_response(b'{"predictions": [{"raiFilteredReason": "no"}]}')


def test_every_shape_is_nearest_to_itself():
    for shapes in (GEMINI, IMAGEN):
        assert [nearest(*(90 * int(side) for side in shape.split(":")), shapes) for shape in shapes] == list(shapes)


@pytest.mark.parametrize(
    ("provider", "model", "answer", "nano"),
    [
        ("google-ai-studio", "gemini-2.5-flash-image", MADE, 9 * 300 + 5 * 2_500 + 1290 * 30_000),
        ("google-vertex", "imagen-3.0-generate-001", {"predictions": [{"bytesBase64Encoded": BASE64}]}, 40_000_000),
    ],
)
async def test_a_client_of_openai_gets_the_image_and_its_bill(provider, model, answer, nano):
    fields = {"model": f"google/{model}", "prompt": "a cat"}
    got, _ = await answered(provider, [answer], "openai-images", json.dumps(fields).encode())
    assert got.status == 200, got.body
    assert json.loads(got.body)["data"][0]["b64_json"] == BASE64
    assert got.cost_nano == nano
