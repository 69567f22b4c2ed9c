"""`POST /v2beta/stable-image/generate/{ultra|core|sd3}`: a form; the reply is one image, as base64 in JSON.

Models of the sd3 family are named in the form, the others by the address. `size` becomes the nearest shape that
Stability makes; an image to start from makes it image-to-image, with `strength`.
Sources: pkg:pypi/litellm@1.109.1 (llms/stability, types/llms/stability.py); Stability AI's REST API reference,
"Stable Image", read 2026-11-25.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crossroads_openai_chat.errors import refused
from crossroads_openai_chat.foreign import Json, leftover, stated, typed
from crossroads_openai_chat.reply import broken, whole
from crossroads_openai_images.vendor import (
    HANDLED,
    ONLY_OPENAI,
    VendorImages,
    images_reply,
    nearest_shape,
    one_only,
    only_itself,
    refuse_mask,
    size_of,
    sources_of,
)

from crossroads import jsonbody
from crossroads.call import Lost
from crossroads.dialect import Draft, Reply, Stamp
from crossroads.errors import Unsupported
from crossroads.multipart import File

SHAPES = ("21:9", "16:9", "3:2", "5:4", "1:1", "4:5", "2:3", "9:16", "9:21")
BY_ADDRESS = {"stable-image-ultra": "ultra", "stable-image-core": "core"}
FAMILY = "sd3"
"""Whose models are named in the form."""
STRENGTH = 0.75
"""How far an image is changed, where the caller does not say; Stability insists on a number."""


class StabilityImages(VendorImages):
    """See `crossroads.dialect.Dialect`."""

    name = "stability-images"
    upstream_path = "/v2beta/stable-image/generate"
    own = {"prompt": jsonbody.STRING}

    def canonical(self, own: Json, params: Mapping[str, str]) -> Json:
        fields = {name: value for name, value in own.items() if name != "mode"}
        return {**fields, "seed": typed(fields["seed"])} if "seed" in fields else fields

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        fields = stated(request)
        document, lost = leftover(fields, HANDLED, ONLY_OPENAI)
        one_only(fields)
        refuse_mask(fields)
        lost += only_itself(fields)
        if "prompt" in fields:
            document["prompt"] = fields["prompt"]
        if (size := size_of(fields)) is not None and "aspect_ratio" not in document:
            document["aspect_ratio"] = nearest(*size)
            lost.append(Lost("size", "emulated", "sent as the nearest shape that the provider makes"))
        if (image := _source(fields)) is not None:
            document |= {"image": image, "strength": document.get("strength", STRENGTH)}
            document.pop("aspect_ratio", None)  # the image has its own
        verb = BY_ADDRESS.get(upstream, FAMILY)
        if verb == FAMILY:
            document["model"] = upstream
            if image is not None:
                document["mode"] = "image-to-image"
        return Draft(
            document=document, url=f"{url}/{verb}", headers=((b"accept", b"application/json"),), lost=lost, form=True
        )

    def decode_response(self, body: bytes) -> Reply:
        told = whole(body)
        if told.get("finish_reason") == "CONTENT_FILTERED":
            raise refused("The image was filtered.", code="content_policy_violation")
        image = told.get("image")
        if not isinstance(image, str) or not image:
            raise broken("the provider's reply has no image.")
        return images_reply([{"b64_json": image}], seed=told.get("seed"))

    def encode_response(self, reply: Reply, stamp: Stamp) -> bytes:
        document = reply.document or {}
        row = (document.get("data") or [{}])[0]
        told = {"image": row.get("b64_json"), "finish_reason": "SUCCESS"}
        return jsonbody.encode(told | {name: document[name] for name in ("seed",) if name in document})


def nearest(width: int, height: int) -> str:
    """Of SHAPES."""
    return nearest_shape(width, height, SHAPES)


def _source(fields: Json) -> File | None:
    """The image to start from. Raises Unsupported: several, or one that is no file."""
    given = sources_of(fields)
    files = [one for one in given if isinstance(one, File)]
    if len(given) > 1 or len(files) < len(given):
        raise Unsupported("the provider takes one image, as a file.", remedy="Send one, in a form.", field="image")
    return files[0] if files else None
