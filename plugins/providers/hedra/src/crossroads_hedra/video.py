"""`POST /v3/models/{model}`: a job, asked for at `/v3/jobs/{id}`. A first frame that is no address is uploaded first.

Hedra takes images by the addresses that its uploads gave. `audio`, `images` and whatever else is a model's own go out
as they came; most models want an aspect ratio, a resolution and a length.
Source: pkg:pypi/hedra-sdk@7.0.0 (jobs/raw_client.py, files/raw_client.py, types), read 2026-11-25.
"""

from __future__ import annotations

from typing import Any

from crossroads_openai_chat.foreign import Json
from crossroads_openai_video.uploaded import UploadingVideo

from crossroads import jsonbody
from crossroads.call import Lost
from crossroads.dialect import Draft
from crossroads.multipart import File
from crossroads_hedra.job import JOB, job_url, wrapped


class HedraVideo(UploadingVideo):
    """See `crossroads.dialect.Dialect`, `crossroads.jobs.JobDialect` and `crossroads.steps.SteppedDialect`."""

    name = "hedra-video"
    upstream_path = "/models/{upstream}"
    own = {"input": jsonbody.OBJECT}
    places = {
        "prompt": "input.prompt", "aspect_ratio": "input.aspect_ratio", "resolution": "input.resolution",
        "duration": "input.duration_ms", "seed": "input.seed",
        "generate_audio": "input.generate_audio", "first_frame": "input.start_image", "last_frame": "input.end_image",
    }  # fmt: skip
    shapes = ("16:9", "9:16", "1:1", "4:3", "3:4")
    lines = ("480p", "540p", "720p", "768p", "1080p")
    job = JOB
    handle = "url"

    def canonical(self, own: Json, params: Any) -> Json:
        fields = super().canonical(own, params)
        length = fields.get("duration")
        return {**fields, "duration": length // 1000} if type(length) is int else fields

    def submission(self, request: Any, url: str, upstream: str) -> Draft:
        return wrapped(super().submission(request, url, upstream))

    def said(self, said: Json, upstream: str, lost: list[Lost]) -> Json:
        frames: Json = {name: self.uploaded(said[name]) for name in ("first_frame", "last_frame") if name in said}
        length = {"duration": said["duration"] * 1000} if "duration" in said else {}
        return {**said, **frames, **length}

    def parcel(self, first: Any) -> Json | None:
        return {"file": first} if isinstance(first, File) else None

    def upload_url(self, url: str) -> str:
        return f"{url.partition('/models/')[0]}/files"

    def uploaded(self, name: Any) -> Json:
        return {"source": "url", "url": name}

    def job_url(self, url: str, upstream_id: str) -> str:
        return job_url(url, upstream_id)
