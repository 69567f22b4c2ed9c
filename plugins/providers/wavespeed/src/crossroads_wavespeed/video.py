"""`POST /api/v3/{model}`: a prediction that the client polls; its videos stand at addresses.

Sources: https://github.com/WaveSpeedAI/ai-sdk-provider (src/wavespeed-video-model.ts),
https://github.com/WaveSpeedAI/agent-skills (skills/wavespeed-seedance-15-pro, wavespeed-wan-26), read 2026-11-25.
"""

from __future__ import annotations

from typing import Any

from crossroads_openai_chat.foreign import JSON_HEADERS, leftover, stated
from crossroads_openai_images.vendor import as_url, size_of
from crossroads_openai_video.vendor import PolledVideo, first_and_last

from crossroads import jsonbody
from crossroads.dialect import Draft
from crossroads_wavespeed.predictions import PREDICTION, result_url, starred

HANDLED = ("frame_images", "input_reference", "input_references", "size")
DROPPED = ("callback_url", "creativity", "upscale_factor")


class WavespeedVideo(PolledVideo):
    """See `crossroads.dialect.Dialect` and `crossroads.jobs.JobDialect`. An upstream only."""

    name = "wavespeed-video"
    upstream_path = ""
    own = {"prompt": jsonbody.STRING}
    job = PREDICTION

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        fields = stated(request)
        document, lost = leftover(fields, HANDLED, DROPPED)
        if (size := size_of(fields)) is not None:
            document["size"] = starred(size)
        for name, image in zip(("image", "last_image"), first_and_last(fields), strict=True):
            if image is not None:
                document[name] = as_url(image)
        return Draft(document=document, url=url, headers=JSON_HEADERS, lost=lost)

    def job_url(self, url: str, upstream_id: str) -> str:
        return result_url(url, upstream_id)
