"""Videos: a job that has begun, or where the film of a finished one is.

Sources: xAI's API reference ("Video generations"), read 2026-11-25.
"""

from __future__ import annotations

from typing import Any

from crossroads_dialect.reading import Reading, an_object, text_of


def reply(document: Any) -> Reading:
    """A submission names the job; asked for, that says how it stands, and at last where its film is."""
    told = an_object(document)
    film = text_of(an_object(told.get("video")).get("url"))
    name = text_of(told.get("request_id"))
    begun = bool(name) or isinstance(told.get("status"), str)
    return Reading(items=[film] if film else [], begun=begun, failed=not begun, next_url=name)
