"""Speech and transcription in the formats of vendors: the sound itself, or a text.

Each shape is told by the fields that only it has. Sources: the API references of Deepgram ("Transcribe pre-recorded
audio") ElevenLabs ("Create transcript") and fal ("Queue"), read 2026-11-25.
"""

from __future__ import annotations

from typing import Any

from crossroads_dialect.reading import Reading, an_object, objects, text_of


def reply(document: Any) -> Reading:
    """document: parsed JSON, or bytes, which are the sound."""
    if isinstance(document, bytes):
        return Reading(items=[document])
    told = an_object(document)
    if isinstance(told.get("status_url"), str) and told.get("status") != "COMPLETED":  # fal's queue
        return Reading(next_url=told["status_url"])
    text = transcript(told)
    return Reading(failed=True) if text is None else Reading(items=[text])


def transcript(told: Any) -> str | None:
    """None: it holds none."""
    channels = objects(an_object(told.get("results")).get("channels"))
    if channels:  # Deepgram: one transcript a channel, the best first
        best = [objects(channel.get("alternatives"))[:1] for channel in channels]
        return "\n".join(text_of(one.get("transcript")) for row in best for one in row)
    if isinstance(told.get("transcripts"), list):  # ElevenLabs: one a channel
        return "\n".join(text_of(row.get("text")) for row in objects(told["transcripts"]) if row.get("text"))
    text = told.get("text")
    return text if isinstance(text, str) else None
