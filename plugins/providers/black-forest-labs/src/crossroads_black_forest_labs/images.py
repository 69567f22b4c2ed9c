"""`POST /v1/{model}`: a submission, whose `polling_url` is asked until the image is ready at a signed address.

The model stands in the path. `size` becomes width and height, or for models that know only shapes the shape; images to
change become `input_image`, `input_image_2`, ... Where the client wants the image itself, it is fetched too.
Sources: https://docs.bfl.ai (FLUX API, "Get started": submit and poll; "Errors": states), recorded exchanges,
pkg:pypi/litellm@1.109.1 (llms/black_forest_labs), read 2026-11-25.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import msgspec
from crossroads_openai_chat.errors import refused
from crossroads_openai_chat.foreign import JSON_HEADERS, Json, leftover, stated
from crossroads_openai_chat.reply import broken, whole
from crossroads_openai_images.vendor import (
    ONLY_OPENAI,
    VendorImages,
    as_base64,
    images_reply,
    one_only,
    row_of,
    row_with,
    size_of,
    sources_of,
    wants_itself,
)

from crossroads import jsonbody
from crossroads.call import Lost
from crossroads.dialect import Draft, Reply, Stamp
from crossroads.errors import Unsupported
from crossroads.steps import Step

ASKED_EVERY_S = 0.5
ON_ITS_WAY = ("Pending", "Queued", "Processing", "Reviewing")
MODERATED = ("Request Moderated", "Content Moderated")
SHAPED = ("ultra", "kontext")
"""Words in names of models that take `aspect_ratio` instead of width and height."""
SOURCES_MAX = 8
HANDLED = ("image", "images", "input_references", "mask", "n", "partial_images", "prompt", "response_format", "size")


class BlackForestLabsImages(VendorImages):
    """See `crossroads.dialect.Dialect` and `crossroads.steps.SteppedDialect`."""

    name = "black-forest-labs-images"
    upstream_path = ""
    takes_steps = True
    own = {"prompt": jsonbody.STRING, "width": jsonbody.COUNT, "height": jsonbody.COUNT}

    def canonical(self, own: Json, params: Mapping[str, str]) -> Json:
        fields = dict(own)
        if fields.get("width") and fields.get("height"):
            fields["size"] = f"{fields.pop('width')}x{fields.pop('height')}"
        inputs = [name for name in fields if name == "input_image" or name.startswith("input_image_")]
        sources = [fields.pop(name) for name in sorted(inputs)]
        return {**fields, "images": sources} if sources else fields

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        fields = stated(request)
        document, lost = leftover(fields, HANDLED, ONLY_OPENAI)
        one_only(fields)
        if "mask" in fields:
            raise Unsupported("the provider takes no mask.", remedy="Leave it out.", field="mask")
        if "prompt" in fields:
            document["prompt"] = fields["prompt"]
        if (size := size_of(fields)) is not None:
            if any(word in upstream for word in SHAPED):
                document.setdefault("aspect_ratio", _shape(*size))
                lost.append(Lost("size", "emulated", "sent as its shape: the provider chooses the pixels"))
            else:
                document["width"], document["height"] = size
        sources = sources_of(fields)
        if len(sources) > SOURCES_MAX:
            raise Unsupported(f"more than {SOURCES_MAX} images.", remedy="Send fewer.", field="images")
        for number, source in enumerate(sources, 1):
            document["input_image" if number == 1 else f"input_image_{number}"] = as_base64(source)
        return Draft(document=document, url=url, headers=JSON_HEADERS, lost=lost)

    def step(self, body: bytes, request: Any, *, url: str, upstream: str) -> Step | None:
        """See `SteppedDialect.step`."""
        if _is_image(body):
            return None
        told = whole(body)
        status = told.get("status")
        if isinstance(polling := told.get("polling_url"), str) and status in (None, *ON_ITS_WAY):
            return Step(url=polling, after_s=ASKED_EVERY_S)
        if status in ON_ITS_WAY and isinstance(number := told.get("id"), str) and number.isprintable():
            return Step(url=f"{url.rsplit('/', 1)[0]}/get_result?id={number}", after_s=ASKED_EVERY_S)
        sample = _sample(told)
        wanted = wants_itself(request, stated(request))
        return Step(url=sample, bare=True) if wanted and sample is not None else None

    def decode_response(self, body: bytes) -> Reply:
        if _is_image(body):
            return images_reply([row_with(body)])
        told = whole(body)
        if (sample := _sample(told)) is None:
            raise _failure(told)
        reply = images_reply([row_of(sample)])
        reply.upstream_id = told["id"] if isinstance(told.get("id"), str) else None
        return reply

    def encode_response(self, reply: Reply, stamp: Stamp) -> bytes:
        row = ((reply.document or {}).get("data") or [{}])[0]
        sample = row.get("url") or f"data:{row.get('media_type', 'image/png')};base64,{row.get('b64_json')}"
        return msgspec.json.encode({"id": stamp.id, "status": "Ready", "result": {"sample": sample}})


def _sample(told: Json) -> str | None:
    """Where the image is, of a job that is done."""
    result = told.get("result")
    sample = result.get("sample") if isinstance(result, dict) and told.get("status") == "Ready" else None
    return sample if isinstance(sample, str) and sample else None


def _failure(told: Json) -> Exception:
    status, details = told.get("status"), told.get("details")
    if not isinstance(status, str) or status == "Ready":
        return broken("the provider's reply has no image.")
    if status in MODERATED:
        return refused(f"{status}.", code="content_policy_violation")
    reason = details.get("error") if isinstance(details, dict) else None
    return refused(f"{status}: {reason or 'no reason given'}.", 502)


def _is_image(body: bytes) -> bool:
    """PNG, JPEG or WebP, and no JSON."""
    return body.startswith((b"\x89PNG", b"\xff\xd8", b"RIFF"))


def _shape(width: int, height: int) -> str:
    common = math.gcd(width, height)
    return f"{width // common}:{height // common}"
