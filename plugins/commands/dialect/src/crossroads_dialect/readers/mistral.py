"""Mistral chat: OpenAI's shape, with content in chunks (text, thinking, references).

Source: Mistral API reference, "Chat completion", and its docs on reasoning and citations, read 2026-11-25.
"""

from __future__ import annotations

from typing import Any

from crossroads_dialect.frames import Event
from crossroads_dialect.readers import openai_chat
from crossroads_dialect.reading import Reading, an_object, is_count, joined, number, objects, texts


def reply(document: Any) -> Reading:
    reading = openai_chat.reply(document)
    if an_object(document).get("object") == "error":
        reading.failed = True
    _think(reading, an_object(document), "message")
    _cached(reading, an_object(document))
    return reading


def stream(events: list[Event]) -> Reading:
    reading = openai_chat.stream(events)
    for _, data in events:
        _think(reading, an_object(data), "delta")
        _cached(reading, an_object(data))
    return reading


def _think(reading: Reading, document: dict[str, Any], holder: str) -> None:
    for at, choice in enumerate(objects(document.get("choices"))):
        index = choice.get("index")
        said = reading.choice(at if index is None else index)
        for part in objects(an_object(choice.get(holder)).get("content")):
            if part.get("type") == "thinking":
                thought = part.get("thinking")
                said.thoughts += texts(thought if isinstance(thought, str) else joined(objects(thought)))


def _cached(reading: Reading, document: dict[str, Any]) -> None:
    usage = an_object(document.get("usage"))
    if "num_cached_tokens" in usage and is_count(usage.get("prompt_tokens")):
        reading.count(cache_read=min(number(usage["num_cached_tokens"]), usage["prompt_tokens"]))
