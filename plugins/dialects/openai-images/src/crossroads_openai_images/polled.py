"""Images that a job makes: submitted, asked for until they are done, then at addresses (`crossroads.steps`).

Law: a job that failed is never a reply, whatever stands beside its failure.
"""

from __future__ import annotations

from typing import Any

from crossroads_openai_chat.foreign import Json, stated
from crossroads_openai_chat.job import Job
from crossroads_openai_chat.reply import broken, whole

from crossroads.dialect import Reply
from crossroads.steps import Step
from crossroads_openai_images.vendor import (
    VendorImages,
    addresses_only,
    image_kind,
    images_reply,
    one_only,
    row_of,
    row_with,
    wants_itself,
)


class PolledImages(VendorImages):
    """A member brings `job` and `asked`.

    fetches: a client that wants the image itself gets what stands at its address, fetched without the key from a host
    of the manifest; else such a client is refused.
    """

    takes_steps = True
    asked_every_s = 1.0
    fetches = False

    def job(self, told: Json) -> Job:
        """What an answer tells. Raises BadUpstream."""
        raise NotImplementedError

    def asked(self, url: str, number: str) -> Step:
        """How a job is asked for. url: where it was submitted."""
        raise NotImplementedError

    def row(self, file: str) -> Json:
        """One image by what stands among the job's files."""
        return row_of(file)

    def suits(self, request: Any, fields: Json) -> None:
        """Raises Unsupported: the client wants an image itself that can't be fetched, or several."""
        if not self.fetches:
            addresses_only(request, fields)
        elif wants_itself(request, fields):
            one_only(fields)

    def step(self, body: bytes, request: Any, *, url: str, upstream: str) -> Step | None:
        """See `SteppedDialect.step`."""
        if image_kind(body) is not None:
            return None
        job = self.job(whole(body))
        if job.failed:
            raise job.failure()
        if job.status == "completed":
            alone = job.files[0] if len(job.files) == 1 else ""
            wanted = self.fetches and alone.startswith("http") and wants_itself(request, stated(request))
            return Step(url=alone, bare=True) if wanted else None
        if not job.number:
            raise broken("the provider named no job.")
        return self.asked(url, job.number)

    def decode_response(self, body: bytes) -> Reply:
        if (kind := image_kind(body)) is not None:
            return images_reply([row_with(body, kind)])
        job = self.job(whole(body))
        if job.failed:
            raise job.failure()
        if job.status != "completed":
            raise broken("the provider's reply has no images.")
        reply = images_reply([self.row(file) for file in job.files])
        reply.upstream_id = job.number or None
        return reply
