"""`POST /generations`: a submission, whose number is asked for until the images are ready at addresses.

Sources: pkg:pypi/leonardo-ai-sdk@7.0.0 (models/operations/creategeneration.py, getgenerationbyid.py), read 2026-11-25.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crossroads_openai_chat.errors import refused
from crossroads_openai_chat.foreign import JSON_HEADERS, Json, leftover, stated
from crossroads_openai_chat.reply import broken, whole
from crossroads_openai_chat.worded import taken
from crossroads_openai_images.vendor import (
    ONLY_OPENAI,
    VendorImages,
    images_reply,
    row_of,
    size_of,
    sources_of,
    wants_itself,
)

from crossroads import jsonbody
from crossroads.dialect import Draft, Reply
from crossroads.errors import Unsupported
from crossroads.steps import Step

ASKED_EVERY_S = 1.0
HANDLED = ("image", "images", "input_references", "mask", "n", "partial_images", "prompt", "response_format", "size")
ONE = 1
"""Image, for a caller who names no number; Leonardo would make four."""


class LeonardoImages(VendorImages):
    """See `crossroads.dialect.Dialect` and `crossroads.steps.SteppedDialect`. An upstream only."""

    name = "leonardo-ai-images"
    upstream_path = "/generations"
    takes_steps = True
    own = {"prompt": jsonbody.STRING}

    def canonical(self, own: Json, params: Mapping[str, str]) -> Json:
        return taken(own, {"model": "modelId", "n": "num_images"})

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        fields = stated(request)
        document, lost = leftover(fields, HANDLED, ONLY_OPENAI)
        if wants_itself(request, fields):
            raise Unsupported(
                "the provider gives addresses only.",
                remedy='Ask for "url" and for no stream, or let other providers serve the call.',
                field="response_format",
            )
        if sources_of(fields) or "mask" in fields:
            raise Unsupported(
                "images to start from are uploaded first here.",
                remedy="Send the number of one, as `init_image_id`.",
                field="image",
            )
        document |= {"prompt": fields["prompt"]} if "prompt" in fields else {}
        document |= {"modelId": upstream, "num_images": fields.get("n", ONE)}
        if (size := size_of(fields)) is not None:
            document["width"], document["height"] = size
        return Draft(document=document, url=url, headers=JSON_HEADERS, lost=lost)

    def step(self, body: bytes, request: Any, *, url: str, upstream: str) -> Step | None:
        """See `SteppedDialect.step`."""
        told = whole(body)
        job, made = told.get("sdGenerationJob"), _made(told)
        number = job.get("generationId") if isinstance(job, dict) else None
        if made.get("status") == "PENDING":
            number = made.get("id")
        if isinstance(number, str) and number.replace("-", "").isalnum():
            return Step(url=f"{url}/{number}", after_s=ASKED_EVERY_S)
        return None

    def decode_response(self, body: bytes) -> Reply:
        made = _made(whole(body))
        if made.get("status") == "FAILED":
            raise refused("The generation failed.", 502)
        rows = made.get("generated_images")
        if made.get("status") != "COMPLETE" or not isinstance(rows, list):
            raise broken("the provider's reply has no images.")
        reply = images_reply([row_of(row.get("url") if isinstance(row, dict) else None) for row in rows])
        reply.upstream_id = made["id"] if isinstance(made.get("id"), str) else None
        return reply


def _made(told: Json) -> Json:
    """What there is of a generation."""
    made = told.get("generations_by_pk")
    return made if isinstance(made, dict) else {}
