"""OpenAI's videos format, and OpenRouter's: a submission makes a job; its state and its video are asked for by GET.

Both are read and neither is kept apart: `seconds` is `duration`, `queued` is `pending`. What a client gets are
OpenRouter's fields with OpenAI's beside them. What is carried and dropped stands in carries.toml.
Sources: OpenRouter OpenAPI, `POST /videos`; OpenAI API reference, "Videos"; both read 2026-11-25.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from crossroads_openai_chat import OpenAIFamily
from crossroads_openai_chat.forms import decoded, has_file, only_raw, open_fields_of
from crossroads_openai_chat.reply import Shape
from crossroads_openai_chat.request import ROUTER_KINDS, open_fields, plain

from crossroads import jsonbody
from crossroads.call import Fields, Lost, Opened
from crossroads.dialect import NO_PARAMS, Document, Draft, Reply, Stamp
from crossroads.errors import BadRequest
from crossroads.steps import Step
from crossroads_openai_video.state import read_job, submitted

__all__ = ["OpenAIVideo"]

SECONDS_MAX = 3600
"""More is a mistake, not a clip."""


class OpenAIVideo(OpenAIFamily):
    """`POST /videos`, `GET /videos/{id}`, `GET /videos/{id}/content`: see `crossroads.jobs.JobDialect`."""

    name = "openai-video"
    operation = "video"
    paths: tuple[str, ...] = ("/videos",)
    upstream_path = "/videos"
    success_status = 202
    makes_jobs = True
    kinds = {
        **ROUTER_KINDS,
        "aspect_ratio": jsonbody.STRING,
        "callback_url": jsonbody.STRING,
        "creativity": jsonbody.INTEGER,
        "duration": jsonbody.COUNT,
        "frame_images": jsonbody.ARRAY,
        "generate_audio": jsonbody.BOOLEAN,
        "input_references": jsonbody.ARRAY,
        "prompt": jsonbody.STRING,
        "resolution": jsonbody.STRING,
        "seed": jsonbody.INTEGER,
        "size": jsonbody.STRING,
        "upscale_factor": jsonbody.NUMBER,
    }
    required: tuple[str, ...] = ("prompt", "frame_images", "input_references", "input_reference")
    shape = Shape("video", "video", items="id", completion_tokens=0)
    streams = False
    forms = True

    def open(self, body: bytes, params: Mapping[str, str] = NO_PARAMS) -> Opened:
        fields = open_fields_of(body, params.get("content_type", ""), self.kinds)
        if not any(name in fields for name in self.required):
            raise BadRequest("it is missing.", remedy="Send `prompt`.", field="prompt")
        opened = open_fields(only_raw(fields), self.kinds)
        opened.fields, opened.stream = {**fields, **opened.fields}, False
        _seconds_as_duration(opened.fields)
        return opened

    def decode_request(self, opened: Opened) -> Any:
        from crossroads.types.base import validate_document
        from crossroads.types.video import VideoRequest

        return validate_document(VideoRequest, decoded(opened.fields))

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        fields = request.model_dump(exclude_unset=True, by_alias=True, exclude=set(request.model_extra or ()))
        return self._draft({**fields, **(request.model_extra or {})}, url, upstream, False)

    def _draft(self, fields: Mapping[str, Any], url: str, upstream: str, stream: bool) -> Draft:
        draft = super()._draft(fields, url, upstream, stream)
        if "duration" in draft.document:
            draft.document["seconds"] = draft.document.pop("duration")
        draft.form = any(has_file(value) for value in draft.document.values())
        if draft.form:
            draft.headers = ((b"accept", b"application/json"),)
        if draft.document.pop("callback_url", None) is not None:
            draft.lost.append(Lost("callback_url", "dropped", "the upstream would name a job that you do not know"))
        return draft

    def relay_response(self, body: bytes, stamp: Stamp) -> Reply:
        reply = self.decode_response(body)
        reply.body = self.encode_response(reply, stamp)
        return reply

    def decode_response(self, body: bytes) -> Reply:
        document = read_job(body)
        return Reply(document=document, upstream_id=document["id"], finish_reason=document["status"])

    def encode_response(self, reply: Reply, stamp: Stamp) -> bytes:
        document, usage = submitted(reply.document or {}, stamp)
        reply.usage = usage or reply.usage
        return jsonbody.encode(document)

    # the job

    def job_url(self, url: str, upstream_id: str) -> str:
        return f"{url}/{quote(upstream_id, safe='')}"

    def content_url(self, url: str, upstream_id: str, index: int) -> str:
        return f"{self.job_url(url, upstream_id)}/content" + (f"?index={index}" if index else "")

    def content_step(self, body: bytes, index: int) -> Step | None:
        return None

    def decode_job(self, body: bytes) -> Document:
        return read_job(body)


def _seconds_as_duration(fields: Fields) -> None:
    """OpenAI's word and its digits in quotes -> the canonical one. Raises BadRequest."""
    if "seconds" in fields:
        stated = plain(fields.pop("seconds"))
        if stated is not None:
            text = str(stated)
            if not (text.isascii() and text.isdigit() and 0 < len(text) <= 4):
                raise BadRequest(
                    "it is no whole number of seconds.", remedy="Send e.g. 8.", field="seconds", value=stated
                )
            fields.setdefault("duration", int(text))
    duration = plain(fields.get("duration"))
    if duration is not None and duration > SECONDS_MAX:
        raise BadRequest(
            "it is too long.", remedy=f"Ask for at most {SECONDS_MAX} seconds.", field="duration", value=duration
        )
