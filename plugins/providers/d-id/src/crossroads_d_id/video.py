"""`POST /talks` (a portrait speaks) and `POST /clips` (a presenter does), each asked for below its own address.

The upstream name is the step of the path. The prompt is the script; `script` with an `audio_url` is said instead.
`presenter_id`, `config` and whatever else is D-ID's own go out as they came.
Sources: https://docs.d-id.com/reference/clips-overview, https://github.com/api-evangelist/d-id
(openapi/d-id-talks-api-openapi.yml), read 2026-11-25.
"""

from __future__ import annotations

from typing import Any

from crossroads_openai_chat.asked import JobWords
from crossroads_openai_video.vendor import recorded
from crossroads_openai_video.worded import WordedVideo

from crossroads import jsonbody
from crossroads.dialect import Draft


class DIDVideo(WordedVideo):
    """See `crossroads.dialect.Dialect` and `crossroads.jobs.JobDialect`."""

    name = "d-id-video"
    upstream_path = ""
    own = {"script": jsonbody.OBJECT}
    places = {"prompt": "script.input", "first_frame": "source_url"}
    fetches = True
    job = JobWords(
        id="id",
        status="status",
        states={"created": "pending", "done": "completed", "error": "failed", "rejected": "failed"},
        made=("result_url",),
        reasons=("error.kind", "error.description"),
    )

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        draft = super().encode_request(request, url=url, upstream=upstream, stream=stream)
        if isinstance(script := draft.document.get("script"), dict):
            said = recorded(Draft(document=script, url=url, lost=draft.lost), "input", ("audio_url",)).document
            draft.document["script"] = {"type": "text" if "input" in said else "audio", **said}
        return draft

    def job_url(self, url: str, upstream_id: str) -> str:
        return f"{url}/{upstream_id}"
