"""`POST /api/photo-enhancer`: a job that enhances one image, asked for by `POST /api/task-status`.

There is no prompt, and the model says how large the image becomes ("general_2x").
Source: https://github.com/shiyao1122/hitpaw-developer-docs (docs/enhance/image-enhancement.md, behind
https://developer.hitpaw.com/image/API-reference), https://github.com/HitPaw-Official/hitpaw-mcp-server
(internal/client/api_client.go), read 2026-11-25.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit

import msgspec
from crossroads_openai_chat.asked import Job, JobWords
from crossroads_openai_chat.errors import refused
from crossroads_openai_chat.foreign import JSON_HEADERS, Json, leftover, stated
from crossroads_openai_chat.reply import whole
from crossroads_openai_images.polled import PolledImages
from crossroads_openai_images.vendor import HANDLED, ONLY_OPENAI, one_only, sources_of

from crossroads import jsonbody
from crossroads.call import Lost
from crossroads.dialect import Draft
from crossroads.errors import Unsupported
from crossroads.multipart import File
from crossroads.steps import Step

VERB = "/api/photo-enhancer"
STATUS = "/api/task-status"
JOB = JobWords(
    id="data.job_id",
    status="data.status",
    states={
        "converting": "in_progress",
        "completed": "completed",
        "error": "failed",
        "error_interruption": "failed",
        "timeout": "failed",
    },
    made=("data.res_url",),
    reasons=("message",),
)
EXTENSIONS = (".bmp", ".jpeg", ".jpg", ".png", ".jfif", ".tga", ".tiff", ".webp", ".heif")
EXTENSION = ".png"
"""Of an image whose address does not say what it is."""
ANY = ("aspect_ratio", "output_format", "resolution", "seed")


class HitpawImages(PolledImages):
    """See `crossroads.dialect.Dialect` and `crossroads.steps.SteppedDialect`. An upstream only."""

    name = "hitpaw-images"
    upstream_path = VERB
    own = {"img_url": jsonbody.STRING}
    job = JOB
    asked_every_s = 2.0

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        fields = stated(request)
        one_only(fields)
        self.suits(request, fields)
        document, lost = leftover(fields, HANDLED, (*ONLY_OPENAI, *ANY))
        lost += [Lost(name, "dropped", "the model alone decides") for name in ("prompt", "size") if name in fields]
        document["model_name"] = upstream
        if (source := _source(fields)) is not None:  # else the provider says that it is missing
            document.setdefault("extension", _extension(source))
            document["img_url"] = source
        return Draft(document=document, url=url, headers=JSON_HEADERS, lost=lost)

    def read(self, body: bytes) -> Job:
        told = whole(body)
        code = told.get("code")
        if not told.get("data") and type(code) is int and 400 <= code < 600:
            raise refused(told.get("message"), code)
        return super().read(body)

    def asked(self, url: str, upstream_id: str) -> Step:
        body = msgspec.json.encode({"job_id": upstream_id})
        return Step(
            url=f"{url.partition(VERB)[0]}{STATUS}", body=body, headers=JSON_HEADERS, after_s=self.asked_every_s
        )


def _extension(address: str) -> str:
    """Of what stands there."""
    try:
        kind = PurePosixPath(urlsplit(address).path).suffix.lower()
    except ValueError:  # no address: the provider says so
        return EXTENSION
    return kind if kind in EXTENSIONS else EXTENSION


def _source(fields: Json) -> str | None:
    """Where the image is. Raises Unsupported: it is a file, or there are several."""
    sources = sources_of(fields)
    if len(sources) > 1 or "mask" in fields:
        raise Unsupported("the provider enhances one image, without a mask.", remedy="Send one `image`.", field="image")
    if not sources:
        return None
    if isinstance(sources[0], File) or sources[0].startswith("data:"):
        raise Unsupported("the provider takes an image by its address.", remedy="Send it.", field="image")
    return sources[0]
