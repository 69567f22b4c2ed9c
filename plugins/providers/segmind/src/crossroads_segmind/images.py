"""`POST /v1/{model}`: the model's own parameters; the reply is the image.

But for the prompt its models share no words: what a caller names beside it goes to the model as it is.
Sources: pkg:pypi/segmind@1.3.0 (client.py, run_sync); https://segmind.com/models/segmind-vega-rt-v1/api, read
2026-11-25.
"""

from __future__ import annotations

from typing import Any

from crossroads_openai_chat.foreign import leftover, stated
from crossroads_openai_chat.reply import broken
from crossroads_openai_images.vendor import (
    HANDLED,
    ONLY_OPENAI,
    VendorImages,
    from_text_only,
    image_kind,
    images_reply,
    one_only,
    only_itself,
    row_with,
)

from crossroads import jsonbody
from crossroads.call import Lost
from crossroads.dialect import Draft, Reply


class SegmindImages(VendorImages):
    """See `crossroads.dialect.Dialect`. An upstream only."""

    name = "segmind-images"
    upstream_path = ""
    own = {"prompt": jsonbody.STRING}

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        fields = stated(request)
        document, lost = leftover(fields, HANDLED, ONLY_OPENAI)
        one_only(fields)
        from_text_only(fields, "Send the model's own parameter: they differ.")
        if "size" in fields:
            lost.append(Lost("size", "dropped", "its word differs by model: send the model's own"))
        lost += only_itself(fields)
        document |= {"prompt": fields["prompt"]} if "prompt" in fields else {}
        document["base64"] = False
        return Draft(
            document=document,
            url=url,
            headers=((b"content-type", b"application/json"), (b"accept", b"image/*, application/json")),
            lost=lost,
        )

    def decode_response(self, body: bytes) -> Reply:
        if (kind := image_kind(body)) is None:
            raise broken("the provider's reply is no image.")
        return images_reply([row_with(body, kind)])
