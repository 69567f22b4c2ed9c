"""`POST /v2/generate`: lips that follow a sound; a job that the client polls at `/v2/generate/{id}`.

A video (or for some models an image) and a sound are handed over by their addresses, as `input_references`, or in
`input` as sync.so has it. What was made stands at an address that carries its own token.
Sources: pkg:pypi/syncsdk@0.3.0 (generations/raw_client.py, common/types), https://sync.so/docs/es/api-reference (images
as input), https://doc-jp.302.ai/234772650e0 (a recorded job), read 2026-11-25.
"""

from __future__ import annotations

from typing import Any

from crossroads_openai_chat.asked import JobWords
from crossroads_openai_chat.foreign import JSON_HEADERS, Json, leftover, stated
from crossroads_openai_video.vendor import PolledVideo, first_frame

from crossroads import jsonbody
from crossroads.call import Lost
from crossroads.dialect import Draft
from crossroads.errors import Unsupported

JOB = JobWords(
    id="id",
    status="status",
    states={
        "pending": "pending",
        "processing": "in_progress",
        "completed": "completed",
        "failed": "failed",
        "rejected": "failed",
        "canceled": "cancelled",
    },
    made=("outputUrl",),
    reasons=("error",),
)
KINDS = {"audio_url": "audio", "image_url": "image", "video_url": "video"}
"""Parts of `input_references` -> what sync.so calls them."""
HANDLED = ("frame_images", "input", "input_reference", "input_references", "prompt")
DROPPED = (
    "aspect_ratio",
    "callback_url",
    "creativity",
    "duration",
    "generate_audio",
    "resolution",
    "seed",
    "size",
    "upscale_factor",
)


class SyncSoVideo(PolledVideo):
    """See `crossroads.dialect.Dialect` and `crossroads.jobs.JobDialect`."""

    name = "sync-so-video"
    upstream_path = "/v2/generate"
    own = {"options": jsonbody.OBJECT}
    job = JOB

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        fields = stated(request)
        document, lost = leftover(fields, HANDLED, DROPPED)
        if "prompt" in fields:
            lost.append(Lost("prompt", "dropped", "the lips follow the sound"))
        given = fields.get("input", [])
        if not isinstance(given, list):
            raise Unsupported("the provider takes a list here.", remedy="Send a list.", field="input")
        frame = first_frame({name: value for name, value in fields.items() if name != "input_references"})
        if frame is not None:
            given = [*given, _at("image", frame, "input_reference")]
        for part in fields.get("input_references") or ():
            given = [*given, _referred(part)]
        document |= {"model": upstream, "input": given}
        return Draft(document=document, url=url, headers=JSON_HEADERS, lost=lost)

    def job_url(self, url: str, upstream_id: str) -> str:
        return f"{url}/{upstream_id}"


def _referred(part: Json) -> Json:
    """Raises Unsupported: it is neither a sound, an image nor a video."""
    if (kind := KINDS.get(name := str(part.get("type")))) is None:
        what = "the provider takes an `audio_url`, an `image_url` and a `video_url`."
        raise Unsupported(what, remedy="Send these.", field="input_references", value=name)
    told = part.get(name)
    return _at(kind, told.get("url") if isinstance(told, dict) else told, "input_references")


def _at(kind: str, address: Any, field: str) -> Json:
    if not isinstance(address, str) or not address:
        raise Unsupported("the provider takes media by their addresses.", remedy="Send an address.", field=field)
    return {"type": kind, "url": address}
