"""How a project reads, of videos as of images."""

from __future__ import annotations

from crossroads_openai_chat.asked import JobWords

PROJECT = JobWords(
    id="id",
    status="status",
    states={
        "draft": "pending",
        "queued": "pending",
        "complete": "completed",
        "error": "failed",
        "canceled": "cancelled",
    },
    made=("downloads",),
    reasons=("error.code", "error.message"),
)
