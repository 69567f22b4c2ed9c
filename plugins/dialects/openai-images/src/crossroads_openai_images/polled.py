"""Images that a job makes: submitted, asked for until they are done, then at addresses (`crossroads.steps`).

Law: a job that failed is never a reply, whatever stands beside its failure.
"""

from __future__ import annotations

from typing import Any

from crossroads_openai_chat.asked import ASKED_EVERY_S, Job, JobWords
from crossroads_openai_chat.foreign import Json, stated
from crossroads_openai_chat.reply import broken
from crossroads_openai_chat.worded import found_at

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
    """A member states `job`, or brings `read`; and brings `job_url`, or `asked`.

    gives_itself: a client that wants the image itself gets what stands at its address, fetched without the key from a
    host of the manifest; else such a client is refused. stands_at: the place of the address at which a job says that it
    stands; where it says none, `asked` tells.
    """

    takes_steps = True
    job: JobWords
    asked_every_s = ASKED_EVERY_S
    gives_itself = False
    stands_at = ""

    def read(self, body: bytes) -> Job:
        """What an answer tells. Raises BadUpstream."""
        return self.job.read(body)

    def job_url(self, url: str, upstream_id: str) -> str:
        """Where the state of a job stands. url: the endpoint's."""
        raise NotImplementedError

    def asked(self, url: str, upstream_id: str) -> Step:
        """How a job is asked for."""
        return Step(url=self.job_url(url, upstream_id), after_s=self.asked_every_s)

    def row(self, file: str) -> Json:
        """One image by what stands among what the job made."""
        return row_of(file)

    def suits(self, request: Any, fields: Json) -> None:
        """Raises Unsupported: the client wants an image itself that can't be fetched, or several."""
        if not self.gives_itself:
            addresses_only(request, fields)
        elif wants_itself(request, fields):
            one_only(fields)

    def step(self, body: bytes, request: Any, *, url: str, upstream: str) -> Step | None:
        """See `SteppedDialect.step`."""
        if image_kind(body) is not None:
            return None
        job = self.read(body)
        if job.failed:
            raise job.failure()
        if job.status == "completed":
            alone = job.made[0] if len(job.made) == 1 else ""
            wanted = self.gives_itself and alone.startswith("http") and wants_itself(request, stated(request))
            return Step(url=alone, bare=True) if wanted else None
        if isinstance(where := found_at(job.told, self.stands_at), str):
            return Step(url=where, after_s=self.asked_every_s)
        if not job.id:
            raise broken("the provider named no job.")
        return self.asked(url, job.id)

    def decode_response(self, body: bytes) -> Reply:
        if (kind := image_kind(body)) is not None:
            return images_reply([row_with(body, kind)])
        job = self.read(body)
        if job.failed:
            raise job.failure()
        if job.status != "completed":
            raise broken("the provider's reply has no images.")
        reply = images_reply([self.row(file) for file in job.made])
        reply.upstream_id = job.id or None
        return reply
