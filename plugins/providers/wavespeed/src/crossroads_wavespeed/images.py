"""`POST /api/v3/{model}`: a prediction, asked for until its images are ready at addresses.

Models share these words: `size` in pixels with a star, `image` or `images`, `mask_image`; any other is a model's own.
Sources: https://github.com/WaveSpeedAI/ai-sdk-provider (src/wavespeed-image-model.ts),
https://github.com/WaveSpeedAI/agent-skills (skills), read 2026-11-25.
"""

from __future__ import annotations

from typing import Any

from crossroads_openai_chat.foreign import JSON_HEADERS, Json, leftover, stated
from crossroads_openai_images.polled import PolledImages
from crossroads_openai_images.vendor import (
    HANDLED,
    ONLY_OPENAI,
    as_url,
    mask_of,
    one_only,
    row_of,
    size_of,
    sources_of,
)

from crossroads import jsonbody
from crossroads.dialect import Draft
from crossroads_wavespeed.predictions import PREDICTION, result_url, starred

EDITS = "/edit"
"""How the names of models end that take a list, of one image too."""


class WavespeedImages(PolledImages):
    """See `crossroads.dialect.Dialect` and `crossroads.steps.SteppedDialect`. An upstream only."""

    name = "wavespeed-images"
    upstream_path = ""
    own = {"prompt": jsonbody.STRING}
    job = PREDICTION
    gives_itself = True

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        fields = stated(request)
        document, lost = leftover(fields, HANDLED, ONLY_OPENAI)
        one_only(fields)
        self.suits(request, fields)
        document |= {"prompt": fields["prompt"]} if "prompt" in fields else {}
        if (size := size_of(fields)) is not None:
            document["size"] = starred(size)
        sources = [as_url(source) for source in sources_of(fields)]
        if len(sources) > 1 or (sources and upstream.endswith(EDITS)):
            document["images"] = sources
        elif sources:
            document["image"] = sources[0]
        if (mask := mask_of(fields)) is not None:
            document["mask_image"] = as_url(mask)
        return Draft(document=document, url=url, headers=JSON_HEADERS, lost=lost)

    def job_url(self, url: str, upstream_id: str) -> str:
        return result_url(url, upstream_id)

    def row(self, file: str) -> Json:
        """With a model's own `enable_base64_output` what stands there is the image."""
        return row_of(file) if file.startswith(("http", "data:")) else {"b64_json": file}
