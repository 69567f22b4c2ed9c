"""Runway's videos: `POST /v1/text_to_video`, or with a frame `/v1/image_to_video`.

`ratio` is width and height in pixels ("1280:720") for most models, a shape for a few (`SHAPED`).
Source: pkg:pypi/runwayml@5.24.0 (types/text_to_video_create_params.py, image_to_video_create_params.py), read
2026-11-25.
"""

from __future__ import annotations

import re
from typing import Any

from crossroads_openai_chat.foreign import Json
from crossroads_openai_images.vendor import size_of
from crossroads_openai_video.worded import FRAMES, WordedVideo

from crossroads import jsonbody
from crossroads.call import Lost
from crossroads.dialect import Document
from crossroads.errors import Unsupported
from crossroads_runway.tasks import TASK, task_url

SHAPED = ("grok_imagine_1_5", "h3_max", "hailuo3")
"""Models that take shape and resolution as their callers write them."""
HD, FULL_HD, UHD = "1280:720", "1920:1080", "3840:2160"
INSISTS = {
    "gen4": HD,
    "kling3.0_4k": UHD,
    "kling3.0_pro": FULL_HD,
    "kling3.0_standard": HD,
    "klingO3_4k": UHD,
    "klingO3_pro": FULL_HD,
    "klingO3_standard": HD,
    "veo": HD,
}
"""Beginnings of names of models that want a `ratio` always -> the one for a caller who names none."""
RATIOS = {
    ("16:9", "720p"): HD,
    ("9:16", "720p"): "720:1280",
    ("16:9", "1080p"): FULL_HD,
    ("9:16", "1080p"): "1080:1920",
}
PIXELS = re.compile(r"[0-9]{3,4}:[0-9]{3,4}")
"""Runway's own words for a size."""


class RunwayVideo(WordedVideo):
    """See `crossroads.dialect.Dialect` and `crossroads.jobs.JobDialect`."""

    name = "runway-video"
    upstream_path = "/v1/text_to_video"
    own = {"promptText": jsonbody.STRING}
    places = {
        "prompt": "promptText",
        "model": "model",
        "aspect_ratio": "ratio",
        "size": "ratio",
        "resolution": "resolution",
        "duration": "duration",
        "generate_audio": "audio",
        "seed": "seed",
        "first_frame": "promptImage",
        "last_frame": "promptImage",
    }
    job = TASK

    def framed(self, fields: Json) -> Json:
        frames = super().framed(fields)
        if "last_frame" not in frames:
            return frames
        places = zip(FRAMES, ("first", "last"), strict=True)
        return {"first_frame": [{"uri": frames[name], "position": at} for name, at in places if name in frames]}

    def said(self, said: Json, upstream: str, lost: list[Lost]) -> Json:
        size, shape = size_of(said), said.get("aspect_ratio")
        said = {**said, "size": None}
        if upstream in SHAPED:
            lost += [Lost("size", "dropped", "the model takes a shape and a resolution")] if size else []
            return said
        if size is not None or (isinstance(shape, str) and PIXELS.fullmatch(shape)):
            return {**said, "aspect_ratio": f"{size[0]}:{size[1]}" if size else shape}
        asked: list[str] = [name for name in ("aspect_ratio", "resolution") if name in said]
        wanted = said.get("aspect_ratio", "16:9"), said.get("resolution", "720p")
        usual = next((ratio for name, ratio in INSISTS.items() if upstream.startswith(name)), None)
        ratio = RATIOS.get(wanted) if asked else usual
        if asked and ratio is None:
            remedy = 'Send `size`, e.g. "1104x832".'
            raise Unsupported("the model names its videos by pixels.", remedy=remedy, field=asked[0], value=wanted)
        if ratio is not None:
            lost += [Lost(name, "emulated", f"sent as {ratio} pixels") for name in asked or ["size"]]
        return {**said, "aspect_ratio": ratio, "resolution": None}

    def address(self, url: str, said: Json) -> str:
        return url.replace("/text_to_video", "/image_to_video") if "first_frame" in said else url

    def job_url(self, url: str, upstream_id: str) -> str:
        return task_url(url, upstream_id)

    def decode_job(self, body: bytes) -> Document:
        job = super().decode_job(body)
        share: Any = TASK.read(body).told.get("progress")
        if type(share) in (int, float) and 0 <= share <= 1:
            job.setdefault("progress", int(share * 100))
        return job
