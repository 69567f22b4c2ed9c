"""What vendors' own formats of video jobs share, on `crossroads_openai_chat.foreign`.

A submission is answered with a job, whose id the engine seals (`crossroads.jobs`); a client of OpenAI's or OpenRouter's
polls and fetches as from everywhere. Law: an id becomes a part of an address only as the format allows it.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import msgspec
from crossroads_openai_chat.asked import NUMBER, Job, JobWords
from crossroads_openai_chat.errors import MESSAGE_CHARS_MAX, scrubbed
from crossroads_openai_chat.foreign import Foreign, Json
from crossroads_openai_chat.reply import broken

from crossroads.call import Lost
from crossroads.dialect import Document, Draft, Reply, Stamp
from crossroads.errors import Unsupported
from crossroads.multipart import File
from crossroads.steps import Step


class VendorVideo(Foreign):
    """A member brings `job_url`, `content_url`, `content_step` and `decode_job` too."""

    operation = "video"
    makes_jobs = True
    success_status = 202

    @staticmethod
    def model() -> Any:
        from crossroads.types.video import VideoRequest

        return VideoRequest

    def encode_response(self, reply: Reply, stamp: Stamp) -> bytes:
        from crossroads_openai_video.state import submitted

        document, usage = submitted(reply.document or {}, stamp)
        reply.usage = usage or reply.usage
        return msgspec.json.encode(document)


class PolledVideo(VendorVideo):
    """Of a vendor whose one answer tells how a job stands and where its videos are.

    A member states `job`, or brings `read`; and brings `job_url`. ids: those that the format has. bare: is a video
    fetched without the key?
    """

    job: JobWords
    ids = NUMBER
    bare = True

    def read(self, body: bytes) -> Job:
        """What an answer tells. Raises BadUpstream."""
        return self.job.read(body)

    def job_url(self, url: str, upstream_id: str) -> str:
        raise NotImplementedError

    def decode_response(self, body: bytes) -> Reply:
        job = self.read(body)
        if job.failed:
            raise job.failure()
        return begun(job.id, self.ids)

    def content_url(self, url: str, upstream_id: str, index: int) -> str:
        return self.job_url(url, upstream_id)

    def content_step(self, body: bytes, index: int) -> Step | None:
        made = self.read(body).made
        if not 0 <= index < len(made):
            raise broken("the provider has no such video.")
        return Step(url=made[index], bare=self.bare)

    def decode_job(self, body: bytes) -> Document:
        job = self.read(body)
        document: Document = {"id": job.id, "object": "video", "status": job.status}
        if job.failed:
            document["error"] = scrubbed(job.reason, MESSAGE_CHARS_MAX)
        return {**document, "progress": 100} if job.status == "completed" else document


def begun(upstream_id: Any, known: Any) -> Reply:
    """The reply to a submission. known: pattern of the ids that the format has. Raises BadUpstream."""
    if not isinstance(upstream_id, str) or known.fullmatch(upstream_id) is None or ".." in upstream_id:
        raise broken("the provider named no job.")
    document: Document = {"id": upstream_id, "object": "video", "status": "pending"}
    return Reply(document=document, upstream_id=upstream_id, finish_reason="pending")


def first_frame(fields: Json) -> Any:
    """The image to begin with: a file, an address or None. Raises Unsupported: more than that."""
    what, remedy = "the provider begins with one image, and takes no other.", "Send a first frame alone."
    first, last = first_and_last(fields, what=what, remedy=remedy)
    if last is not None:
        raise Unsupported(what, remedy=remedy, field="frame_images")
    return first


def first_and_last(
    fields: Json,
    *,
    what: str = "the provider takes a first and a last frame, and no other image.",
    remedy: str = "Send these alone.",
) -> tuple[Any, Any]:
    """The images to begin and to end with, as `first_frame`. Raises Unsupported: others than one of each."""
    frames = [one for one in fields.get("frame_images") or () if isinstance(one, dict)]
    first = [frame.get("image_url") for frame in frames if frame.get("frame_type") == "first_frame"]
    last = [frame.get("image_url") for frame in frames if frame.get("frame_type") == "last_frame"]
    if (own := fields.get("input_reference")) is not None:
        first.append(own)
    if len(first) > 1 or len(last) > 1 or fields.get("input_references"):
        raise Unsupported(what, remedy=remedy, field="frame_images")
    if len(frames) > sum(frame.get("frame_type") in ("first_frame", "last_frame") for frame in frames):
        raise Unsupported(what, remedy=remedy, field="frame_images")
    return _where(first), _where(last)


def _where(given: list[Any]) -> str | File | None:
    """Of the one image that was given. Raises Unsupported: it is nowhere, e.g. a file that another host keeps."""
    if not given:
        return None
    told = given[0]
    for name in ("image_url", "url"):
        told = told.get(name, told) if isinstance(told, dict) else told
    if isinstance(told, File) or (isinstance(told, str) and told):
        return told
    raise Unsupported("an image has no address.", remedy="Send a file, or `image_url`.", field="input_reference")


def recorded(draft: Draft, text: str, recordings: Collection[str]) -> Draft:
    """A recording under one of these names is what is said: beside it these formats take no text."""
    if any(name in draft.document for name in recordings) and draft.document.pop(text, None) is not None:
        draft.lost.append(Lost("prompt", "dropped", "the recording is what is said"))
    return draft


def shaped_by_frame(said: Json, lost: list[Lost]) -> bool:
    """Is there a first frame, in a format that then takes no shape? It is dropped."""
    if "first_frame" not in said:
        return False
    if said.pop("aspect_ratio", None) is not None:
        lost.append(Lost("aspect_ratio", "dropped", "it is the image's"))
    return True
