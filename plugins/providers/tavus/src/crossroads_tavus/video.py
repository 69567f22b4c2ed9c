"""`POST /v2/videos`: a replica says the prompt, or a recording (`audio_url`); asked for at `/v2/videos/{id}`.

`replica_id` says who speaks: it and whatever else is Tavus's own go out as they came.
Sources: https://docs.tavus.io/api-reference/video-request/create-video, https://docs.tavus.io/sections/video/quickstart,
https://github.com/tryAGI/Tavus (openapi.yaml), read 2026-11-25.
"""

from __future__ import annotations

from typing import Any

from crossroads_openai_chat.asked import JobWords
from crossroads_openai_video.vendor import recorded
from crossroads_openai_video.worded import WordedVideo

from crossroads import jsonbody
from crossroads.dialect import Draft


class TavusVideo(WordedVideo):
    """See `crossroads.dialect.Dialect` and `crossroads.jobs.JobDialect`."""

    name = "tavus-video"
    upstream_path = "/videos"
    own = {"script": jsonbody.STRING}
    places = {"prompt": "script"}
    job = JobWords(
        id="video_id",
        status="status",
        states={"queued": "pending", "ready": "completed", "error": "failed", "deleted": "expired"},
        made=("download_url",),
        reasons=("error_message", "status_details"),
    )

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        draft = super().encode_request(request, url=url, upstream=upstream, stream=stream)
        return recorded(draft, "script", ("audio_url",))

    def job_url(self, url: str, upstream_id: str) -> str:
        return f"{url}/{upstream_id}"
