"""The state of a job, as hosts write it and as clients read it.

Law: a state that we do not know is no end: the job counts as in progress, and the client asks again.
"""

from __future__ import annotations

from typing import Any

import msgspec
from crossroads_openai_chat.errors import MESSAGE_CHARS_MAX, embedded_error, scrubbed
from crossroads_openai_chat.reply import broken

from crossroads.dialect import Document, Stamp
from crossroads.jsonbody import MALFORMED
from crossroads.types.usage import Usage, cost_fields

STATES = {
    "queued": "pending",
    "pending": "pending",
    "completed": "completed",
    "succeeded": "completed",
    "failed": "failed",
    "cancelled": "cancelled",
    "canceled": "cancelled",
    "expired": "expired",
}
"""What hosts say -> OpenRouter's words."""
KEPT = ("size", "prompt", "expires_at", "completed_at")
ID_CHARACTERS_MAX = 1000


def read_job(body: bytes) -> Document:
    """A host's job -> the canonical one, still under the host's id. Raises BadUpstream, UpstreamRefused."""
    try:
        told: Any = msgspec.json.decode(body)
    except MALFORMED:
        raise broken("the provider sent something that is not JSON.") from None
    if not isinstance(told, dict):
        raise broken("the provider sent something that is no job.")
    upstream_id, status = told.get("id"), told.get("status")
    if not isinstance(upstream_id, str) or not isinstance(status, str):
        if told.get("error"):
            raise embedded_error(body, told["error"])
        raise broken("the provider's job has no id or no status.")
    if not 0 < len(upstream_id) <= ID_CHARACTERS_MAX:
        raise broken("the provider's job has no usable id.")
    job: Document = {"id": upstream_id, "object": "video", "status": STATES.get(status.lower(), "in_progress")}
    progress = told.get("progress")
    if isinstance(progress, int | float) and not isinstance(progress, bool) and 0 <= progress <= 100:
        job["progress"] = int(progress)
    if (seconds := read_seconds(told)) is not None:
        job["seconds"] = str(seconds)
    job |= {name: told[name] for name in KEPT if isinstance(told.get(name), str | int)}
    if (error := _error_text(told.get("error"))) is not None:
        job["error"] = error
    return job


def read_seconds(told: Document) -> int | None:
    """How long the clip is: `seconds`, in OpenAI's quotes or without, or `duration`."""
    stated = told.get("seconds", told.get("duration"))
    text = str(stated)
    return int(text) if isinstance(stated, str | int) and text.isascii() and text.isdigit() and len(text) <= 4 else None


def submitted(job: Document, stamp: Stamp) -> tuple[Document, Usage | None]:
    """What the client gets for its submission, and what that is charged for."""
    if stamp.job is None:
        raise broken("a job was made where none can be kept.")
    id, usage = stamp.job(job["id"], read_seconds(job))
    document: Document = {
        **job,
        "id": id,
        "polling_url": f"/api/v1/videos/{id}",
        "generation_id": stamp.id,
        "model": stamp.model,
        "created_at": stamp.created,
    }
    if usage is not None:
        priced = cost_fields(stamp.price(usage))
        document["usage"] = {"cost": priced["cost"], "is_byok": False}
    return document | stamp.told_route(), usage


def _error_text(error: Any) -> str | None:
    if isinstance(error, dict):
        error = error.get("message") or error.get("code")
    return scrubbed(error, MESSAGE_CHARS_MAX) if isinstance(error, str) and error else None
