"""`POST /v2/consumer/workflows` with a step `videoGen`: a workflow that the client polls.

How an image to begin with is called differs by engine: where it is not known here, the engine's own word is sent.
Source: https://github.com/civitai/civitai-developer-docs (orchestration/recipes: minimax-h3.md, veo3.md), read
2026-11-25.
"""

from __future__ import annotations

from typing import Any

from crossroads_openai_chat.foreign import JSON_HEADERS, leftover, stated
from crossroads_openai_images.vendor import as_url
from crossroads_openai_video.vendor import PolledVideo, first_and_last

from crossroads import jsonbody
from crossroads.dialect import Draft
from crossroads.errors import Unsupported
from crossroads_civitai.workflows import engine_of, read, workflow

HANDLED = ("frame_images", "input_reference", "input_references")
DROPPED = ("callback_url", "creativity", "size", "upscale_factor")
RENAMED = {"aspect_ratio": "aspectRatio", "generate_audio": "generateAudio"}
FRAMES = {"minimax-h3": ("firstFrameImage", "lastFrameImage")}


class CivitaiVideo(PolledVideo):
    """See `crossroads.dialect.Dialect` and `crossroads.jobs.JobDialect`. An upstream only."""

    name = "civitai-video"
    upstream_path = "/v2/consumer/workflows"
    own = {"steps": jsonbody.ARRAY}
    read = staticmethod(read)

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        fields = stated(request)
        own, lost = leftover(fields, HANDLED, DROPPED)
        words = {RENAMED.get(name, name): value for name, value in own.items()}
        frames = [image for image in first_and_last(fields) if image is not None]
        if frames and engine_of(upstream) not in FRAMES:
            raise Unsupported(
                "how an image to begin with is called differs by engine here.",
                remedy="Send the engine's own parameter, e.g. `images`.",
                field="input_reference",
            )
        for name, image in zip(FRAMES.get(engine_of(upstream), ()), first_and_last(fields), strict=False):
            if image is not None:
                words[name] = as_url(image)
        document = workflow("videoGen", upstream, words)
        return Draft(document=document, url=url, headers=JSON_HEADERS, lost=lost)

    def job_url(self, url: str, upstream_id: str) -> str:
        return f"{url}/{upstream_id}"
