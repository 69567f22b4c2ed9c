"""`POST /generate/{upstream}/t2v`, or `.../i2v` with a first frame: jobs, asked for at `/videos/{id}`.

A text goes out as a form of the address kind, an image as a file in a form of parts; a shape is one number, and an
image brings its own.
Sources: https://dev.pika.art/docs/api-reference (generate-turbo-t2v, generate-turbo-i2v, get-video),
https://github.com/comfyanonymous/ComfyUI (comfy_api_nodes/nodes_pika.py, apis/pika_api.py), read 2026-11-25.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

from crossroads_openai_chat.asked import JobWords
from crossroads_openai_chat.foreign import Json
from crossroads_openai_images.vendor import as_file
from crossroads_openai_video.uploaded import WANTS_JSON
from crossroads_openai_video.vendor import shaped_by_frame
from crossroads_openai_video.worded import WordedVideo

from crossroads import jsonbody
from crossroads.call import Lost
from crossroads.dialect import Draft
from crossroads.errors import Unsupported
from crossroads.multipart import File

FORM_HEADERS = ((b"content-type", b"application/x-www-form-urlencoded"), *WANTS_JSON)
SHAPE = re.compile(r"([1-9]\d{0,3}):([1-9]\d{0,3})", re.ASCII)
NARROWEST, WIDEST = 0.4, 2.5
TURBO = "turbo"
FIXED = ("duration", "resolution")
"""What the turbo model has no choice of."""


class PikaVideo(WordedVideo):
    """See `crossroads.dialect.Dialect` and `crossroads.jobs.JobDialect`."""

    name = "pika-video"
    upstream_path = "/generate/{upstream}"
    own = {"promptText": jsonbody.STRING}
    places = {
        "prompt": "promptText", "duration": "duration", "resolution": "resolution", "aspect_ratio": "aspectRatio",
        "seed": "seed", "first_frame": "image",
    }  # fmt: skip
    shapes = ("5:2", "16:9", "3:2", "4:3", "5:4", "1:1", "4:5", "3:4", "2:3", "9:16", "2:5")
    lines = ("720p", "1080p")
    job = JobWords(
        id=("video_id", "id"),
        status="status",
        states={"queued": "pending", "finished": "completed", "failed": "failed", "cancelled": "cancelled"},
        made=("url",),
        reasons=("message",),
    )

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        draft = super().encode_request(request, url=url, upstream=upstream, stream=stream)
        if isinstance(draft.document.get("image"), File):
            draft.form, draft.headers = True, WANTS_JSON
        else:
            texts = {
                name: one if isinstance(one, str) else jsonbody.encode(one) for name, one in draft.document.items()
            }
            draft.body, draft.headers = urlencode(texts).encode(), FORM_HEADERS
        return draft

    def said(self, said: Json, upstream: str, lost: list[Lost]) -> Json:
        if not isinstance(first := as_file(said.get("first_frame"), field="frame_images"), File | None):
            what, remedy = "the provider takes an image itself, no address.", "Send a file or a data URL."
            raise Unsupported(what, remedy=remedy, field="frame_images")
        shaped_by_frame(said, lost)
        fixed = [name for name in FIXED if upstream == TURBO and said.pop(name, None) is not None]
        lost += [Lost(name, "dropped", "the model makes one kind") for name in fixed]
        return {**said, "first_frame": first, "aspect_ratio": _ratio(said.get("aspect_ratio"))}

    def address(self, url: str, said: Json) -> str:
        return f"{url}/{'t2v' if said['first_frame'] is None else 'i2v'}"

    def job_url(self, url: str, upstream_id: str) -> str:
        return f"{url.rsplit('/', 2)[0]}/videos/{upstream_id}"


def _ratio(shape: Any) -> float | None:
    """Width by height. Raises Unsupported."""
    if shape is None:
        return None
    found = SHAPE.fullmatch(shape) if isinstance(shape, str) else None
    ratio = 0.0 if found is None else int(found[1]) / int(found[2])
    if not NARROWEST <= ratio <= WIDEST:
        what = "the provider makes no video of this shape."
        raise Unsupported(what, remedy="Ask for 2:5 to 5:2.", field="aspect_ratio", value=shape)
    return ratio
