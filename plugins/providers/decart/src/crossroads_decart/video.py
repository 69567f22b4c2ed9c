"""Decart's videos: `POST /v1/jobs/{model}`, a form with the film to edit; what was made comes from the job itself.

The film is the request's `input_reference`; an image to be guided by is its one `input_references`.
Source: pkg:pypi/decart@0.2.4 (models.py: VideoEdit2Input, VideoRestyleInput; queue/request.py), read 2026-11-25.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crossroads_openai_chat.asked import JobWords
from crossroads_openai_chat.foreign import Json, leftover, stated
from crossroads_openai_images.address import address_of
from crossroads_openai_video.worded import HANDLED, PLAIN, WordedVideo

from crossroads import jsonbody
from crossroads.dialect import Draft
from crossroads.errors import Unsupported
from crossroads.steps import Step
from crossroads_decart.sources import file_of

PLACES = {"prompt": "prompt", "resolution": "resolution", "seed": "seed"}
EITHER = "lucy-restyle"
"""Beginning of names of models that take a prompt or an image, not both."""


class DecartVideo(WordedVideo):
    """See `crossroads.dialect.Dialect` and `crossroads.jobs.JobDialect`."""

    name = "decart-video"
    upstream_path = "/v1/jobs"
    own = {"prompt": jsonbody.STRING}
    places = PLACES
    job = JobWords(
        id="job_id",
        status="status",
        states={"pending": "pending", "processing": "in_progress", "completed": "completed", "failed": "failed"},
        made=(),
    )

    def canonical(self, own: Json, params: Mapping[str, str]) -> Json:
        return own

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        fields = stated(request)
        document, lost = leftover(fields, HANDLED, [name for name in PLAIN if name not in PLACES])
        document |= {name: fields[name] for name in PLACES if name in fields}
        if fields.get("frame_images"):
            raise Unsupported("the model edits a film.", remedy="Send `input_reference`.", field="frame_images")
        document["data"] = file_of(fields.get("input_reference"), kind="video", field="input_reference")
        guides = fields.get("input_references") or []
        if len(guides) > 1:
            raise Unsupported("the model takes one image.", remedy="Send one.", field="input_references")
        for guide in guides:
            document["reference_image"] = file_of(address_of(guide), kind="image", field="input_references")
        if not upstream.startswith(EITHER):
            document.setdefault("prompt", "")  # it must be there, and may be empty
        return Draft(document=document, url=url, headers=((b"accept", b"application/json"),), lost=lost, form=True)

    # the job

    def job_url(self, url: str, upstream_id: str) -> str:
        return f"{url.rpartition('/')[0]}/{upstream_id}"

    def content_url(self, url: str, upstream_id: str, index: int) -> str:
        return f"{self.job_url(url, upstream_id)}/content"

    def content_step(self, body: bytes, index: int) -> Step | None:
        return None
