"""Images of fal's models: `POST /{model}`, where each model has fields of its own and most share these.

`size` is `image_size`, `n` is `num_images`; `b64_json` is `sync_mode`, with which fal gives data URLs.
Source: pkg:pypi/fal-client@1.0.3, pkg:pypi/litellm@1.109.1 (llms/fal_ai/image_generation), recorded exchanges, read
2026-11-25.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crossroads_openai_chat.foreign import JSON_HEADERS, Json, leftover, stated
from crossroads_openai_chat.reply import whole
from crossroads_openai_images.vendor import (
    HANDLED,
    ONLY_OPENAI,
    VendorImages,
    as_url,
    images_reply,
    mask_of,
    row_of,
    rows_in,
    size_of,
    sources_of,
    wants_itself,
)

from crossroads import jsonbody
from crossroads.dialect import Draft, Reply, Stamp
from crossroads.steps import Step
from crossroads_fal.queue import is_waiting, queue_step

OWN_FORMS = ("url", "b64_json")


class FalImages(VendorImages):
    """See `crossroads.dialect.Dialect` and `crossroads.steps.SteppedDialect`."""

    name = "fal-images"
    upstream_path = ""
    takes_steps = True
    own = {"prompt": jsonbody.STRING}

    def canonical(self, own: Json, params: Mapping[str, str]) -> Json:
        fields = dict(own)
        size = fields.get("image_size")
        if isinstance(size, dict) and set(size) == {"width", "height"}:
            fields["size"] = f"{size['width']}x{size['height']}"
            del fields["image_size"]
        if "num_images" in fields:
            fields["n"] = fields.pop("num_images")
        if fields.get("sync_mode") is True and "response_format" not in fields:
            fields["response_format"] = "b64_json"
            del fields["sync_mode"]
        if "image_url" in fields:
            fields["image"] = fields.pop("image_url")
        elif "image_urls" in fields:
            fields["images"] = fields.pop("image_urls")
        return fields

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        fields = stated(request)
        document, lost = leftover(fields, HANDLED, ONLY_OPENAI)
        form = fields.get("response_format")
        if wants_itself(request, fields):
            document["sync_mode"] = True
        elif form is not None and form not in OWN_FORMS:  # a model's own word
            document["response_format"] = form
        if "prompt" in fields:
            document["prompt"] = fields["prompt"]
        if "n" in fields:
            document["num_images"] = fields["n"]
        if (size := size_of(fields)) is not None:
            document["image_size"] = {"width": size[0], "height": size[1]}
        sources = [as_url(source) for source in sources_of(fields)]
        if len(sources) == 1 and "images" not in fields:
            document["image_url"] = sources[0]
        elif sources:
            document["image_urls"] = sources
        if (mask := mask_of(fields)) is not None:
            document["mask_url"] = as_url(mask)
        return Draft(document=document, url=url, headers=JSON_HEADERS, lost=lost)

    def step(self, body: bytes, request: Any, *, url: str, upstream: str) -> Step | None:
        """See `SteppedDialect.step`."""
        return queue_step(body)

    def decode_response(self, body: bytes) -> Reply:
        told = whole(body)
        rows = told.get("images", [told["image"]] if "image" in told else None)
        made = [{**row_of(row.get("url")), **_about(row)} for row in rows_in(None if is_waiting(told) else rows)]
        return images_reply(made, seed=told.get("seed"), has_nsfw_concepts=told.get("has_nsfw_concepts"))

    def encode_response(self, reply: Reply, stamp: Stamp) -> bytes:
        document = reply.document or {}
        images = [_own_image(row) for row in document.get("data") or ()]
        more: Json = {name: document[name] for name in ("seed", "has_nsfw_concepts") if name in document}
        return jsonbody.encode({"images": images, **more})


def _about(row: Json) -> Json:
    kind = row.get("content_type")
    return {"media_type": kind} if isinstance(kind, str) else {}


def _own_image(row: Json) -> Json:
    kind = row.get("media_type", "image/png")
    return {"url": row.get("url") or f"data:{kind};base64,{row.get('b64_json')}", "content_type": kind}
