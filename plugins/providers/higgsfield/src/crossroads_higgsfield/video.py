"""Higgsfield's videos: `POST /{model}/text-to-video`, or with frames `/{model}/image-to-video`.

Most models share these fields, and each has some of its own. Frames are taken by their addresses.
Sources: https://docs.higgsfield.ai/docs/models/seedance-2-5/text-to-video.md,
https://github.com/CodingWithShahzaib/ComfyUI-Higgsfield/blob/b2a19717ab43217590c081493a6092e4fb10279d/hf/models.py,
read 2026-11-25.
"""

from __future__ import annotations

from crossroads_openai_chat.foreign import Json
from crossroads_openai_video.worded import FRAMES, WordedVideo

from crossroads import jsonbody
from crossroads.call import Lost
from crossroads_higgsfield.requests import REQUEST, request_url

SHAPED_BY_FRAMES = "bytedance/"
"""Beginning of names of models that take no shape beside a frame."""


class HiggsfieldVideo(WordedVideo):
    """See `crossroads.dialect.Dialect` and `crossroads.jobs.JobDialect`."""

    name = "higgsfield-video"
    upstream_path = ""
    own = {"prompt": jsonbody.STRING}
    places = {
        "prompt": "prompt",
        "aspect_ratio": "aspect_ratio",
        "resolution": "resolution",
        "duration": "duration",
        "generate_audio": "generate_audio",
        "seed": "seed",
        "first_frame": "image_url",
        "last_frame": "end_image_url",
    }
    job = REQUEST
    shapes = ("16:9", "4:3", "1:1", "3:4", "9:16", "21:9")
    lines = ("480p", "720p", "1080p")
    fetches = True

    def said(self, said: Json, upstream: str, lost: list[Lost]) -> Json:
        framed = any(name in said for name in FRAMES)
        if framed and upstream.startswith(SHAPED_BY_FRAMES) and said.pop("aspect_ratio", None) is not None:
            lost.append(Lost("aspect_ratio", "dropped", "the image has its own"))
        return said

    def address(self, url: str, said: Json) -> str:
        framed = any(name in said for name in FRAMES)
        return url.replace("/text-to-video", "/image-to-video") if framed else url

    def job_url(self, url: str, upstream_id: str) -> str:
        return request_url(url, upstream_id)
