"""Luma's generations: whatever is made is begun by a POST and asked for at `GET /generations/{id}`.

Source: pkg:pypi/lumaai@1.21.0 (types/generation.py, resources/generations), read 2026-11-25.
"""

from __future__ import annotations

import re

from crossroads_openai_chat.asked import JobWords

SHAPES = ("1:1", "16:9", "9:16", "4:3", "3:4", "21:9", "9:21")
GENERATION = JobWords(
    id="id",
    status="state",
    states={"queued": "pending", "dreaming": "in_progress", "completed": "completed", "failed": "failed"},
    made=("assets.video", "assets.image"),
    reasons=("failure_reason",),
    moderated=re.compile("moderat", re.I),
)


def generation_url(url: str, upstream_id: str) -> str:
    """url: of any operation."""
    return f"{url.rpartition('/')[0]}/{upstream_id}"
