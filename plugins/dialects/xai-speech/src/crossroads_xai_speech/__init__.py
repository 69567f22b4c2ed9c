"""xAI's sound: `POST /tts` (JSON in, sound out) and `POST /stt` (a form in, the text with its words out).

A model has no field there: the address is the model. Source: recorded exchanges
(https://github.com/crmne/ruby_llm, spec/fixtures) and https://docs.x.ai ("Voice"), read 2026-11-25.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from crossroads_openai_chat.foreign import JSON_HEADERS, Json, leftover, stated
from crossroads_openai_chat.reply import broken, whole
from crossroads_openai_speech.vendor import (
    SHAPES_OF_REPLIES,
    UNHEARD,
    VendorSpeech,
    VendorTranscription,
    format_of,
    seconds_used,
    sound_of,
    text_to_speak,
    timed,
)

from crossroads import jsonbody
from crossroads.dialect import Document, Draft, Reply, Stamp

__all__ = ["XAISpeech", "XAITranscription"]

FORMATS: Mapping[str, Json] = {
    "mp3": {"codec": "mp3"},
    "opus": {"codec": "opus"},
    "flac": {"codec": "flac"},
    "wav": {"codec": "wav"},
    "pcm": {"codec": "pcm", "sample_rate": 24000},
}
"""OpenAI's `response_format` -> xAI's `output_format`; mp3 is what comes where nothing is said."""
LANGUAGE = "auto"
"""xAI insists on one."""
ACCEPT_ANY = tuple((name, b"*/*" if name == b"accept" else value) for name, value in JSON_HEADERS)
WORD = {"start": "start", "end": "end", "speaker": "speaker", "confidence": "confidence"}
HEARD = ("file", "input_audio", *SHAPES_OF_REPLIES)


class XAISpeech(VendorSpeech):
    """See `crossroads.dialect.Dialect`."""

    name = "xai-speech"
    upstream_path = "/tts"
    own = {"text": jsonbody.STRING, "voice_id": jsonbody.STRING}

    def canonical(self, own: Json, params: Mapping[str, str]) -> Json:
        fields = {{"text": "input", "voice_id": "voice"}.get(name, name): value for name, value in own.items()}
        for form, words in FORMATS.items():
            if fields.get("output_format") == words:
                fields["response_format"] = form
                del fields["output_format"]
        return fields

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        fields = stated(request)
        handled = ("input", "response_format", "stream_format", "voice")
        document, lost = leftover(fields, handled, ("instructions",))
        if "response_format" in fields:
            document["output_format"] = format_of(fields, FORMATS, usual="mp3")
        if (voice := fields.get("voice")) is not None:
            document["voice_id"] = voice.get("id") if isinstance(voice, dict) else voice
        document = {"text": text_to_speak(fields), "language": LANGUAGE, **document}
        return Draft(document=document, url=url, headers=ACCEPT_ANY, lost=lost)


class XAITranscription(VendorTranscription):
    """See `crossroads.dialect.Dialect`."""

    name = "xai-transcription"
    upstream_path = "/stt"

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        fields = stated(request)
        document, lost = leftover(fields, HEARD, UNHEARD)
        document["file"] = sound_of(fields)  # the last one: xAI reads what stands before it
        return Draft(document=document, url=url, headers=JSON_HEADERS[1:], lost=lost, form=True)

    def decode_response(self, body: bytes) -> Reply:
        told = whole(body)
        if not isinstance(told.get("text"), str):
            raise broken("the provider's reply has no transcript.")
        document: Document = {"text": told["text"]}
        if words := timed(told.get("words"), "text", **WORD):
            document["words"] = words
        for name, kind in (("language", str), ("duration", (int, float))):
            if isinstance(told.get(name), kind):
                document[name] = told[name]
        return Reply(document=document, usage=seconds_used(told.get("duration")))

    def encode_response(self, reply: Reply, stamp: Stamp) -> bytes:
        document = reply.document or {}
        told: Json = {name: document[name] for name in ("text", "language", "duration") if name in document}
        if "words" in document:
            told["words"] = [{"text": word["word"], **_rest(word)} for word in document["words"]]
        return msgspec.json.encode(told)


def _rest(word: Json) -> Json:
    return {name: value for name, value in word.items() if name != "word"}
