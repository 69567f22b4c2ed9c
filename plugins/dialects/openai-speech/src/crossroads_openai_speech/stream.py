"""Streams of sound and of transcripts, on `crossroads_openai_chat.typed`; here, how they are written.

Source: OpenAI API reference, "Audio", streaming events, read 2026-11-25.
"""

from __future__ import annotations

from functools import partial

import msgspec
from crossroads_openai_chat.typed import Kind

from crossroads.dialect import Document, Stamp
from crossroads.jsonbody import encode
from crossroads.sse import encode_event
from crossroads.types.usage import Usage
from crossroads_openai_speech.transcript import spoken_usage, usage_document
from crossroads_openai_speech.usage import read_usage

SPEECH_PIECE, SPEECH_DONE = "speech.audio.delta", "speech.audio.done"
TEXT_PIECE, TEXT_DONE = "transcript.text.delta", "transcript.text.done"


def _used(told: Document, before: Usage | None, *, speaks: bool) -> Usage | None:
    return read_usage(told.get("usage"), speaks=speaks) or before


SPEECH = Kind((SPEECH_DONE,), ".delta", partial(_used, speaks=True))
TRANSCRIPT = Kind((TEXT_DONE,), ".delta", partial(_used, speaks=False))


class SpeechEncoder:
    """See `crossroads.dialect.StreamEncoder`. The last event is written here: what was used is known at the end."""

    def __init__(self, stamp: Stamp) -> None:
        self._stamp = stamp

    def encode(self, chunk: Document) -> bytes:
        return b"" if chunk.get("type") == SPEECH_DONE else encode_event(msgspec.json.encode(chunk))

    def close(self, usage: Usage) -> bytes:
        told = {**spoken_usage(usage), "cost": self._stamp.price(usage).json()}
        return encode_event(encode({"type": SPEECH_DONE, "usage": told}))


class TranscriptEncoder:
    """See `crossroads.dialect.StreamEncoder`. The last event is the upstream's own, where it has one."""

    def __init__(self, stamp: Stamp) -> None:
        self._stamp = stamp
        self._last: Document = {"type": TEXT_DONE}
        self._texts: list[str] = []

    def encode(self, chunk: Document) -> bytes:
        if chunk.get("type") == TEXT_DONE:
            self._last = dict(chunk)
            return b""
        if chunk.get("type") == TEXT_PIECE and isinstance(text := chunk.get("delta"), str):
            self._texts.append(text)
        return encode_event(msgspec.json.encode(chunk))

    def close(self, usage: Usage) -> bytes:
        self._last.setdefault("text", "".join(self._texts))
        told = {**usage_document(usage), "cost": self._stamp.price(usage).json()}
        return encode_event(encode({**self._last, "usage": told}))
