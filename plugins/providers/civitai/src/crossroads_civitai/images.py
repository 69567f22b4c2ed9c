"""`POST /v2/consumer/workflows` with a step `imageGen`: asked for until its images are ready at signed addresses.

Engines share these words: `prompt`, `quantity`, `width` and `height` (or, of some, `aspectRatio`), `images`; any other
is an engine's own.
Source: https://github.com/civitai/civitai-developer-docs (orchestration/recipes), read 2026-11-25.
"""

from __future__ import annotations

from typing import Any

from crossroads_openai_chat.foreign import JSON_HEADERS, leftover, stated
from crossroads_openai_images.polled import PolledImages
from crossroads_openai_images.vendor import (
    HANDLED,
    ONLY_OPENAI,
    as_url,
    mask_of,
    nearest_shape,
    size_of,
    sources_of,
)

from crossroads import jsonbody
from crossroads.call import Lost
from crossroads.dialect import Draft
from crossroads_civitai.workflows import engine_of, read, workflow

SHAPED = ("google", "grok")
"""Engines that take a shape instead of pixels."""
SHAPES = ("1:1", "2:3", "3:2", "3:4", "4:3", "9:16", "16:9")
QUANTITY = {"google": "numImages"}
RENAMED = {"aspect_ratio": "aspectRatio", "output_format": "outputFormat"}


class CivitaiImages(PolledImages):
    """See `crossroads.dialect.Dialect` and `crossroads.steps.SteppedDialect`. An upstream only."""

    name = "civitai-images"
    upstream_path = "/v2/consumer/workflows"
    own = {"steps": jsonbody.ARRAY}
    asked_every_s = 2.0
    gives_itself = True
    read = staticmethod(read)

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        fields = stated(request)
        self.suits(request, fields)
        # Of OpenAI's own words one engine has this.
        own, lost = leftover(fields, HANDLED, [name for name in ONLY_OPENAI if name != "quality"])
        words = {RENAMED.get(name, name): value for name, value in own.items()}
        words |= {"prompt": fields["prompt"]} if "prompt" in fields else {}
        engine = engine_of(upstream)
        if "n" in fields:
            words[QUANTITY.get(engine, "quantity")] = fields["n"]
        if (size := size_of(fields)) is not None:
            if engine not in SHAPED:
                words["width"], words["height"] = size
            elif "aspectRatio" not in words:
                words["aspectRatio"] = nearest_shape(*size, SHAPES)
                lost.append(Lost("size", "emulated", "sent as the nearest shape that the model makes"))
        document = workflow("imageGen", upstream, words)
        mask = mask_of(fields)
        if sources := sources_of(fields):
            asked = document["steps"][0]["input"]
            asked["images"] = [as_url(source) for source in sources]
            if asked.get("operation") == "createImage":
                asked["operation"] = "editImage"
            if mask is not None:
                asked["maskImage"] = as_url(mask)
        return Draft(document=document, url=url, headers=JSON_HEADERS, lost=lost)

    def job_url(self, url: str, upstream_id: str) -> str:
        return f"{url}/{upstream_id}"
