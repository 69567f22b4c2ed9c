"""`POST /generate/image/{provider}/{model}`: a job, asked for until its images are ready at addresses.

Krea's own models take a shape and a step of resolution, both of which must be named, and nothing that they do not know;
the other models pixels, or a shape.
Sources: https://github.com/krea-ai/skills (scripts/generate_image.py, krea_helpers.py),
https://github.com/comfyanonymous/ComfyUI (comfy_api_nodes/nodes_krea.py), read 2026-11-25.
"""

from __future__ import annotations

from typing import Any

from crossroads_openai_chat.foreign import JSON_HEADERS, Json, leftover, stated
from crossroads_openai_images.polled import PolledImages
from crossroads_openai_images.vendor import (
    HANDLED,
    ONLY_OPENAI,
    nearest_shape,
    one_only,
    refuse_mask,
    size_of,
    sources_of,
)

from crossroads import jsonbody
from crossroads.call import Lost
from crossroads.dialect import Draft
from crossroads.errors import Unsupported
from crossroads_krea.jobs import JOB, address, job_url

OWN = "krea/krea-2/"
"""How the names of Krea's own models begin."""
OWN_SHAPES = ("1:1", "4:3", "3:2", "16:9", "4:5", "2:3", "9:16")
OWN_RESOLUTION = "1K"
SHAPED = ("google/nano-banana",)
"""How the names of models begin that take a shape instead of pixels."""
SHAPES = ("1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9")
ONE_IMAGE = ("bfl/",)
"""How the names of models begin that change one image."""


class KreaImages(PolledImages):
    """See `crossroads.dialect.Dialect` and `crossroads.steps.SteppedDialect`. An upstream only."""

    name = "krea-images"
    upstream_path = ""
    own = {"prompt": jsonbody.STRING}
    asked_every_s = 2.0
    gives_itself = True
    job = JOB

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        fields = stated(request)
        self.suits(request, fields)
        refuse_mask(fields)
        sources = [address(source, "image") for source in sources_of(fields)]
        write = _own if upstream.startswith(OWN) else _other
        document, lost = write(fields, upstream, sources)
        document |= {"prompt": fields["prompt"]} if "prompt" in fields else {}
        return Draft(document=document, url=url, headers=JSON_HEADERS, lost=lost)

    def job_url(self, url: str, upstream_id: str) -> str:
        return job_url(url, upstream_id)


def _own(fields: Json, upstream: str, sources: list[str]) -> tuple[Json, list[Lost]]:
    """For Krea's own models."""
    one_only(fields)
    document, lost = leftover(fields, HANDLED, (*ONLY_OPENAI, "output_format"))
    document.setdefault("resolution", OWN_RESOLUTION)
    size = size_of(fields)
    if "aspect_ratio" not in document:
        document["aspect_ratio"] = nearest_shape(*(size or (1, 1)), OWN_SHAPES)
        lost.append(Lost("size", "emulated", "the provider insists on a shape: sent as the nearest one, else 1:1"))
    if len(sources) > 1:
        raise Unsupported("the model changes one image.", remedy="Send one.", field="image")
    if sources:
        document["image_url"] = sources[0]
    return document, lost


def _other(fields: Json, upstream: str, sources: list[str]) -> tuple[Json, list[Lost]]:
    """For the models of others."""
    document, lost = leftover(fields, HANDLED, [name for name in ONLY_OPENAI if name != "quality"])
    if "aspect_ratio" in document:
        document["aspectRatio"] = document.pop("aspect_ratio")
    if (size := size_of(fields)) is not None:
        if not upstream.startswith(SHAPED):
            document["width"], document["height"] = size
        elif "aspectRatio" not in document:
            document["aspectRatio"] = nearest_shape(*size, SHAPES)
            lost.append(Lost("size", "emulated", "sent as the nearest shape that the model makes"))
    if "n" in fields:
        document["batchSize"] = fields["n"]
    if upstream.startswith(ONE_IMAGE) and len(sources) == 1:
        document["imageUrl"] = sources[0]
    elif sources:
        document["imageUrls"] = sources
    return document, lost
