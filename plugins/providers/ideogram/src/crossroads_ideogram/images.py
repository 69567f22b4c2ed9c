"""`POST /v2/image/generate/{model}`: images at addresses that expire; with `async` a generation that is asked for.

A request is JSON, and with an image to change a form. An image that was found unsafe comes without an address.
Sources: https://developer.ideogram.ai/api-reference/images/generate/ideogram-4-5.md,
https://developer.ideogram.ai/ideogram-api/api-overview.md, read 2026-11-25.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crossroads_openai_chat.asked import Job, job_of
from crossroads_openai_chat.errors import refused
from crossroads_openai_chat.foreign import JSON_HEADERS, Json, leftover, stated
from crossroads_openai_chat.reply import whole
from crossroads_openai_chat.worded import taken
from crossroads_openai_images.polled import PolledImages
from crossroads_openai_images.vendor import HANDLED, ONLY_OPENAI, mask_of, rows_in, size_of, sources_of

from crossroads import jsonbody
from crossroads.dialect import Draft
from crossroads.errors import Unsupported
from crossroads.multipart import File

VERSION = "/v2/"
STATES = {"pending": "in_progress", "completed": "completed", "failed": "failed"}
DROPPED = (*(name for name in ONLY_OPENAI if name != "quality"), "aspect_ratio", "output_format", "resolution")


class IdeogramImages(PolledImages):
    """See `crossroads.dialect.Dialect` and `crossroads.steps.SteppedDialect`. An upstream only."""

    name = "ideogram-images"
    upstream_path = ""
    own = {"prompt": jsonbody.STRING}
    asked_every_s = 2.0
    gives_itself = True

    def canonical(self, own: Json, params: Mapping[str, str]) -> Json:
        return taken(own, {"n": "num_images"})

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        fields = stated(request)
        self.suits(request, fields)
        document, lost = leftover(fields, HANDLED, DROPPED)
        if document.get("quality") == "auto":  # what it chooses where nothing is named
            del document["quality"]
        document |= {"prompt": fields["prompt"]} if "prompt" in fields else {}
        document |= {"num_images": fields["n"]} if "n" in fields else {}
        if (size := size_of(fields)) is not None:
            document["size"] = f"{size[0]}x{size[1]}"
        files = _files(fields)
        if not files:
            return Draft(document=document, url=url, headers=JSON_HEADERS, lost=lost)
        accept = ((b"accept", b"application/json"),)
        return Draft(document={**document, **files}, url=url, headers=accept, lost=lost, form=True)

    def read(self, body: bytes) -> Job:
        told = whole(body)
        rows = rows_in(told.get("data") or [])
        files = [row["url"] for row in rows if row.get("url")]
        if rows and not files and any(row.get("is_image_safe") is False for row in rows):
            raise refused("What was made was found unsafe.", code="content_policy_violation")
        status = told.get("status") or ("completed" if rows else "pending")
        return job_of(told.get("generation_id"), status, STATES, made=files, reason=told.get("error"))

    def job_url(self, url: str, upstream_id: str) -> str:
        return f"{url.partition(VERSION)[0]}{VERSION}generations/{upstream_id}"


def _files(fields: Json) -> Json:
    """The image to change, and its mask. Raises Unsupported: they are no files, or there are several."""
    sources, mask = sources_of(fields), mask_of(fields)
    given = {"images": sources[0], "mask": mask} if sources else {}
    files = {name: one for name, one in given.items() if one is not None}
    if len(sources) > 1 or not all(isinstance(one, File) for one in files.values()):
        raise Unsupported("the provider changes one image, sent as a file.", remedy="Send the file.", field="image")
    return files
