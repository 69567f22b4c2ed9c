"""Images by InvokeModel: each maker's body there and back, other clients' requests, replies, and what is refused."""

import contextlib
import json

import pytest
from crossroads_bedrock_invoke.images import BedrockImages
from hypothesis import given

from crossroads import jsonbody
from crossroads.errors import BadRequest, BadUpstream, Unsupported, UpstreamError, UpstreamRefused
from crossroads.testing import dialect_conformance, laws
from crossroads.testing.mutilated import mutilated
from crossroads.types.base import validate
from crossroads.types.images import ImageRequest

TestBedrockImages = dialect_conformance(BedrockImages)

DIALECT = BedrockImages()
URL = "https://bedrock.example/model/m/invoke"
CANVAS, CORE, XL = "amazon.nova-canvas-v1:0", "stability.stable-image-core-v1:1", "stability.stable-diffusion-xl-v1"
BODIES = {
    "amazon": {
        "taskType": "TEXT_IMAGE",
        "textToImageParams": {"text": "A cat", "negativeText": "dogs"},
        "imageGenerationConfig": {
            "numberOfImages": 2, "width": 512, "height": 256, "quality": "premium", "cfgScale": 8.0, "seed": 0
        },
    },
    "amazon variation": {"taskType": "IMAGE_VARIATION", "imageVariationParams": {"text": "Red", "images": ["AAAA"]}},
    "amazon mask": {
        "taskType": "INPAINTING", "inPaintingParams": {"text": "Hat", "image": "AAAA", "maskImage": "BBBB"}
    },
    "stability": {"prompt": "A cat", "mode": "text-to-image", "aspect_ratio": "16:9", "output_format": "jpeg"},
    "stability change": {"prompt": "A cat", "mode": "image-to-image", "image": "AAAA", "strength": 0.5},
    "xl": {"text_prompts": [{"text": "A cat"}], "cfg_scale": 10, "seed": 0, "steps": 30, "width": 1024, "height": 512},
    "xl weighted": {
        "text_prompts": [{"text": "A cat", "weight": 1}, {"text": "dogs", "weight": -1}], "init_image": "AAAA"
    },
}  # fmt: skip


def sent(model, **body):
    request = validate(ImageRequest, json.dumps({"prompt": "A cat", **body}).encode())
    return DIALECT.encode_request(request, url=URL, upstream=model, stream=False)


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_request_comes_out_as_it_went_in(body):
    opened = DIALECT.open(json.dumps(body).encode())
    for draft in (
        DIALECT.splice_request(opened, url=URL, upstream="arn:aws:x"),
        DIALECT.encode_request(DIALECT.decode_request(opened), url=URL, upstream="arn:aws:x", stream=False),
    ):
        assert json.loads(jsonbody.encode(draft.document)) == body
        assert draft.lost == []


def test_openai_s_request_in_each_maker_s_words():
    assert sent(CANVAS, n=2, size="1024x512", quality="hd").document == {
        "taskType": "TEXT_IMAGE",
        "textToImageParams": {"text": "A cat"},
        "imageGenerationConfig": {"numberOfImages": 2, "width": 1024, "height": 512, "quality": "premium"},
    }
    draft = sent(CORE, size="1920x1080", quality="high", user="jane")
    assert draft.document == {"prompt": "A cat", "aspect_ratio": "16:9"}
    assert {(lost.field, lost.how) for lost in draft.lost} == {
        ("size", "emulated"), ("quality", "dropped"), ("user", "dropped")
    }  # fmt: skip
    assert sent(XL, size="1024x512").document == {"text_prompts": [{"text": "A cat"}], "width": 1024, "height": 512}


def test_an_image_to_change_is_sent_as_each_maker_takes_it():
    picture = "data:image/png;base64,AAAA"
    assert sent(CORE, image=picture).document == {"prompt": "A cat", "image": "AAAA", "mode": "image-to-image"}
    assert sent(CANVAS, image=picture).document == {
        "taskType": "IMAGE_VARIATION", "imageVariationParams": {"text": "A cat", "images": ["AAAA"]}
    }  # fmt: skip
    masked = sent(CANVAS, image=picture, mask=picture).document
    assert masked["inPaintingParams"] == {"text": "A cat", "image": "AAAA", "maskImage": "AAAA"}


def test_several_images_are_asked_of_amazon_alone():
    with pytest.raises(Unsupported):
        sent(CORE, n=2)


@pytest.mark.parametrize(
    "body",
    [
        b'{"images":["AAAA"],"error":null}',
        b'{"images":["AAAA"],"seeds":[1],"finish_reasons":[null]}',
        b'{"result":"success","artifacts":[{"base64":"AAAA","finishReason":"SUCCESS"}]}',
    ],
)
def test_each_maker_s_reply_is_read_and_counted(body):
    reply = DIALECT.decode_response(body)
    assert (reply.document, reply.usage.images) == ({"data": [{"b64_json": "AAAA"}]}, 1)
    assert json.loads(DIALECT.encode_response(reply, laws.STAMP)) == {"images": ["AAAA"]}


def test_what_a_filter_held_back_is_an_error_with_its_reason():
    for body in (
        b'{"images":[""],"finish_reasons":["Filter reason: prompt"]}',
        b'{"images":[],"error":"It was blocked."}',
    ):
        with pytest.raises(UpstreamRefused, match=r"Filter reason|blocked"):
            DIALECT.decode_response(body)
    with pytest.raises(BadUpstream):
        DIALECT.decode_response(b'{"images":[]}')


@given(mutilated([json.dumps(body).encode() for body in BODIES.values()]))
def test_a_mutilated_request_is_encoded_or_is_refused(data):
    with contextlib.suppress(BadRequest, Unsupported):
        DIALECT.encode_request(DIALECT.decode_request(DIALECT.open(data)), url=URL, upstream="x", stream=False)


@given(mutilated([b'{"images":["AAAA"],"finish_reasons":[null],"error":null}', b'{"artifacts":[{"base64":"AAAA"}]}']))
def test_a_mutilated_reply_raises_nothing_but_our_errors(data):
    with contextlib.suppress(UpstreamError):
        assert DIALECT.relay_response(data, laws.STAMP).body
