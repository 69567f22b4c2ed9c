"""xAI's videos: `POST /videos/generations` begins a job, `GET /videos/{id}` tells how it stands and where its video is.

What the format carries stands in carries.toml. Source: recorded exchanges (https://github.com/crmne/ruby_llm,
spec/fixtures) and https://docs.x.ai ("Video generations"), read 2026-11-25.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from crossroads_openai_chat.foreign import JSON_HEADERS, Json, leftover, stated
from crossroads_openai_chat.reply import broken, whole
from crossroads_openai_video.vendor import VendorVideo, begun, first_frame

from crossroads import jsonbody
from crossroads.dialect import Document, Draft, Reply
from crossroads.errors import Unsupported
from crossroads.steps import Step

__all__ = ["XAIVideo"]

JOB = re.compile(r"[\w-]+", re.ASCII)
STATES = {"pending": "in_progress", "done": "completed", "failed": "failed", "expired": "expired"}
VERB = "/generations"
HANDLED = ("frame_images", "input_reference", "input_references")
DROPPED = ("callback_url", "creativity", "generate_audio", "seed", "size", "upscale_factor")


class XAIVideo(VendorVideo):
    """See `crossroads.dialect.Dialect` and `crossroads.jobs.JobDialect`."""

    name = "xai-video"
    upstream_path = "/videos/generations"
    own = {"prompt": jsonbody.STRING, "image": jsonbody.OBJECT}

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

    def decode_response(self, body: bytes) -> Reply:
        return begun(whole(body).get("request_id"), JOB)

    # the job

    def job_url(self, url: str, upstream_id: str) -> str:
        return f"{url.removesuffix(VERB)}/{upstream_id}"

    def content_url(self, url: str, upstream_id: str, index: int) -> str:
        return self.job_url(url, upstream_id)

    def content_step(self, body: bytes, index: int) -> Step | None:
        video = whole(body).get("video")
        where = video.get("url") if isinstance(video, dict) and index == 0 else None
        if not isinstance(where, str):
            raise broken("the provider has no such video.")
        return Step(url=where, bare=True)

    def decode_job(self, body: bytes) -> Document:
        told = whole(body)
        if not isinstance(status := told.get("status"), str):
            raise broken("the provider sent something that is no job.")
        job: Document = {"id": "", "object": "video", "status": STATES.get(status, "in_progress")}
        progress, video = told.get("progress"), told.get("video")
        if type(progress) is int and 0 <= progress <= 100:
            job["progress"] = progress
        if isinstance(video, dict) and type(video.get("duration")) is int:
            job["seconds"] = str(video["duration"])
        if job["status"] == "failed":
            reason = told.get("error")
            job["error"] = reason if isinstance(reason, str) else "no reason was given"
        return job
