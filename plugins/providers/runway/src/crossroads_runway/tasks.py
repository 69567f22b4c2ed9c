"""Runway's tasks: whatever is made is begun by a POST and asked for at `GET /v1/tasks/{id}`.

Sources: pkg:pypi/runwayml@5.24.0 (types/task_retrieve_response.py), https://docs.dev.runwayml.com/assets/outputs,
https://github.com/runwayml/skills (rw-api-reference: codes of failures), read 2026-11-25.
"""

from __future__ import annotations

import re

from crossroads_openai_chat.asked import JobWords

TASK = JobWords(
    id="id",
    status="status",
    states={
        "pending": "pending",
        "throttled": "pending",
        "running": "in_progress",
        "succeeded": "completed",
        "failed": "failed",
        "cancelled": "cancelled",
    },
    made=("output",),
    reasons=("failure", "failureCode"),
    moderated=re.compile(r"\bSAFETY\b"),
)


def task_url(url: str, upstream_id: str) -> str:
    """url: of any operation."""
    return f"{url.rpartition('/')[0]}/tasks/{upstream_id}"
