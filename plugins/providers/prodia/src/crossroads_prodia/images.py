"""`POST /v2/job`: a job of one kind with its config, done while the call waits; the reply is a form with the image.

With an image to change the request is a form too, of `job` and `input`. A reply's boundary is read off its first line:
what a dialect is given of a reply is its body.
Sources: pkg:npm/prodia@1.6.0 (dist/v2/index.js), pkg:npm/%40ai-sdk/prodia@1.0.50 (src/prodia-image-model.ts,
prodia-api.ts), read 2026-11-25.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec
from crossroads_openai_chat.foreign import Json, leftover, stated
from crossroads_openai_chat.reply import broken
from crossroads_openai_images.vendor import (
    HANDLED,
    ONLY_OPENAI,
    VendorImages,
    images_reply,
    one_only,
    only_itself,
    row_with,
    size_of,
    sources_of,
)

from crossroads import jsonbody
from crossroads.dialect import Draft, Reply
from crossroads.errors import BadRequest, Unsupported
from crossroads.multipart import File, open_form

ACCEPT = (b"accept", b"multipart/form-data; image/png")
BEGINS = re.compile(rb"--([\x21-\x7e]{1,70})\r?\n")
"""The first line of a form; RFC 2046, section 5.1.1."""


class ProdiaImages(VendorImages):
    """See `crossroads.dialect.Dialect`. An upstream only."""

    name = "prodia-images"
    upstream_path = "/job"
    own = {"type": jsonbody.STRING, "config": jsonbody.OBJECT}

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        fields = stated(request)
        config, lost = leftover(fields, HANDLED, (*ONLY_OPENAI, "aspect_ratio", "output_format", "resolution"))
        one_only(fields)
        lost += only_itself(fields)
        config |= {"prompt": fields["prompt"]} if "prompt" in fields else {}
        if (size := size_of(fields)) is not None:
            config["width"], config["height"] = size
        job = {"type": upstream, "config": config}
        if (source := _source(fields)) is None:
            headers = ((b"content-type", b"application/json"), ACCEPT)
            return Draft(document=job, url=url, headers=headers, lost=lost)
        told = File(data=msgspec.json.encode(job), filename="job.json", content_type="application/json")
        return Draft(document={"job": told, "input": source}, url=url, headers=(ACCEPT,), lost=lost, form=True)

    def decode_response(self, body: bytes) -> Reply:
        if (line := BEGINS.match(body)) is None:
            raise broken("the provider's reply is no form.")
        try:
            parts = open_form(body, f"multipart/form-data; boundary={line[1].decode()}")
        except BadRequest:
            raise broken("the provider's reply is a form that can't be read.") from None
        image = parts.get("output")
        if not isinstance(image, File):
            raise broken("the provider's reply has no image.")
        return images_reply([row_with(image.data, image.content_type)])


def _source(fields: Json) -> File | None:
    """The image to change. Raises Unsupported: it is no file, or there are several."""
    sources = sources_of(fields)
    if "mask" in fields or len(sources) > 1:
        raise Unsupported("the provider changes one image, without a mask.", remedy="Send one.", field="image")
    files = [one for one in sources if isinstance(one, File)]
    if len(files) != len(sources):
        raise Unsupported("the provider takes an image as a file.", remedy="Send the file.", field="image")
    return files[0] if files else None
