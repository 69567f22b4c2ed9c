"""`POST /speech-to-text`: a form with the sound, in the language spoken or (`mode`) as English text.

Times are those of sentences and phrases, asked for always; no source speaks of words' or of how long the sound was.

Source: pkg:pypi/sarvamai@0.1.39 (speech_to_text/raw_client.py, types/speech_to_text_response.py,
types/timestamps_model.py, types/speech_to_text_language.py), read 2026-11-25.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from crossroads_openai_chat.foreign import Json, leftover, stated
from crossroads_openai_chat.reply import broken, whole
from crossroads_openai_speech.vendor import HANDLED, UNHEARD, VendorTranscription, in_segments, sound_of

from crossroads.dialect import Draft, Reply, Stamp

REGION = "-IN"
"""Of every language that it hears, in its codes."""
ODIA = {"or": "od"}
"""Of ISO 639-1, what has another name there."""
UNKNOWN = "unknown"


class SarvamTranscription(VendorTranscription):
    """See `crossroads.dialect.Dialect`."""

    name = "sarvam-transcription"
    upstream_path = "/speech-to-text"
    mode: str | None = None
    """What is made of the sound; None: the caller's to say, else what its API does."""

    def canonical(self, own: Json, params: Mapping[str, str]) -> Json:
        return {{"language_code": "language"}.get(name, name): value for name, value in own.items()}

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        fields = stated(request)
        form, lost = leftover(fields, HANDLED, UNHEARD)
        form = {"with_timestamps": True, **form, "model": upstream, "file": sound_of(fields)}
        if isinstance(language := fields.get("language"), str):
            form["language_code"] = code_of(language)
        if self.mode is not None:
            form["mode"] = self.mode
        return Draft(document=form, url=url, headers=((b"accept", b"application/json"),), lost=lost, form=True)

    def decode_response(self, body: bytes) -> Reply:
        told = whole(body)
        if not isinstance(text := told.get("transcript"), str):
            raise broken("the provider's reply has no transcript.")
        rows, language = _rows(told.get("timestamps")), told.get("language_code")
        return in_segments(text, rows, language=language, upstream_id=told.get("request_id"))

    def encode_response(self, reply: Reply, stamp: Stamp) -> bytes:
        document = reply.document or {}
        told: Json = {"request_id": stamp.id, "transcript": document.get("text", "")}
        if "language" in document:
            told["language_code"] = document["language"]
        if rows := document.get("segments"):
            told["timestamps"] = {name: [row[ours] for row in rows] for name, ours in TIMES.items()}
        return msgspec.json.encode(told)


TIMES = {"words": "text", "start_time_seconds": "start", "end_time_seconds": "end"}
"""Its three lists side by side; `words` are phrases."""


class SarvamTranslation(SarvamTranscription):
    """The same sound as English text."""

    name = "sarvam-translation"
    operation = "translation"
    mode = "translate"


def code_of(language: str) -> str:
    """Its code (BCP 47) of a language; one with a region stays."""
    if "-" in language or language == UNKNOWN:
        return language
    return ODIA.get(language, language) + REGION


def _rows(told: Any) -> list[Json]:
    """Raises BadUpstream: the lists don't belong together."""
    if told is None:
        return []
    lists = [told.get(name) if isinstance(told, dict) else None for name in TIMES]
    if not all(isinstance(one, list) for one in lists) or len({len(one) for one in lists if one is not None}) != 1:
        raise broken("the provider's transcript has times that can't be read.")
    rows = [dict(zip(TIMES.values(), row, strict=True)) for row in zip(*lists, strict=True)]
    if not all(isinstance(row["text"], str) for row in rows):
        raise broken("the provider's transcript has a phrase that can't be read.")
    return rows
