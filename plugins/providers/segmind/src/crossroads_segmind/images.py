"""`POST /v1/{model}`: the model's own parameters; the reply is the image.

But for the prompt its models share no words: what a caller names beside it goes to the model as it is.
Sources: pkg:pypi/segmind@1.3.0 (client.py, run_sync); https://segmind.com/models/segmind-vega-rt-v1/api, read
2026-11-25.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crossroads_openai_chat.foreign import Json, leftover, stated
from crossroads_openai_chat.reply import broken
from crossroads_openai_images.vendor import ONLY_OPENAI, VendorImages, images_reply, one_only, row_with, sources_of

from crossroads import jsonbody
from crossroads.call import Lost
from crossroads.dialect import Draft, Reply
from crossroads.errors import Unsupported

HANDLED = ("image", "images", "input_references", "mask", "n", "partial_images", "prompt", "response_format", "size")
BEGINNINGS = ((b"\x89PNG", "image/png"), (b"\xff\xd8", "image/jpeg"), (b"RIFF", "image/webp"))
"""How an image begins."""


class SegmindImages(VendorImages):
    """See `crossroads.dialect.Dialect`. An upstream only."""

    name = "segmind-images"
    upstream_path = ""
    own = {"prompt": jsonbody.STRING}

    def canonical(self, own: Json, params: Mapping[str, str]) -> Json:
        return own

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        fields = stated(request)
        document, lost = leftover(fields, HANDLED, ONLY_OPENAI)
        one_only(fields)
        if sources_of(fields) or "mask" in fields:
            raise Unsupported(
                "how an image is handed over differs by model here.",
                remedy="Send the model's own parameter.",
                field="image",
            )
        if "size" in fields:
            lost.append(Lost("size", "dropped", "its word differs by model: send the model's own"))
        if fields.get("response_format") == "url":
            lost.append(Lost("response_format", "dropped", "the image itself comes: it stands at no address"))
        document |= {"prompt": fields["prompt"]} if "prompt" in fields else {}
        document["base64"] = False
        return Draft(
            document=document,
            url=url,
            headers=((b"content-type", b"application/json"), (b"accept", b"image/*, application/json")),
            lost=lost,
        )

    def decode_response(self, body: bytes) -> Reply:
        kind = next((kind for begins, kind in BEGINNINGS if body.startswith(begins)), None)
        if kind is None:
            raise broken("the provider's reply is no image.")
        return images_reply([row_with(body, kind)])
