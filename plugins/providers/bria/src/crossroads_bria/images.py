"""`POST /v2/image/generate`: a submission, whose `status_url` is asked until the image is ready at an address.

The pipeline is named by the path. `size` becomes the nearest shape that Bria makes.
Sources: https://docs.bria.ai ("Quickstart", "Async requests", "Status"), pkg:pypi/bria-client@0.3.1
(toolkit/response.py, toolkit/models.py), read 2026-11-25.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crossroads_openai_chat.errors import refused
from crossroads_openai_chat.foreign import JSON_HEADERS, Json, leftover, stated
from crossroads_openai_chat.reply import broken, whole
from crossroads_openai_images.vendor import (
    ONLY_OPENAI,
    VendorImages,
    images_reply,
    nearest_shape,
    one_only,
    row_of,
    size_of,
    sources_of,
    wants_itself,
)

from crossroads import jsonbody
from crossroads.call import Lost
from crossroads.dialect import Draft, Reply
from crossroads.errors import Unsupported
from crossroads.steps import Step

ASKED_EVERY_S = 1.0
UNDER_WAY = (None, "IN_PROGRESS")
SHAPES = ("1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9")
HANDLED = ("image", "images", "input_references", "mask", "n", "partial_images", "prompt", "response_format", "size")


class BriaImages(VendorImages):
    """See `crossroads.dialect.Dialect` and `crossroads.steps.SteppedDialect`. An upstream only."""

    name = "bria-images"
    upstream_path = ""
    takes_steps = True
    own = {"prompt": jsonbody.STRING}

    def canonical(self, own: Json, params: Mapping[str, str]) -> Json:
        return own

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        fields = stated(request)
        document, lost = leftover(fields, HANDLED, ONLY_OPENAI)
        one_only(fields)
        if wants_itself(request, fields):
            raise Unsupported(
                "the provider gives addresses only.",
                remedy='Ask for "url" and for no stream, or let other providers serve the call.',
                field="response_format",
            )
        if sources_of(fields) or "mask" in fields:
            raise Unsupported("images are drawn from text here.", remedy="Leave them out.", field="image")
        document |= {"prompt": fields["prompt"]} if "prompt" in fields else {}
        if (size := size_of(fields)) is not None and "aspect_ratio" not in document:
            document["aspect_ratio"] = nearest_shape(*size, SHAPES)
            lost.append(Lost("size", "emulated", "sent as the nearest shape that the provider makes"))
        return Draft(document=document, url=url, headers=JSON_HEADERS, lost=lost)

    def step(self, body: bytes, request: Any, *, url: str, upstream: str) -> Step | None:
        """See `SteppedDialect.step`."""
        told = whole(body)
        asked = told.get("status_url")
        if told.get("status") in UNDER_WAY and not told.get("result") and not told.get("error"):
            if isinstance(asked, str):
                return Step(url=asked, after_s=ASKED_EVERY_S)
            if isinstance(number := told.get("request_id"), str) and number.isalnum():
                return Step(url=f"{url.partition('/v2/')[0]}/v2/status/{number}", after_s=ASKED_EVERY_S)
        return None

    def decode_response(self, body: bytes) -> Reply:
        told = whole(body)
        result = told.get("result")
        if not isinstance(result, dict):
            raise _failure(told)
        reply = images_reply([row_of(result.get("image_url"))], seed=result.get("seed"))
        reply.upstream_id = told["request_id"] if isinstance(told.get("request_id"), str) else None
        return reply


def _failure(told: Json) -> Exception:
    error = told.get("error")
    if not isinstance(error, dict):
        return broken("the provider's reply has no image.")
    code = error.get("code")
    status = code if type(code) is int and 400 <= code < 600 else 502
    return refused(f"{error.get('message') or 'no reason given'}: {error.get('details') or 'no details'}", status)
