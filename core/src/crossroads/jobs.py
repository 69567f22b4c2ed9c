"""What a dialect adds where a call makes a job: how the job is asked for, and how its state reads.

Such a dialect's `relay_response` and `decode_response` read the reply to the submission; `Stamp.job` gives the id under
which the client will find the job. The engine's side, ids and polling, is `crossroads.engine.jobs`.
"""

from __future__ import annotations

from typing import Protocol

from crossroads.dialect import Dialect, Document
from crossroads.steps import Step


class JobDialect(Dialect, Protocol):
    """States `makes_jobs = True`, and a success_status of the reply to a submission, e.g. 202."""

    def job_url(self, url: str, upstream_id: str) -> str:
        """Where the state of a job stands. url: the endpoint's, that took it."""
        ...

    def content_url(self, url: str, upstream_id: str, index: int) -> str:
        """Where what it made stands, or where a document does that says where (`content_step`): the index-th of it."""
        ...

    def content_step(self, body: bytes, index: int) -> Step | None:
        """Where the index-th of it stands, if the answer at `content_url` is a document that says so; None: it is not.

        Raises BadUpstream.
        """
        ...

    def decode_job(self, body: bytes) -> Document:
        """The canonical state (`types.video.VideoJob`), without what only the engine knows. Raises BadUpstream."""
        ...
