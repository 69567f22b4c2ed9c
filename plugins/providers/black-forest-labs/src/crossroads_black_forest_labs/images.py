"""`POST /v1/{model}`: a submission, whose `polling_url` is asked until the image is ready at a signed address.

The model stands in the path. `size` becomes width and height, or for models that know only shapes the shape; images to
change become `input_image`, `input_image_2`, ... Where the client wants the image itself, it is fetched too.
Sources: https://docs.bfl.ai (FLUX API, "Get started": submit and poll; "Errors": states), recorded exchanges,
pkg:pypi/litellm@1.109.1 (llms/black_forest_labs), read 2026-11-25.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

import msgspec
from crossroads_openai_chat.asked import JobWords
from crossroads_openai_chat.foreign import Json
from crossroads_openai_images.vendor import as_base64, size_of
from crossroads_openai_images.worded import AskedImages

from crossroads import jsonbody
from crossroads.call import Lost
from crossroads.dialect import Reply, Stamp
from crossroads.errors import Unsupported

SHAPED = ("ultra", "kontext")
"""Words in names of models that take `aspect_ratio` instead of width and height."""
SOURCES_MAX = 8


class BlackForestLabsImages(AskedImages):
    """See `crossroads.dialect.Dialect` and `crossroads.steps.SteppedDialect`."""

    name = "black-forest-labs-images"
    upstream_path = ""
    own = {"prompt": jsonbody.STRING, "width": jsonbody.COUNT, "height": jsonbody.COUNT}
    places = {"prompt": "prompt", "width": "width", "height": "height", "aspect_ratio": "aspect_ratio"}
    job = JobWords(
        id="id",
        status="status",
        states={
            "ready": "completed",
            "error": "failed",
            "task not found": "failed",
            "content moderated": "failed",
            "request moderated": "failed",
        },
        made=("result.sample",),
        reasons=("details.error",),
        moderated=re.compile("Moderated"),
        nameless=True,
    )
    stands_at = "polling_url"
    asked_every_s = 0.5

    def canonical(self, own: Json, params: Mapping[str, str]) -> Json:
        fields = dict(own)
        if fields.get("width") and fields.get("height"):
            fields["size"] = f"{fields.pop('width')}x{fields.pop('height')}"
        inputs = [name for name in fields if name == "input_image" or name.startswith("input_image_")]
        sources = [fields.pop(name) for name in sorted(inputs)]
        return {**fields, "images": sources} if sources else fields

    def sized(self, said: Json, lost: list[Lost]) -> None:
        if (size := size_of(said)) is None:
            return
        if any(word in said["model"] for word in SHAPED):
            said.setdefault("aspect_ratio", _shape(*size))
            lost.append(Lost("size", "emulated", "sent as its shape: the provider chooses the pixels"))
        else:
            said["width"], said["height"] = size

    def draw_from(self, document: Json, sources: list[str]) -> None:
        if len(sources) > SOURCES_MAX:
            raise Unsupported(f"more than {SOURCES_MAX} images.", remedy="Send fewer.", field="images")
        for number, source in enumerate(sources, 1):
            document["input_image" if number == 1 else f"input_image_{number}"] = as_base64(source)

    def job_url(self, url: str, upstream_id: str) -> str:
        return f"{url.rsplit('/', 1)[0]}/get_result?id={upstream_id}"

    def encode_response(self, reply: Reply, stamp: Stamp) -> bytes:
        row = ((reply.document or {}).get("data") or [{}])[0]
        sample = row.get("url") or f"data:{row.get('media_type', 'image/png')};base64,{row.get('b64_json')}"
        return msgspec.json.encode({"id": stamp.id, "status": "Ready", "result": {"sample": sample}})


def _shape(width: int, height: int) -> str:
    common = math.gcd(width, height)
    return f"{width // common}:{height // common}"
