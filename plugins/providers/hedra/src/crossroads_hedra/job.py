"""How a job reads, of videos as of images, and where it is asked for."""

from __future__ import annotations

from crossroads_openai_chat.asked import JobWords
from crossroads_openai_chat.foreign import Json

from crossroads.dialect import Draft

JOB = JobWords(
    id="job_id",
    status="status",
    states={"in_queue": "pending", "completed": "completed", "failed": "failed"},
    made=("outputs",),
    reasons=("error.code", "error.message"),
)


def wrapped(draft: Draft) -> Draft:
    """All that is the model's own goes inside of `input`."""
    own: Json = draft.document.pop("input", {})
    draft.document = {"input": {**draft.document, **own}}
    return draft


def job_url(url: str, upstream_id: str) -> str:
    """url: the endpoint's, which ends with the model."""
    return f"{url.partition('/models/')[0]}/jobs/{upstream_id}"
