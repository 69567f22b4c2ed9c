"""`POST /speech-to-text`: a form with the sound; the reply has the text and each word with its times.

Law (MONEY-4): what is paid is the length of the sound, `audio_duration_secs`; a reply without it is billed by the end
of its last word, and marked as estimated.
Source: pkg:pypi/elevenlabs@2.78.0 (speech_to_text/raw_client.py, types/speech_to_text_chunk_response_model.py,
types/multichannel_speech_to_text_response_model.py), recorded exchanges, read 2026-11-25.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from crossroads_openai_chat.foreign import Json, leftover, stated
from crossroads_openai_chat.reply import broken, whole
from crossroads_openai_chat.worded import text_at
from crossroads_openai_speech.vendor import HANDLED, VendorTranscription, rows_of, seconds_used, sound_of, timed

from crossroads.call import Call
from crossroads.dialect import Document, Draft, Reply, Stamp
from crossroads.errors import CrossroadsError
from crossroads_elevenlabs.errors import encode_error

WORD = {"start": "start", "end": "end", "speaker": "speaker_id", "logprob": "logprob"}
NAMES = {"model_id": "model", "language_code": "language"}
DROPPED = ("known_speaker_names", "known_speaker_references", "prompt")


class ElevenLabsTranscription(VendorTranscription):
    """See `crossroads.dialect.Dialect`."""

    name = "elevenlabs-transcription"
    paths = ("/speech-to-text",)
    upstream_path = "/speech-to-text"

    def canonical(self, own: Json, params: Mapping[str, str]) -> Json:
        fields = {NAMES.get(name, name): value for name, value in own.items()}
        if isinstance(warmth := fields.get("temperature"), str):  # a form's
            fields["temperature"] = _number(warmth)
        return fields

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        fields = stated(request)
        document, lost = leftover(fields, HANDLED, DROPPED)
        document["model_id"] = upstream
        if "language" in fields:
            document["language_code"] = fields["language"]
        if not {"cloud_storage_url", "source_url"} & document.keys():
            document["file"] = sound_of(fields)
        return Draft(document=document, url=url, headers=((b"accept", b"application/json"),), lost=lost, form=True)

    def decode_response(self, body: bytes) -> Reply:
        told = whole(body)
        rows = told["transcripts"] if isinstance(told.get("transcripts"), list) else [told]
        if not rows or not all(isinstance(row, dict) and isinstance(row.get("text"), str) for row in rows):
            raise broken("the provider's reply has no transcript.")
        document: Document = {"text": "\n".join(row["text"] for row in rows if row["text"])}
        words = [word for row in rows for word in timed(_spoken(row), "text", **WORD)]
        if words:
            document["words"] = words
        if isinstance(language := rows[0].get("language_code"), str):
            document["language"] = language
        duration = told.get("audio_duration_secs", rows[0].get("audio_duration_secs"))
        usage = seconds_used(duration)
        if usage is not None:
            document["duration"] = duration
        elif words:
            usage = seconds_used(max(word["end"] for word in words))
            usage = usage and msgspec.structs.replace(usage, quality="estimated")
        return Reply(document=document, usage=usage, upstream_id=text_at(told, "transcription_id"))

    def encode_response(self, reply: Reply, stamp: Stamp) -> bytes:
        document = reply.document or {}
        told: Json = {"text": document.get("text", ""), "transcription_id": stamp.id}
        told["words"] = [_own_word(word) for word in document.get("words") or ()]
        for theirs, ours in (("language_code", "language"), ("audio_duration_secs", "duration")):
            if ours in document:
                told[theirs] = document[ours]
        return msgspec.json.encode(told)

    def encode_error(self, error: CrossroadsError, call: Call | None, *, in_stream: bool) -> bytes:
        return encode_error(error, call)


def _spoken(row: Json) -> list[Any]:
    """Its words, without the blanks between them."""
    return [one for one in rows_of(row.get("words")) if one.get("type", "word") != "spacing"]


def _own_word(word: Json) -> Json:
    names = {ours: theirs for ours, theirs in WORD.items() if ours in word}
    return {"text": word["word"], "type": "word", **{theirs: word[ours] for ours, theirs in names.items()}}


def _number(text: str) -> Any:
    try:
        return float(text)
    except ValueError:
        return text  # what it is, validation says
