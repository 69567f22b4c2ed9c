"""`POST /generate/video/{provider}/{model}`: a job that the client polls; its video stands at an address.

Source: https://github.com/krea-ai/skills (scripts/generate_video.py), read 2026-11-25.
"""

from __future__ import annotations

from typing import Any

from crossroads_openai_chat.foreign import JSON_HEADERS, leftover, stated
from crossroads_openai_video.vendor import PolledVideo, first_and_last

from crossroads import jsonbody
from crossroads.dialect import Draft
from crossroads_krea.jobs import JOB, address, job_url

HANDLED = ("frame_images", "input_reference", "input_references")
DROPPED = ("callback_url", "creativity", "size", "upscale_factor")
RENAMED = {"aspect_ratio": "aspectRatio", "generate_audio": "generateAudio"}


class KreaVideo(PolledVideo):
    """See `crossroads.dialect.Dialect` and `crossroads.jobs.JobDialect`. An upstream only."""

    name = "krea-video"
    upstream_path = ""
    own = {"prompt": jsonbody.STRING}
    job = JOB

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        fields = stated(request)
        own, lost = leftover(fields, HANDLED, DROPPED)
        document = {RENAMED.get(name, name): value for name, value in own.items()}
        for name, image in zip(("startImage", "endImage"), first_and_last(fields), strict=True):
            if image is not None:
                document[name] = address(image, "frame_images")
        return Draft(document=document, url=url, headers=JSON_HEADERS, lost=lost)

    def job_url(self, url: str, upstream_id: str) -> str:
        return job_url(url, upstream_id)
