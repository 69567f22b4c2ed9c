"""`POST /{v1|v2}/image/{create|edit|remix}`: a prompt, and images as base64; the reply is one image in JSON.

What is done stands in the path, as the model's name. `size` becomes the nearest shape that Reve makes.
Sources: https://api.reve.com/llms.txt, pkg:pypi/reve@0.1.9 (v1/image.py, v2/image.py, v2/types.py), the shapes of v1:
https://rubydoc.info/gems/reve_ai; read 2026-11-25.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from crossroads_openai_chat.errors import refused
from crossroads_openai_chat.foreign import JSON_HEADERS, leftover, stated
from crossroads_openai_chat.reply import broken, whole
from crossroads_openai_chat.worded import text_at
from crossroads_openai_images.vendor import (
    DATA_URL,
    HANDLED,
    ONLY_OPENAI,
    VendorImages,
    as_base64,
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
from crossroads.dialect import Draft, Reply
from crossroads.errors import Unsupported
from crossroads.multipart import File

DROPPED = (*ONLY_OPENAI, "output_format", "resolution", "seed")
SHAPES = ("16:9", "3:2", "4:3", "1:1", "3:4", "2:3", "9:16")
MORE_SHAPES = (*SHAPES, "4:1", "3:1", "21:9", "2:1", "17:9", "5:4", "4:5", "1:2", "1:3", "1:4")
VIOLATED = (True, "true", "1", "yes")
"""As the vendor's SDK reads it."""


class Words(NamedTuple):
    """What a path calls the prompt and the images. images_max: of these; None: not stated."""

    prompt: str
    images: str
    images_max: int | None
    shapes: tuple[str, ...]


LATEST = Words("prompt", "references", 8, MORE_SHAPES)
PATHS = {
    "v1/image/create": Words("prompt", "", 0, SHAPES),
    "v1/image/edit": Words("edit_instruction", "reference_image", 1, SHAPES),
    "v1/image/remix": Words("prompt", "reference_images", None, SHAPES),
}


class ReveImages(VendorImages):
    """See `crossroads.dialect.Dialect`. An upstream only."""

    name = "reve-images"
    upstream_path = ""
    own = {"prompt": jsonbody.STRING}

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        fields, words = stated(request), PATHS.get(upstream, LATEST)
        document, lost = leftover(fields, HANDLED, DROPPED)
        lost += only_itself(fields)
        one_only(fields)
        refuse_mask(fields)
        if "prompt" in fields:
            document[words.prompt] = fields["prompt"]
        if (size := size_of(fields)) is not None and "aspect_ratio" not in document:
            document["aspect_ratio"] = nearest_shape(*size, words.shapes)
            lost.append(Lost("size", "emulated", "sent as the nearest shape that the provider makes"))
        if given := [_inline(source) for source in sources_of(fields)]:
            document[words.images] = _named(words, given)
        return Draft(document=document, url=url, headers=JSON_HEADERS, lost=lost)

    def decode_response(self, body: bytes) -> Reply:
        told = whole(body)
        if told.get("content_violation") in VIOLATED:
            raise refused("The image violates the content policy.", code="content_policy_violation")
        image = told.get("image")
        if not isinstance(image, str) or not image:
            raise broken("the provider's reply has no image.")
        reply = images_reply([{"b64_json": image, "media_type": "image/png"}])
        reply.upstream_id = text_at(told, "request_id")
        return reply


def _inline(source: str | File) -> str:
    """Raises Unsupported: it is an address."""
    if isinstance(source, str) and DATA_URL.match(source) is None:
        raise Unsupported("the provider fetches no images.", remedy="Send the image itself.", field="image")
    return as_base64(source)


def _named(words: Words, given: list[str]) -> Any:
    """Images as a path takes them. Raises Unsupported: too many."""
    if words.images_max is not None and len(given) > words.images_max:
        what = f"the provider takes at most {words.images_max} images here."
        raise Unsupported(what, remedy="Send fewer, or ask for another of its models.", field="image")
    if words is LATEST:
        return [{"data": image} for image in given]
    return given[0] if words.images_max == 1 else given
