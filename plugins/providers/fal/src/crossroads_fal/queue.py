"""fal's queue: what was submitted is asked for at its `status_url`, and fetched at its `response_url`.

Source: pkg:pypi/fal-client@1.0.3 (fal_client/client.py: submit, status, result), recorded exchanges, read 2026-11-25.
"""

from __future__ import annotations

from crossroads_openai_chat.errors import refused
from crossroads_openai_chat.foreign import Json
from crossroads_openai_chat.reply import whole

from crossroads.steps import Step

ASKED_EVERY_S = 0.3
WAITS = ("IN_QUEUE", "IN_PROGRESS")


def queue_step(body: bytes) -> Step | None:
    """What follows on an answer of the queue; None: it is the result. Raises UpstreamRefused: the job failed."""
    told = whole(body)
    status = told.get("status")
    if status in WAITS and isinstance(asked := told.get("status_url"), str):
        return Step(url=asked, after_s=ASKED_EVERY_S)
    if status == "COMPLETED" and isinstance(fetched := told.get("response_url"), str):
        if told.get("error"):
            raise refused(told["error"], 502, told.get("error_type"))
        return Step(url=fetched)
    return None


def is_waiting(told: Json) -> bool:
    """Is it an answer of the queue, and no result?"""
    return told.get("status") in (*WAITS, "COMPLETED") and "request_id" in told
