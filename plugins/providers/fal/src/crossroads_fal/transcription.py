"""Transcripts of fal's Whisper models: the sound is an address, or a data URL; chunks have their times.

Law (MONEY-4): fal does not say how long the sound was; the end of its last chunk stands for it, estimated.
Source: https://fal.ai/models/fal-ai/wizper/api and recorded exchanges, read 2026-11-25.
"""

from __future__ import annotations

from typing import Any

import msgspec
from crossroads_openai_chat.foreign import JSON_HEADERS, Json, leftover, stated
from crossroads_openai_chat.reply import broken, whole
from crossroads_openai_images.vendor import as_url
from crossroads_openai_speech.vendor import (
    SHAPES_OF_REPLIES,
    VendorTranscription,
    rows_of,
    seconds_used,
    sound_of,
)

from crossroads import jsonbody
from crossroads.dialect import Document, Draft, Reply, Stamp
from crossroads.steps import Step
from crossroads_fal.queue import is_waiting, queue_step

HANDLED = ("file", "input_audio", *SHAPES_OF_REPLIES)
DROPPED = ("known_speaker_names", "known_speaker_references", "temperature")


class FalTranscription(VendorTranscription):
    """See `crossroads.dialect.Dialect` and `crossroads.steps.SteppedDialect`."""

    name = "fal-transcription"
    upstream_path = ""
    takes_steps = True
    own = {"audio_url": jsonbody.STRING}

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        fields = stated(request)
        document, lost = leftover(fields, HANDLED, DROPPED)
        if "audio_url" not in document:
            document["audio_url"] = as_url(sound_of(fields))
        return Draft(document=document, url=url, headers=JSON_HEADERS, lost=lost)

    def step(self, body: bytes, request: Any, *, url: str, upstream: str) -> Step | None:
        """See `SteppedDialect.step`."""
        return queue_step(body)

    def decode_response(self, body: bytes) -> Reply:
        told = whole(body)
        if is_waiting(told) or not isinstance(told.get("text"), str):
            raise broken("the provider's reply has no transcript.")
        document: Document = {"text": told["text"]}
        segments = [one for one in map(_segment, rows_of(told.get("chunks"))) if one is not None]
        if segments:
            document["segments"] = [{"id": at, **one} for at, one in enumerate(segments)]
        languages = told.get("languages") or told.get("inferred_languages")
        if isinstance(languages, list) and languages and isinstance(languages[0], str):
            document["language"] = languages[0]
        usage = seconds_used(max((one["end"] for one in segments), default=None))
        return Reply(document=document, usage=usage and msgspec.structs.replace(usage, quality="estimated"))

    def encode_response(self, reply: Reply, stamp: Stamp) -> bytes:
        document = reply.document or {}
        chunks = [
            {"timestamp": [one["start"], one["end"]], "text": one["text"]} for one in document.get("segments") or ()
        ]
        languages = [document["language"]] if "language" in document else []
        return msgspec.json.encode({"text": document.get("text", ""), "chunks": chunks, "languages": languages})


def _segment(chunk: Any) -> Json | None:
    """None: it has no times."""
    times = chunk.get("timestamp") if isinstance(chunk, dict) else None
    if not isinstance(times, list) or len(times) != 2 or not isinstance(chunk.get("text"), str):
        raise broken("the provider's transcript has a chunk that can't be read.")
    if not all(type(time) in (int, float) for time in times):
        return None
    return {"start": times[0], "end": times[1], "text": chunk["text"]}
