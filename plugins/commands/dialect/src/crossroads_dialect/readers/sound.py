"""Speech and transcription in the formats of vendors: the sound itself, or a text.

Each shape is told by the fields that only it has. Sources: the API references of Deepgram ("Transcribe pre-recorded
audio") ElevenLabs ("Create transcript") fal ("Queue"), Gladia
("Pre-recorded") and Rev.ai ("Asynchronous"), read 2026-11-25.
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
        return Reading(begun=True, next_url=told["status_url"])
    if isinstance(told.get("result_url"), str):  # Gladia's submission
        return Reading(begun=True, next_url=told["result_url"])
    if isinstance(told.get("audio_url"), str) and "audio_metadata" in told:  # its upload
        return Reading(begun=True)
    if told.get("status") == "in_progress" and isinstance(told.get("id"), str):  # Rev.ai's job
        return Reading(begun=True, next_url=f"/{told['id']}")
    text = transcript(told)
    return Reading(failed=True) if text is None else Reading(items=[text])


def transcript(told: Any) -> str | None:
    """None: it holds none."""
    channels = objects(an_object(told.get("results")).get("channels"))
    if channels:  # Deepgram: one transcript a channel, the best first
        best = [objects(channel.get("alternatives"))[:1] for channel in channels]
        return "\n".join(text_of(one.get("transcript")) for row in best for one in row)
    if isinstance(told.get("monologues"), list):  # Rev.ai
        elements = [objects(one.get("elements")) for one in objects(told["monologues"])]
        texts = ["".join(text_of(element.get("value")) for element in row).strip() for row in elements]
        return " ".join(text for text in texts if text)
    heard = an_object(an_object(told.get("result")).get("transcription")).get("full_transcript")
    if isinstance(heard, str):  # Gladia
        return heard
    if isinstance(told.get("transcripts"), list):  # ElevenLabs: one a channel
        return "\n".join(text_of(row.get("text")) for row in objects(told["transcripts"]) if row.get("text"))
    text = told.get("text")
    return text if isinstance(text, str) else None
