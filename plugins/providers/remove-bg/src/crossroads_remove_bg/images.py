"""`POST /v1.0/removebg`: a form with one image, or its address; the reply is that image without its background.

`size` is how large the image may be, in words ("preview", "full"): it keeps its shape.
Sources: https://www.remove.bg/api (samples), https://github.com/remove-bg/ruby (api_client.rb, request_options.rb and
recorded exchanges), https://www.npmjs.com/package/remove.bg (parameters), read 2026-11-25.
"""

from __future__ import annotations

from typing import Any

from crossroads_openai_chat.foreign import leftover, stated
from crossroads_openai_chat.reply import broken
from crossroads_openai_images.vendor import (
    DATA_URL,
    HANDLED,
    ONLY_OPENAI,
    SIZE,
    VendorImages,
    as_base64,
    image_kind,
    images_reply,
    one_only,
    only_itself,
    refuse_mask,
    row_with,
    sources_of,
)

from crossroads.call import Lost
from crossroads.dialect import Draft, Reply
from crossroads.errors import Unsupported
from crossroads.multipart import File

DROPPED = (*ONLY_OPENAI, "aspect_ratio", "resolution", "seed")
LARGEST = "auto"
"""The largest that the credits allow, for a caller who says none, as the vendor's own client asks for; its API would
give a preview."""
FORMATS = {"jpeg": "jpg"}


class RemoveBgImages(VendorImages):
    """See `crossroads.dialect.Dialect`. An upstream only."""

    name = "remove-bg-images"
    upstream_path = ""

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        fields = stated(request)
        document, lost = leftover(fields, (*HANDLED, "output_format"), DROPPED)
        lost += only_itself(fields)
        one_only(fields)
        refuse_mask(fields)
        if "prompt" in fields:
            lost.append(Lost("prompt", "dropped", "what it does needs no words"))
        size = fields.get("size", LARGEST)
        if SIZE.fullmatch(str(size)):
            lost.append(Lost("size", "dropped", "the image keeps its own"))
            size = LARGEST
        document["size"] = size
        if (made := fields.get("output_format")) is not None:
            document["format"] = FORMATS.get(made, made)
        given = sources_of(fields)
        if len(given) > 1:
            raise Unsupported("the provider takes one image.", remedy="Send one.", field="image")
        for source in given:
            document |= _handed_over(source)
        return Draft(document=document, url=url, headers=((b"accept", b"*/*"),), lost=lost, form=True)

    def decode_response(self, body: bytes) -> Reply:
        if (kind := image_kind(body)) is None:
            raise broken("the provider's reply is no image.")
        return images_reply([row_with(body, kind)])


def _handed_over(source: str | File) -> dict[str, Any]:
    if isinstance(source, File):
        return {"image_file": source}
    return {"image_file_b64": as_base64(source)} if DATA_URL.match(source) else {"image_url": source}
