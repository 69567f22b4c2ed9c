"""`POST /v2/image/generate`: a submission, whose `status_url` is asked until the image is ready at an address.

The pipeline is named by the path. `size` becomes the nearest shape that Bria makes.
Sources: https://docs.bria.ai ("Quickstart", "Async requests", "Status"), pkg:pypi/bria-client@0.3.1
(toolkit/response.py, toolkit/models.py), read 2026-11-25.
"""

from __future__ import annotations

from crossroads_openai_chat.asked import Job, JobWords
from crossroads_openai_chat.errors import refused
from crossroads_openai_chat.worded import found_at
from crossroads_openai_images.worded import AskedImages

from crossroads import jsonbody
from crossroads.dialect import Reply


class BriaImages(AskedImages):
    """See `crossroads.dialect.Dialect` and `crossroads.steps.SteppedDialect`. An upstream only."""

    name = "bria-images"
    upstream_path = ""
    own = {"prompt": jsonbody.STRING}
    gives_itself = False
    places = {"prompt": "prompt", "aspect_ratio": "aspect_ratio"}
    shapes = ("1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9")
    job = JobWords(
        id="request_id",
        status="status",
        states={"completed": "completed", "error": "failed", "unknown": "failed"},
        made=("result.image_url",),
        nameless=True,
    )
    stands_at = "status_url"

    def read(self, body: bytes) -> Job:
        job = super().read(body)
        if isinstance(error := job.told.get("error"), dict):
            code = error.get("code")
            status = code if type(code) is int and 400 <= code < 600 else 502
            why = f"{error.get('message') or 'no reason given'}: {error.get('details') or 'no details'}"
            raise refused(why, status)
        return job

    def job_url(self, url: str, upstream_id: str) -> str:
        return f"{url.partition('/v2/')[0]}/v2/status/{upstream_id}"

    def decode_response(self, body: bytes) -> Reply:
        reply = super().decode_response(body)
        if reply.document is not None and (seed := found_at(self.read(body).told, "result.seed")) is not None:
            reply.document["seed"] = seed
        return reply
