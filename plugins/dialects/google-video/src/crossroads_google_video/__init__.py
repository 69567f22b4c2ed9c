"""Google's Veo: `POST /models/{model}:predictLongRunning` begins an operation, which is asked for by its name.

A finished operation names the file with the video, which wants the key too. What the format carries stands in
carries.toml; errors are `crossroads_google_gemini`'s.
Source: google-genai 3.4 (models.py, generate_videos; types.GenerateVideosConfig, GenerateVideosOperation), read
2026-11-25.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from typing import Any

from crossroads_google_gemini import errors
from crossroads_openai_chat.asked import Job
from crossroads_openai_chat.foreign import JSON_HEADERS, Json, leftover, stated
from crossroads_openai_chat.reply import broken, whole
from crossroads_openai_images.vendor import DATA_URL
from crossroads_openai_video.vendor import PolledVideo, first_frame

from crossroads import jsonbody
from crossroads.call import Lost
from crossroads.dialect import Draft
from crossroads.errors import Unsupported, UpstreamRefused
from crossroads.multipart import File
from crossroads.wire import Headers

__all__ = ["GoogleVideo"]

OPERATION = re.compile(r"models/[\w.-]+/operations/[\w.-]+", re.ASCII)
SHAPES = {
    "1280x720": ("16:9", "720p"),
    "720x1280": ("9:16", "720p"),
    "1920x1080": ("16:9", "1080p"),
    "1080x1920": ("9:16", "1080p"),
}
"""What `size` means there: shape and lines."""
NAMES = {"aspectRatio": "aspect_ratio", "durationSeconds": "duration", "generateAudio": "generate_audio"}
HANDLED = (
    "aspect_ratio", "duration", "frame_images", "generate_audio", "input_reference", "input_references", "parameters",
    "prompt", "resolution", "seed", "size",
)  # fmt: skip
DROPPED = ("callback_url", "creativity", "upscale_factor")


class GoogleVideo(PolledVideo):
    """See `crossroads.dialect.Dialect` and `crossroads.jobs.JobDialect`."""

    name = "google-video"
    upstream_path = "/models/{upstream}:predictLongRunning"
    own = {"instances": jsonbody.ARRAY, "parameters": jsonbody.OBJECT}
    ids = OPERATION
    bare = False

    def canonical(self, own: Json, params: Mapping[str, str]) -> Json:
        asked = next((one for one in own.get("instances") or () if isinstance(one, dict)), {})
        rest = dict(own.get("parameters") or {})
        fields: Json = {"prompt": asked.get("prompt")}
        for theirs, ours in (*NAMES.items(), ("resolution", "resolution"), ("seed", "seed")):
            if theirs in rest:
                fields[ours] = rest.pop(theirs)
        if isinstance(image := asked.get("image"), dict):
            fields["input_reference"] = f"data:{image.get('mimeType')};base64,{image.get('bytesBase64Encoded')}"
        return {**fields, "parameters": rest} | ({"model": params["model"]} if "model" in params else {})

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        fields = stated(request)
        own, lost = leftover(fields, HANDLED, DROPPED)
        more = fields.get("parameters")
        parameters: Json = {**(more if isinstance(more, dict) else {}), **own}
        for theirs, ours in (*NAMES.items(), ("resolution", "resolution"), ("seed", "seed")):
            if ours in fields:
                parameters[theirs] = fields[ours]
        if (size := fields.get("size")) is not None:
            _shape(size, parameters, lost)
        asked: Json = {"prompt": fields.get("prompt", "")}
        if (frame := first_frame(fields)) is not None:
            asked["image"] = _image(frame)
        document = {"instances": [asked], "parameters": parameters}
        return Draft(document=document, url=url, headers=JSON_HEADERS, lost=lost)

    def decode_error(self, status: int, headers: Headers, body: bytes) -> UpstreamRefused:
        return errors.decode_error(status, headers, body)

    # the job

    def read(self, body: bytes) -> Job:
        told = whole(body)
        if not isinstance(name := told.get("name"), str) or OPERATION.fullmatch(name) is None:
            raise broken("the provider sent something that is no operation.")
        if told.get("done") is not True:
            return Job(name, "in_progress")
        videos = _videos(told)
        return Job(name, "completed" if videos else "failed", videos, _reason(told))

    def job_url(self, url: str, upstream_id: str) -> str:
        return f"{url.partition('/models/')[0]}/{upstream_id}"


def _shape(size: Any, parameters: Json, lost: list[Lost]) -> None:
    """`size` as shape and lines. Raises Unsupported."""
    if size not in SHAPES:
        known = f"Ask for one of {', '.join(SHAPES)}."
        raise Unsupported("the provider makes no video of this size.", remedy=known, field="size", value=size)
    ratio, lines = SHAPES[size]
    parameters.setdefault("aspectRatio", ratio)
    parameters.setdefault("resolution", lines)
    lost.append(Lost("size", "emulated", "sent as its shape and its lines"))


def _image(frame: Any) -> Json:
    """Raises Unsupported: an address."""
    if isinstance(frame, File):
        return {"mimeType": frame.content_type, "bytesBase64Encoded": base64.b64encode(frame.data).decode()}
    inline = DATA_URL.match(frame) if isinstance(frame, str) else None
    if inline is None:
        raise Unsupported("the provider fetches no images.", remedy="Send a file, or a data URL.", field="frame_images")
    return {"mimeType": inline[1], "bytesBase64Encoded": frame[inline.end() :]}


def _inside(value: Any, *names: str) -> Any:
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _videos(told: Json) -> list[str]:
    """Where the videos of a finished operation stand."""
    samples = _inside(told, "response", "generateVideoResponse", "generatedSamples")
    found = [_inside(sample, "video", "uri") for sample in samples] if isinstance(samples, list) else []
    return [uri for uri in found if isinstance(uri, str) and uri]


def _reason(told: Json) -> str:
    reasons = _inside(told, "response", "generateVideoResponse", "raiMediaFilteredReasons")
    stated_reason = _inside(told, "error", "message") or (reasons[0] if isinstance(reasons, list) and reasons else None)
    return stated_reason if isinstance(stated_reason, str) else "no video was made"
