"""Speech and transcription: a text, or sound.

Sources: OpenAI API reference, "Audio", and its transcription events; Mistral's, "Speech", read 2026-11-25.
"""

from __future__ import annotations

import base64
from typing import Any

from crossroads_dialect.frames import Event
from crossroads_dialect.reading import Reading, an_object, is_count, text_of


def reply(document: Any) -> Reading:
    """document: parsed JSON; text (formats `text`, `srt`, `vtt`); or bytes, which are the sound itself."""
    reading = Reading()
    if isinstance(document, bytes):
        reading.items = [document]
        return reading
    told = an_object(document)
    if "audio_data" in told:  # Mistral's speech
        reading.items = [base64.b64decode(text_of(told["audio_data"]))]
        return reading
    reading.failed = bool(told.get("error"))
    text = document if isinstance(document, str) else told.get("text")
    if isinstance(text, str):
        reading.items = [text]
    usage(reading, told)
    return reading


def stream(events: list[Event]) -> Reading:
    reading = Reading(complete=False)
    text = ""
    for _, data in events:
        told = an_object(data)
        if told.get("type") == "transcript.text.delta":
            text += text_of(told.get("delta"))
        elif told.get("type") == "transcript.text.done":
            reading.complete = True
            usage(reading, told)
        reading.failed = reading.failed or told.get("type") == "error" or "error" in told
    reading.items = [text]
    return reading


def usage(reading: Reading, told: dict[str, Any]) -> None:
    stated = an_object(told.get("usage"))
    if is_count(stated.get("input_tokens")) and is_count(stated.get("output_tokens")):
        reading.count(prompt=stated["input_tokens"], completion=stated["output_tokens"])
