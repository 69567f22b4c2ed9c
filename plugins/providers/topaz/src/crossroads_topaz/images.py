"""`POST /image/v1/{class}/async`: a form with one image, a job that is asked for; then where its result is.

A model is named with its class before it ("enhance/Standard V2"). `size` is the size of the result.
Sources: https://developer.topazlabs.com/getting-started/request-parameters/image.md and /reference/image,
https://github.com/vercel/ai (packages/topaz, topaz-image-model.ts), read 2026-11-25.
"""

from __future__ import annotations

from typing import Any

from crossroads_openai_chat.asked import Job, job_of
from crossroads_openai_chat.foreign import leftover, stated
from crossroads_openai_chat.reply import whole
from crossroads_openai_images.polled import PolledImages
from crossroads_openai_images.vendor import (
    HANDLED,
    ONLY_OPENAI,
    addresses_only,
    one_only,
    refuse_mask,
    size_of,
    sources_of,
)

from crossroads.call import Lost
from crossroads.dialect import Draft
from crossroads.errors import Unsupported
from crossroads.multipart import File
from crossroads.steps import Step

DROPPED = (*ONLY_OPENAI, "aspect_ratio", "resolution", "seed")
BEGUN, MADE = "Pending", "Completed"
STATES = {MADE: "completed", "Failed": "failed", "Cancelled": "cancelled"}


class TopazImages(PolledImages):
    """See `crossroads.dialect.Dialect` and `crossroads.steps.SteppedDialect`. An upstream only."""

    name = "topaz-images"
    upstream_path = "/image/v1"

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        fields = stated(request)
        document, lost = leftover(fields, HANDLED, DROPPED)
        addresses_only(request, fields)
        one_only(fields)
        refuse_mask(fields)
        if "prompt" in fields:
            lost.append(Lost("prompt", "dropped", "what it does needs no words"))
        if (size := size_of(fields)) is not None:
            document["output_width"], document["output_height"] = size
        given = sources_of(fields)
        if len(given) > 1:
            raise Unsupported("the provider takes one image.", remedy="Send one.", field="image")
        for source in given:
            document["image" if isinstance(source, File) else "source_url"] = source
        made, _, document["model"] = upstream.partition("/")
        accept = ((b"accept", b"application/json"),)
        return Draft(document=document, url=f"{url}/{made}/async", headers=accept, lost=lost, form=True)

    def read(self, body: bytes) -> Job:
        told = whole(body)
        if "download_url" in told:
            return job_of(None, MADE, STATES, made=[told["download_url"]])
        return job_of(told.get("process_id"), told.get("status", BEGUN), STATES)

    def job_url(self, url: str, upstream_id: str) -> str:
        return f"{url}/status/{upstream_id}"

    def step(self, body: bytes, request: Any, *, url: str, upstream: str) -> Step | None:
        """See `SteppedDialect.step`. What is done is asked where it is."""
        job = self.read(body)
        if job.status == "completed" and job.id:
            return Step(url=f"{url}/download/{job.id}")
        return super().step(body, request, url=url, upstream=upstream)
