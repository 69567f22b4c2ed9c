"""`POST /v2/images/generations`: one image a request, at a signed address that expires.

The format has shapes and steps of resolution ("16:9", "2K") and no pixels; which ones, differs by model.
Source: pkg:pypi/getimg@0.4.0 (types/image_generate_params.py, image_generate_response.py), read 2026-11-25.
"""

from __future__ import annotations

from typing import Any

from crossroads_openai_chat.foreign import JSON_HEADERS, Json, leftover, stated
from crossroads_openai_chat.reply import whole
from crossroads_openai_chat.worded import text_at
from crossroads_openai_images.vendor import (
    HANDLED,
    ONLY_OPENAI,
    VendorImages,
    addresses_only,
    as_url,
    images_reply,
    nearest_shape,
    one_only,
    refuse_mask,
    row_of,
    rows_in,
    size_of,
    sources_of,
)

from crossroads import jsonbody
from crossroads.call import Lost
from crossroads.dialect import Draft, Reply

SHAPES = ("1:1", "2:3", "3:2", "3:4", "4:3", "9:16", "16:9")


class GetimgImages(VendorImages):
    """See `crossroads.dialect.Dialect`. An upstream only."""

    name = "getimg-images"
    upstream_path = "/v2/images/generations"
    own = {"prompt": jsonbody.STRING}

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        fields = stated(request)
        document, lost = leftover(fields, HANDLED, (*ONLY_OPENAI, "seed"))
        one_only(fields)
        addresses_only(request, fields)
        refuse_mask(fields)
        document |= {"prompt": fields["prompt"]} if "prompt" in fields else {}
        document["model"] = upstream
        if (size := size_of(fields)) is not None and "aspect_ratio" not in document:
            document["aspect_ratio"] = nearest_shape(*size, SHAPES)
            lost.append(Lost("size", "emulated", "sent as the nearest shape: the model chooses the pixels"))
        if sources := sources_of(fields):
            document["images"] = [{"url": as_url(source)} for source in sources]
        return Draft(document=document, url=url, headers=JSON_HEADERS, lost=lost)

    def decode_response(self, body: bytes) -> Reply:
        told = whole(body)
        reply = images_reply([_row(row) for row in rows_in(told.get("data"))])
        reply.upstream_id = text_at(told, "id")
        return reply


def _row(row: Json) -> Json:
    kind = row.get("mime_type")
    return {**row_of(row.get("url")), **({"media_type": kind} if isinstance(kind, str) else {})}
