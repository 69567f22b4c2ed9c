"""Images: where each is, or what it is, in base64.

Sources: OpenAI API reference, "Images"; Amazon Bedrock user guide, "Amazon Titan Image Generator", "Stability AI
models"; read 2026-11-25.
"""

from __future__ import annotations

from typing import Any

from crossroads_dialect.frames import Event
from crossroads_dialect.reading import Reading, an_object, objects


def reply(document: Any) -> Reading:
    told = an_object(document)
    items = [row.get("b64_json") or row.get("url") for row in objects(told.get("data"))]
    if isinstance(told.get("images"), list):  # by InvokeModel
        items += [row for row in told["images"] if isinstance(row, str)]
    items += [row.get("base64") for row in objects(told.get("artifacts"))]
    reading = Reading(items=items, failed=bool(told.get("error")))
    usage = an_object(told.get("usage"))
    reading.count(prompt=usage.get("input_tokens"), completion=usage.get("output_tokens"))
    return reading


def stream(events: list[Event]) -> Reading:
    """The finished image; partial ones before it are drafts."""
    reading = Reading(complete=False)
    for _, data in events:
        told = an_object(data)
        if str(told.get("type")).endswith(".completed"):
            reading.items.append(told.get("b64_json"))
            reading.complete = True
        reading.failed = reading.failed or told.get("type") == "error"
    return reading
