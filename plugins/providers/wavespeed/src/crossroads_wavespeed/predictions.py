"""A prediction: submitted at its model's path, asked for at `/predictions/{id}/result`.

Sources: pkg:pypi/wavespeed@2.0.5 (api/client.py), https://wavespeed.ai/docs/get-result, read 2026-11-25.
"""

from __future__ import annotations

from crossroads_openai_chat.asked import JobWords

API = "/api/v3/"
PREDICTION = JobWords(
    id="data.id",
    status="data.status",
    states={
        "created": "pending",
        "processing": "in_progress",
        "completed": "completed",
        "failed": "failed",
        "timeout": "failed",
        "cancelled": "cancelled",
        "deleted": "cancelled",
    },
    made=("data.outputs",),
    reasons=("data.error",),
)


def result_url(url: str, number: str) -> str:
    """Where it is asked for. url: the model's."""
    return f"{url.partition(API)[0]}{API}predictions/{number}/result"


def starred(size: tuple[int, int]) -> str:
    """Pixels as WaveSpeed writes them."""
    return f"{size[0]}*{size[1]}"
