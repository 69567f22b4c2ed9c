"""A prediction: submitted at its model's path, asked for at `/predictions/{id}/result`.

Sources: pkg:pypi/wavespeed@2.0.5 (api/client.py), https://wavespeed.ai/docs/get-result, read 2026-11-25.
"""

from __future__ import annotations

from crossroads_openai_chat.foreign import Json
from crossroads_openai_chat.job import Job, job_of

API = "/api/v3/"
STATES = {
    "created": "pending",
    "processing": "in_progress",
    "completed": "completed",
    "failed": "failed",
    "timeout": "failed",
    "cancelled": "cancelled",
    "deleted": "cancelled",
}


def read(told: Json) -> Job:
    """What an answer tells of a prediction. Raises BadUpstream."""
    data = told.get("data")
    data = data if isinstance(data, dict) else {}
    # A submission may leave its state out: only its number is promised.
    status = data.get("status") or ("created" if data.get("id") else None)
    return job_of(data.get("id"), status, STATES, files=data.get("outputs"), error=data.get("error"))


def result_url(url: str, number: str) -> str:
    """Where it is asked for. url: the model's."""
    return f"{url.partition(API)[0]}{API}predictions/{number}/result"


def starred(size: tuple[int, int]) -> str:
    """Pixels as WaveSpeed writes them."""
    return f"{size[0]}*{size[1]}"
