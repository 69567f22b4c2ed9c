"""Moderations: a verdict an input, by category.

Source: OpenAI API reference, "Moderations", read 2026-11-25.
"""

from __future__ import annotations

from typing import Any

from crossroads_dialect.frames import Event
from crossroads_dialect.reading import Reading, an_object, objects


def reply(document: Any) -> Reading:
    told = an_object(document)
    rows = objects(told.get("results"))
    items = [[row.get("flagged"), row.get("categories"), row.get("category_scores")] for row in rows]
    return Reading(items=items, failed=not rows)


def stream(events: list[Event]) -> Reading:
    """No vendor streams verdicts."""
    return Reading(failed=True)
