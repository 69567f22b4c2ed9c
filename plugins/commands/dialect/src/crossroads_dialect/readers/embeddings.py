"""Embeddings of every vendor: one vector an input, in the order of the inputs.

Sources: API references of OpenAI, Cohere, Google, Amazon (Titan, Nova), Ollama, Voyage, read 2026-11-25.
"""

from __future__ import annotations

from typing import Any

from crossroads_dialect.frames import Event
from crossroads_dialect.reading import Reading, an_object, is_count, objects, whole


def reply(document: Any) -> Reading:
    reading = Reading()
    told = an_object(document)
    reading.items = _vectors(told)
    reading.failed = not reading.items and any(map(told.get, ("error", "message", "detail")))
    usage = an_object(told.get("usage"))
    prompt = usage.get("prompt_tokens")
    reading.count(prompt=prompt if is_count(prompt) else usage.get("total_tokens"))
    reading.count(prompt=told.get("inputTextTokenCount"))
    reading.count(prompt=told.get("prompt_eval_count"))
    reading.count(prompt=an_object(told.get("usageMetadata")).get("promptTokenCount"))
    reading.count(prompt=whole(an_object(an_object(told.get("meta")).get("billed_units")).get("input_tokens")))
    return reading


def stream(events: list[Event]) -> Reading:
    """No vendor streams vectors."""
    return Reading(failed=True)


def _vectors(told: dict[str, Any]) -> list[Any]:
    if rows := objects(told.get("data")):  # OpenAI, Voyage
        return [row.get("embedding") for row in sorted(rows, key=lambda row: row.get("index") or 0)]
    if predictions := objects(told.get("predictions")):  # Vertex
        return [an_object(one.get("embeddings")).get("values") for one in predictions]
    if (one := told.get("embedding")) is not None:  # Titan; Gemini; Ollama's older path
        return [one.get("values") if isinstance(one, dict) else one]
    many = told.get("embeddings")
    if isinstance(many, dict):  # Cohere, by type
        many = many.get("float") or next(iter(many.values()), [])
    # Gemini says `values`, Nova says `embedding`.
    return [one.get("values", one.get("embedding")) if isinstance(one, dict) else one for one in many or []]
