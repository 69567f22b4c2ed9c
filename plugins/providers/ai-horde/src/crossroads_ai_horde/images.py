"""`POST /v2/generate/async`: images, by workers of the Horde, at addresses that expire or (`r2` false) in the reply.

An image to change makes it image-to-image, a mask beside it inpainting.
Sources: pkg:pypi/horde-sdk@0.33.3 (ai_horde_api/apimodels/generate/async_.py, status.py), read 2026-11-25.
"""

from __future__ import annotations

from typing import Any

from crossroads_openai_chat.errors import refused
from crossroads_openai_chat.foreign import JSON_HEADERS, Json, leftover, stated
from crossroads_openai_chat.reply import broken, whole
from crossroads_openai_images.vendor import (
    HANDLED,
    ONLY_OPENAI,
    VendorImages,
    as_base64,
    images_reply,
    mask_of,
    size_of,
    sources_of,
    wants_itself,
)

from crossroads import jsonbody
from crossroads.dialect import Draft, Reply
from crossroads.errors import Unsupported
from crossroads.steps import Step
from crossroads_ai_horde.jobs import CHECK, asked, following, made

DROPPED = (*ONLY_OPENAI, "aspect_ratio", "output_format", "resolution")
INLINE = "image/webp"
"""What an image in a reply is."""


class AIHordeImages(VendorImages):
    """See `crossroads.dialect.Dialect` and `crossroads.steps.SteppedDialect`. An upstream only."""

    name = "ai-horde-images"
    upstream_path = "/generate/async"
    takes_steps = True
    own = {"prompt": jsonbody.STRING}

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        fields = stated(request)
        own, lost = leftover(fields, (*HANDLED, "seed"), DROPPED)
        params: Json = {"n": fields["n"]} if "n" in fields else {}
        if "seed" in fields:
            params["seed"] = str(fields["seed"])
        if (size := size_of(fields)) is not None:
            params["width"], params["height"] = size
        document = asked(own, params, models=[upstream], r2=not wants_itself(request, fields), **_sources(fields))
        document |= {"prompt": fields["prompt"]} if "prompt" in fields else {}
        return Draft(document=document, url=url, headers=JSON_HEADERS, lost=lost)

    def step(self, body: bytes, request: Any, *, url: str, upstream: str) -> Step | None:
        """See `SteppedDialect.step`."""
        return following(whole(body), url, first=CHECK)

    def decode_response(self, body: bytes) -> Reply:
        rows = made(whole(body))
        if all(row.get("censored") is True for row in rows):
            raise refused("The image was censored.", code="content_policy_violation")
        return images_reply([_row(row) for row in rows])


def _sources(fields: Json) -> Json:
    """Raises Unsupported: several images to change, or a mask without one."""
    given = sources_of(fields)
    if len(given) > 1:
        raise Unsupported("the provider changes one image.", remedy="Send one.", field="image")
    mask = mask_of(fields)
    if not given:
        return {}
    source = {"source_image": as_base64(given[0]), "source_processing": "img2img"}
    if mask is None:
        return source
    return {**source, "source_processing": "inpainting", "source_mask": as_base64(mask)}


def _row(row: Json) -> Json:
    image = row.get("img")
    if not isinstance(image, str) or not image:
        raise broken("the provider's reply has a generation without an image.")
    return {"url": image} if image.startswith("http") else {"b64_json": image, "media_type": INLINE}
