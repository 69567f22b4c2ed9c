"""Videos of fal's models: `POST /{model}`, a job of its queue that the client polls.

Most models want `duration` as digits in quotes, some as a number. What was made stands in the result, under `video`.
Source: pkg:pypi/litellm@1.109.1 (llms/fal_ai/videos/transformation.py), pkg:pypi/fal-client@1.0.3, read 2026-11-25.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from crossroads_openai_chat.asked import Job
from crossroads_openai_chat.foreign import JSON_HEADERS, Json, leftover, stated
from crossroads_openai_chat.reply import broken, whole
from crossroads_openai_images.vendor import as_url
from crossroads_openai_video.vendor import PolledVideo, begun, first_frame

from crossroads import jsonbody
from crossroads.dialect import Draft, Reply
from crossroads.multipart import File
from crossroads.steps import Step

JOB = re.compile(r"[\w.-]+/[\w.-]+(?:/[\w.-]+)*/requests/[\w-]+", re.ASCII)
"""The path of a request in fal's queue: its application stands before it."""
NUMBERED = ("minimax/",)
"""Models that take `duration` as a number."""
STATES = {"IN_QUEUE": "pending", "IN_PROGRESS": "in_progress", "COMPLETED": "completed"}
HANDLED = ("duration", "frame_images", "input_reference", "input_references", "size")
DROPPED = ("callback_url", "creativity", "upscale_factor")


class FalVideo(PolledVideo):
    """See `crossroads.dialect.Dialect` and `crossroads.jobs.JobDialect`."""

    name = "fal-video"
    upstream_path = ""
    own = {"prompt": jsonbody.STRING}

    def canonical(self, own: Json, params: Mapping[str, str]) -> Json:
        fields = dict(own)
        if isinstance(length := fields.get("duration"), str) and length.isascii() and length.isdigit():
            fields["duration"] = int(length)
        if "image_url" in fields:
            fields["input_reference"] = fields.pop("image_url")
        return fields

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        fields = stated(request)
        document, lost = leftover(fields, HANDLED, (*DROPPED, "size"))
        if (length := fields.get("duration")) is not None:
            document["duration"] = length if upstream.startswith(NUMBERED) else str(length)
        frame = first_frame(fields)
        if isinstance(frame, File | str):
            document["image_url"] = as_url(frame)
        return Draft(document=document, url=url, headers=JSON_HEADERS, lost=lost)

    def decode_response(self, body: bytes) -> Reply:
        asked = whole(body).get("response_url")  # of a submission that need not say how it stands
        return begun(urlsplit(asked).path.strip("/") if isinstance(asked, str) else None, JOB)

    # the job

    def read(self, body: bytes) -> Job:
        told = whole(body)
        asked, status, error = told.get("response_url"), told.get("status"), told.get("error")
        named = urlsplit(asked).path.strip("/") if isinstance(asked, str) else told.get("request_id")
        if not isinstance(named, str) or not isinstance(status, str):
            raise broken("the provider sent something that is no job.")
        return Job(named, "failed" if error else STATES.get(status, "in_progress"), reason=str(error))

    def job_url(self, url: str, upstream_id: str) -> str:
        return f"{self.content_url(url, upstream_id, 0)}/status"

    def content_url(self, url: str, upstream_id: str, index: int) -> str:
        parts = urlsplit(url)
        return f"{parts.scheme}://{parts.netloc}/{upstream_id}"

    def content_step(self, body: bytes, index: int) -> Step | None:
        told = whole(body)
        found = told["videos"] if isinstance(told.get("videos"), list) else [told.get("video")]
        where: list[Any] = [one.get("url") for one in found if isinstance(one, dict)]
        if not 0 <= index < len(where) or not isinstance(where[index], str):
            raise broken("the provider has no such video.")
        return Step(url=where[index], bare=True)
