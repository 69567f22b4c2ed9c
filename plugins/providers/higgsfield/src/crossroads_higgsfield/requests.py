"""Higgsfield's requests: what a POST to a model begins is asked for at `GET /requests/{id}/status`.

Source: pkg:pypi/higgsfield-client@0.2.0 (http/client.py, types_.py), pkg:npm/%40higgsfield/client@0.2.6 (README.md,
"API Response Format"), read 2026-11-25.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from crossroads_openai_chat.asked import JobWords

REQUEST = JobWords(
    id="request_id",
    status="status",
    states={
        "queued": "pending",
        "in_progress": "in_progress",
        "completed": "completed",
        "failed": "failed",
        "nsfw": "failed",
        "canceled": "cancelled",
    },
    made=("video", "images"),
    reasons=("error", "detail", "message"),
    moderated=re.compile("nsfw"),
)


def request_url(url: str, upstream_id: str) -> str:
    """url: of any model."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/requests/{upstream_id}/status"
