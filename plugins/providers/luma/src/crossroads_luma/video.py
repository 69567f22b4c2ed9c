"""Luma's videos: `POST /generations/video`. Frames are taken by their addresses; a length is "5s".

Source: pkg:pypi/lumaai@1.21.0 (types/generations/video_create_params.py), read 2026-11-25.
"""

from __future__ import annotations

from collections.abc import Mapping

from crossroads_openai_chat.foreign import Json
from crossroads_openai_video.worded import FRAMES, WordedVideo

from crossroads import jsonbody
from crossroads.call import Lost
from crossroads_luma.generations import GENERATION, SHAPES, generation_url


class LumaVideo(WordedVideo):
    """See `crossroads.dialect.Dialect` and `crossroads.jobs.JobDialect`."""

    name = "luma-video"
    upstream_path = "/generations/video"
    own = {"prompt": jsonbody.STRING}
    places = {
        "prompt": "prompt",
        "model": "model",
        "aspect_ratio": "aspect_ratio",
        "resolution": "resolution",
        "duration": "duration",
        "first_frame": "keyframes.frame0",
        "last_frame": "keyframes.frame1",
    }
    job = GENERATION
    shapes = SHAPES
    lines = ("540p", "720p", "1080p")
    fetches = True

    def canonical(self, own: Json, params: Mapping[str, str]) -> Json:
        fields = super().canonical(own, params)
        length = fields.get("duration")
        if isinstance(length, str) and length.endswith("s") and length[:-1].isdecimal():
            fields["duration"] = int(length[:-1])
        return fields

    def said(self, said: Json, upstream: str, lost: list[Lost]) -> Json:
        if "duration" in said:
            said["duration"] = f"{said['duration']}s"
        return {**said, **{name: {"type": "image", "url": said[name]} for name in FRAMES if name in said}}

    def job_url(self, url: str, upstream_id: str) -> str:
        return generation_url(url, upstream_id)
