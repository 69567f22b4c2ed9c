"""xAI's videos: `POST /videos/generations` begins a job, `GET /videos/{id}` tells how it stands and where its video is.

What the format carries stands in carries.toml. Source: recorded exchanges (https://github.com/crmne/ruby_llm,
spec/fixtures) and https://docs.x.ai ("Video generations"), read 2026-11-25.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crossroads_openai_chat.asked import JobWords
from crossroads_openai_chat.foreign import JSON_HEADERS, Json, leftover, stated
from crossroads_openai_video.vendor import PolledVideo, first_frame

from crossroads import jsonbody
from crossroads.dialect import Document, Draft
from crossroads.errors import Unsupported

__all__ = ["XAIVideo"]

VERB = "/generations"
HANDLED = ("frame_images", "input_reference", "input_references")
DROPPED = ("callback_url", "creativity", "generate_audio", "seed", "size", "upscale_factor")


class XAIVideo(PolledVideo):
    """See `crossroads.dialect.Dialect` and `crossroads.jobs.JobDialect`."""

    name = "xai-video"
    upstream_path = "/videos/generations"
    own = {"prompt": jsonbody.STRING, "image": jsonbody.OBJECT}
    job = JobWords(
        id="request_id",
        status="status",
        states={"pending": "in_progress", "done": "completed", "failed": "failed", "expired": "expired"},
        made=("video",),
        reasons=("error",),
        nameless=True,
    )

    def canonical(self, own: Json, params: Mapping[str, str]) -> Json:
        fields = dict(own)
        if isinstance(image := fields.pop("image", None), dict):
            fields["input_reference"] = image.get("url")
        return fields

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        fields = stated(request)
        document, lost = leftover(fields, HANDLED, DROPPED)
        document["model"] = upstream
        frame = first_frame(fields)
        if frame is not None and not isinstance(frame, str):
            raise Unsupported("the provider takes an image by its address.", remedy="Send it.", field="input_reference")
        if frame is not None:
            document["image"] = {"url": frame}
        return Draft(document=document, url=url, headers=JSON_HEADERS, lost=lost)

    def job_url(self, url: str, upstream_id: str) -> str:
        return f"{url.removesuffix(VERB)}/{upstream_id}"

    def decode_job(self, body: bytes) -> Document:
        told, job = self.read(body).told, super().decode_job(body)
        progress, video = told.get("progress"), told.get("video")
        if type(progress) is int and 0 <= progress <= 100:
            job["progress"] = progress
        if isinstance(video, dict) and type(video.get("duration")) is int:
            job["seconds"] = str(video["duration"])
        return job
