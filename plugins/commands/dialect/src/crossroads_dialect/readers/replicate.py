"""Replicate predictions: what the model put out, and where it is.

Source: Replicate's HTTP API reference, "Predictions", read 2026-11-25.
"""

from __future__ import annotations

from typing import Any

from crossroads_dialect.frames import Event
from crossroads_dialect.reading import Reading, an_object, leaves


def reply(document: Any) -> Reading:
    told = an_object(document)
    return Reading(items=list(leaves(told.get("output"))), failed=bool(told.get("error")) or "id" not in told)


def stream(events: list[Event]) -> Reading:
    """Its event stream is at another URL, and text: one event a piece, until `done`."""
    pieces = [str(data) for name, data in events if name == "output"]
    return Reading(items=["".join(pieces)], complete=any(name == "done" for name, _ in events))
