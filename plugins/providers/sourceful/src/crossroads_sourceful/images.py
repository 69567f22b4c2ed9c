"""`POST /v2/generations/t2i`: an instruction, a job that is asked for; its images stand at addresses.

Only drawing from text is known of it, and no word for a shape. Every submission has an idempotency key of its own.
Source: https://github.com/Lore-Hex/quill-router (scripts/pricing/providers/riverflow.py, which calls it), read
2026-11-25.
"""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from crossroads_openai_chat.asked import Job, job_of
from crossroads_openai_chat.foreign import JSON_HEADERS, Json, leftover, stated
from crossroads_openai_chat.reply import whole
from crossroads_openai_images.polled import PolledImages
from crossroads_openai_images.vendor import HANDLED, ONLY_OPENAI, addresses_only, from_text_only, one_only, size_of

from crossroads import jsonbody
from crossroads.call import Lost
from crossroads.dialect import Draft
from crossroads.steps import Step

VERB = "/t2i"
RESOLUTION = "1K"
"""For a caller who names none."""
DROPPED = (*ONLY_OPENAI, "aspect_ratio", "output_format", "seed")
STATES = {
    "completed": "completed",
    "succeeded": "completed",
    "success": "completed",
    "failed": "failed",
    "error": "failed",
    "cancelled": "cancelled",
    "canceled": "cancelled",
}


class SourcefulImages(PolledImages):
    """See `crossroads.dialect.Dialect` and `crossroads.steps.SteppedDialect`. An upstream only."""

    name = "sourceful-images"
    upstream_path = "/v2/generations/t2i"
    own = {"prompt": jsonbody.STRING}

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        fields = stated(request)
        document, lost = leftover(fields, HANDLED, DROPPED)
        addresses_only(request, fields)
        one_only(fields)
        from_text_only(fields, "Send words alone, or let other providers serve the call.")
        if size_of(fields) is not None:
            lost.append(Lost("size", "dropped", "the provider's word for it is not known: `resolution` is"))
        document = {"resolution": RESOLUTION, "idempotencyKey": str(uuid4()), **document, "model": upstream}
        document |= {"instruction": fields["prompt"]} if "prompt" in fields else {}
        return Draft(document=document, url=url, headers=JSON_HEADERS, lost=lost)

    def read(self, body: bytes) -> Job:
        told = whole(body)
        data = _object(told.get("data"))
        if "job" not in data:
            return job_of(data.get("jobId"), data.get("status"), STATES)
        job, made = _object(data["job"]), data.get("artifacts")
        ready = [one for one in made if _is_ready(one)] if isinstance(made, list) else []
        status = job.get("status")
        return job_of(
            job.get("id"),
            status.lower() if isinstance(status, str) else None,
            STATES,
            made=[one.get("url") for one in ready],
            reason=job.get("lastErrorMessage"),
        )

    def asked(self, url: str, number: str) -> Step:
        return Step(url=f"{url.removesuffix(VERB)}/{number}", after_s=self.asked_every_s)


def _object(value: Any) -> Json:
    return value if isinstance(value, dict) else {}


def _is_ready(one: Any) -> bool:
    return isinstance(one, dict) and one.get("type") == "image" and one.get("status") == "ready"
