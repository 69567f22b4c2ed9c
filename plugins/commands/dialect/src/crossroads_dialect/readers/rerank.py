"""Rerank of every vendor: which document, how relevant, best first.

Sources: API references of Cohere, Voyage, Together, Amazon Bedrock ("Rerank"), read 2026-11-25.
"""

from __future__ import annotations

from typing import Any

from crossroads_dialect.frames import Event
from crossroads_dialect.reading import Reading, an_object, objects


def reply(document: Any) -> Reading:
    told = an_object(document)
    rows = objects(told.get("results")) or objects(told.get("data"))
    items = [[row.get("index"), row.get("relevance_score", row.get("relevanceScore"))] for row in rows]
    reading = Reading(items=items, failed=not rows)
    reading.count(total=an_object(told.get("usage")).get("total_tokens"))
    return reading


def stream(events: list[Event]) -> Reading:
    """No vendor streams ranks."""
    return Reading(failed=True)
