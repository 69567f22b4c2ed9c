"""Images that a job makes: submitted, asked for until they are done, then at addresses (`crossroads.steps`).

Law: a job that failed is never a reply, whatever stands beside its failure.
"""

from __future__ import annotations

from typing import Any

from crossroads_openai_chat.foreign import Json
from crossroads_openai_chat.job import Job
from crossroads_openai_chat.reply import broken, whole

from crossroads.dialect import Reply
from crossroads.steps import Step
from crossroads_openai_images.vendor import VendorImages, images_reply, row_of


class PolledImages(VendorImages):
    """A member brings `job` and `asked`."""

    takes_steps = True
    asked_every_s = 1.0

    def job(self, told: Json) -> Job:
        """What an answer tells. Raises BadUpstream."""
        raise NotImplementedError

    def asked(self, url: str, number: str) -> Step:
        """How a job is asked for. url: where it was submitted."""
        raise NotImplementedError

    def row(self, file: str) -> Json:
        """One image by what stands among the job's files."""
        return row_of(file)

    def step(self, body: bytes, request: Any, *, url: str, upstream: str) -> Step | None:
        """See `SteppedDialect.step`."""
        job = self.job(whole(body))
        if job.failed:
            raise job.failure()
        if job.status == "completed":
            return None
        if not job.number:
            raise broken("the provider named no job.")
        return self.asked(url, job.number)

    def decode_response(self, body: bytes) -> Reply:
        job = self.job(whole(body))
        if job.failed:
            raise job.failure()
        if job.status != "completed":
            raise broken("the provider's reply has no images.")
        reply = images_reply([self.row(file) for file in job.files])
        reply.upstream_id = job.number or None
        return reply
