"""Decart's images: `POST /v1/generate/{model}`, a form with one image to edit; the reply is the image.

A second image is one to be guided by (`reference_image`).
Source: pkg:pypi/decart@0.2.4 (models.py: ImageToImageInput; process/request.py), read 2026-11-25.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crossroads_openai_chat.foreign import Json, leftover, stated
from crossroads_openai_chat.reply import broken
from crossroads_openai_images.vendor import (
    HANDLED,
    ONLY_OPENAI,
    VendorImages,
    image_kind,
    images_reply,
    one_only,
    only_itself,
    refuse_mask,
    row_with,
    sources_of,
)

from crossroads import jsonbody
from crossroads.call import Lost
from crossroads.dialect import Draft, Reply
from crossroads.errors import Unsupported
from crossroads_decart.sources import file_of

DROPPED = (*ONLY_OPENAI, "aspect_ratio", "output_format")
PLACES = ("data", "reference_image")


class DecartImages(VendorImages):
    """See `crossroads.dialect.Dialect`. An upstream only."""

    name = "decart-images"
    upstream_path = "/v1/generate"
    own = {"prompt": jsonbody.STRING}

    def canonical(self, own: Json, params: Mapping[str, str]) -> Json:
        return own

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        fields = stated(request)
        document, lost = leftover(fields, HANDLED, DROPPED)
        one_only(fields)
        refuse_mask(fields)
        if "size" in fields:
            lost.append(Lost("size", "dropped", "the image keeps its own"))
        lost += only_itself(fields)
        if "prompt" in fields:
            document["prompt"] = fields["prompt"]
        if len(sources := sources_of(fields)) > len(PLACES):  # none: the provider says so itself
            raise Unsupported("the model edits one image.", remedy="Send it, and at most one beside it.", field="image")
        for place, source in zip(PLACES, sources, strict=False):
            document[place] = file_of(source, kind="image", field="image")
        return Draft(document=document, url=url, headers=((b"accept", b"*/*"),), lost=lost, form=True)

    def decode_response(self, body: bytes) -> Reply:
        if (kind := image_kind(body)) is None:
            raise broken("the provider sent no image.")
        return images_reply([row_with(body, kind)])
