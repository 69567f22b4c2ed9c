"""A job: submitted at its model's path, asked for at `/jobs/{id}`, with what it made at addresses.

Sources: https://github.com/krea-ai/skills (scripts/krea_helpers.py), https://docs.krea.ai/developers/job-lifecycle.md,
https://github.com/comfyanonymous/ComfyUI (comfy_api_nodes/apis/krea.py), read 2026-11-25.
"""

from __future__ import annotations

from typing import Any

from crossroads_openai_chat.asked import JobWords

from crossroads.errors import Unsupported
from crossroads.multipart import File

VERB = "/generate/"
JOB = JobWords(
    id="job_id",
    status="status",
    states={
        "backlogged": "pending",
        "queued": "pending",
        "scheduled": "pending",
        "processing": "in_progress",
        "completed": "completed",
        "failed": "failed",
        "cancelled": "cancelled",
    },
    made=("result.urls", "result.video_url"),
    reasons=("result.error",),
)


def job_url(url: str, number: str) -> str:
    """Where it is asked for. url: the model's."""
    return f"{url.partition(VERB)[0]}/jobs/{number}"


def address(image: Any, field: str) -> str:
    """Of an image that is handed over. Raises Unsupported: it is a file, or is written out as one."""
    if isinstance(image, File) or not isinstance(image, str) or image.startswith("data:"):
        raise Unsupported("the provider takes an image by its address.", remedy="Send it.", field=field)
    return image
