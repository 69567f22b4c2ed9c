"""`POST /v1/text-to-video`, or `/v1/image-to-video` with a first frame: jobs, asked for at `/v1/video-projects/{id}`.

A length is always stated: where the caller names none, `SECONDS`. Images go by their addresses.
Source: pkg:pypi/magic-hour@0.90.0 (types/params/v1_text_to_video_create_body.py, v1_image_to_video_create_body.py,
types/models/v1_video_projects_get_response.py), read 2026-11-25.
"""

from __future__ import annotations

from crossroads_openai_chat.foreign import Json
from crossroads_openai_video.vendor import shaped_by_frame
from crossroads_openai_video.worded import WordedVideo

from crossroads import jsonbody
from crossroads.call import Lost
from crossroads_magic_hour.project import PROJECT

SECONDS = 5
"""For a caller who names no length."""


class MagicHourVideo(WordedVideo):
    """See `crossroads.dialect.Dialect` and `crossroads.jobs.JobDialect`."""

    name = "magic-hour-video"
    upstream_path = "/v1/text-to-video"
    own = {"style": jsonbody.OBJECT}
    places = {
        "prompt": "style.prompt", "model": "model", "duration": "end_seconds", "aspect_ratio": "aspect_ratio",
        "resolution": "resolution", "generate_audio": "audio",
        "first_frame": "assets.image_file_path", "last_frame": "assets.end_image_file_path",
    }  # fmt: skip
    shapes = ("16:9", "1:1", "9:16")
    lines = ("360p", "480p", "720p", "1080p")
    fetches = True
    job = PROJECT

    def said(self, said: Json, upstream: str, lost: list[Lost]) -> Json:
        shaped_by_frame(said, lost)
        return {"duration": SECONDS, **said}

    def address(self, url: str, said: Json) -> str:
        return f"{url.removesuffix('/text-to-video')}/image-to-video" if "first_frame" in said else url

    def job_url(self, url: str, upstream_id: str) -> str:
        return f"{url.rpartition('/')[0]}/video-projects/{upstream_id}"
