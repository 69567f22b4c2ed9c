"""`POST /v1/svgs/{generations|vectorizations|edits}`: SVG documents, as text in JSON.

Which of the three stands before the model's name ("vectorizations/arrow-1.1"): each has its own price. Images guide a
drawing, one is vectorized, and the first of an edit is the SVG to change.
Sources: pkg:npm/%40quiverai/sdk@0.4.4 (funcs, models/shared), https://docs.quiver.ai/api-reference/introduction,
https://github.com/vercel/ai (packages/quiverai, quiverai-image-model.ts and its fixtures), read 2026-11-25.
"""

from __future__ import annotations

from typing import Any

from crossroads_openai_chat.foreign import JSON_HEADERS, Json, leftover, stated
from crossroads_openai_chat.reply import broken, whole
from crossroads_openai_chat.worded import text_at
from crossroads_openai_images.reply import parse_usage
from crossroads_openai_images.vendor import (
    DATA_URL,
    HANDLED,
    ONLY_OPENAI,
    VendorImages,
    as_base64,
    images_reply,
    one_only,
    only_itself,
    refuse_mask,
    row_with,
    rows_in,
    size_of,
    sources_of,
)

from crossroads import jsonbody
from crossroads.call import Lost
from crossroads.dialect import Draft, Reply
from crossroads.errors import Unsupported
from crossroads.multipart import File
from crossroads.types.usage import Usage

DROPPED = (*ONLY_OPENAI, "aspect_ratio", "output_format", "resolution", "seed")
DRAWN = "generations"
"""For a model that is named alone."""


class QuiverAIImages(VendorImages):
    """See `crossroads.dialect.Dialect`. An upstream only."""

    name = "quiverai-images"
    upstream_path = "/svgs"
    own = {"prompt": jsonbody.STRING}

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        fields = stated(request)
        document, lost = leftover(fields, HANDLED, DROPPED)
        lost += only_itself(fields)
        refuse_mask(fields)
        if size_of(fields) is not None:
            lost.append(Lost("size", "dropped", "an SVG has no pixels"))
        made, _, model = upstream.rpartition("/")
        document |= {"model": model, "stream": False, **_given(made, fields, lost)}
        return Draft(document=document, url=f"{url}/{made or DRAWN}", headers=JSON_HEADERS, lost=lost)

    def decode_response(self, body: bytes) -> Reply:
        told = whole(body)
        rows = rows_in(told.get("data"))
        reply = images_reply([_row(row) for row in rows])
        if told.get("credits") is None:  # else what is said of tokens is not what is billed
            reply.usage = parse_usage(told.get("usage"), len(rows))
        else:
            reply.usage = Usage(images=len(rows))
        reply.upstream_id = text_at(told, "id")
        return reply


def _given(made: str, fields: Json, lost: list[Lost]) -> Json:
    """What the caller gives to what is made of it."""
    given = [_reference(source) for source in sources_of(fields)]
    prompt: Json = {"prompt": fields["prompt"]} if "prompt" in fields else {}
    if made == "vectorizations":
        one_only(fields)
        if len(given) > 1:
            raise Unsupported("one image is vectorized at a time.", remedy="Send one.", field="image")
        if prompt:
            lost.append(Lost("prompt", "dropped", "an image is vectorized as it is"))
        return {"image": given[0]} if given else {}
    if made == "edits":
        one_only(fields)
        more: Json = {"reference_images": given[1:]} if given[1:] else {}
        return prompt | ({"svg_source": given[0]} if given else {}) | more
    drawn: Json = {"n": fields["n"]} if "n" in fields else {}
    return prompt | drawn | ({"references": given} if given else {})


def _reference(source: str | File) -> Json:
    if isinstance(source, str) and DATA_URL.match(source) is None:
        return {"url": source}
    return {"base64": as_base64(source)}


def _row(row: Json) -> Json:
    if not isinstance(svg := row.get("svg"), str) or not svg:
        raise broken("the provider's reply has an image that is no SVG.")
    return row_with(svg.encode(), "image/svg+xml")
