"""Kling's tasks: what a POST begins is asked for below the address that took it, under its number.

Law: an answer whose `code` is not 0 is a refusal, whatever its status.
Sources: https://github.com/vercel/ai/blob/ed857f50f112e23930b0c2dd8d532cc8bebbc911/packages/klingai/src/klingai-video-model.ts,
https://docs.qingque.cn/d/home/eZQCQxBrX8eeImjK6Ddz5iOi5 ("Kling AI" API Specification), read 2026-11-25.
"""

from __future__ import annotations

import re

from crossroads_openai_chat.asked import JobWords
from crossroads_openai_chat.errors import decode_error
from crossroads_openai_chat.foreign import reworded
from crossroads_openai_chat.reply import whole

TASK = JobWords(
    id="data.task_id",
    status="data.task_status",
    states={"submitted": "pending", "processing": "in_progress", "succeed": "completed", "failed": "failed"},
    made=("data.task_result.videos", "data.task_result.images"),
    reasons=("data.task_status_msg",),
    moderated=re.compile("risk control|content policy", re.I),
)


def accepted(body: bytes) -> bytes:
    """The same answer. Raises BadUpstream, UpstreamRefused: it is a refusal."""
    if whole(body).get("code", 0) != 0:
        raise decode_error(400, (), reworded(body))
    return body
