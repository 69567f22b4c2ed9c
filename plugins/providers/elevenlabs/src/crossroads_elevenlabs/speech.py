"""`POST /text-to-speech/{voice}`: the voice in the path, the format of the sound in the query, the rest in JSON.

Below `/stream` the same comes as it is made. Source: pkg:pypi/elevenlabs@2.78.0 (text_to_speech/raw_client.py,
types/text_to_speech_output_format_enum.py, types/voice_settings.py), read 2026-11-25.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from crossroads_openai_chat.foreign import JSON_HEADERS, Json, leftover, stated
from crossroads_openai_speech.vendor import (
    VendorSpeech,
    format_of,
    read_query,
    text_to_speak,
    voice_of,
    with_query,
)

from crossroads import jsonbody
from crossroads.call import Call
from crossroads.dialect import Draft
from crossroads.errors import CrossroadsError
from crossroads_elevenlabs.errors import encode_error

FORMATS: Mapping[str, str] = {"mp3": "mp3_44100_128", "opus": "opus_48000_128", "pcm": "pcm_24000"}
"""OpenAI's `response_format` -> ElevenLabs' `output_format`; OpenAI's `pcm` has 24,000 samples a second."""
BY_WORD = {word: form for form, word in FORMATS.items()}
IN_QUERY = ("enable_logging", "optimize_streaming_latency", "output_format")
HANDLED = ("input", "response_format", "speed", "stream_format", "voice")
ACCEPT_ANY = tuple((name, b"*/*" if name == b"accept" else value) for name, value in JSON_HEADERS)


class ElevenLabsSpeech(VendorSpeech):
    """See `crossroads.dialect.Dialect`."""

    name = "elevenlabs-speech"
    paths = ("/text-to-speech/{voice}", "/text-to-speech/{voice}/stream")
    upstream_path = "/text-to-speech"
    queries = True
    own = {"text": jsonbody.STRING, "model_id": jsonbody.STRING, "voice_settings": jsonbody.OBJECT}

    def canonical(self, own: Json, params: Mapping[str, str]) -> Json:
        fields = {**read_query(params.get("query", "")), **own}
        for theirs, ours in (("text", "input"), ("model_id", "model")):
            if theirs in fields:
                fields[ours] = fields.pop(theirs)
        if "voice" in params:
            fields["voice"] = params["voice"]
        if (form := BY_WORD.get(fields.get("output_format", ""))) is not None:
            fields["response_format"] = form
            del fields["output_format"]
        settings = dict(fields.pop("voice_settings", None) or {})
        if settings.get("speed") is not None:
            fields["speed"] = settings.pop("speed")
        return {**fields, "voice_settings": settings} if settings else fields

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        fields = stated(request)
        document, lost = leftover(fields, HANDLED, ("instructions",))
        query = {name: document.pop(name) for name in IN_QUERY if name in document}
        if "output_format" not in query:
            query["output_format"] = format_of(fields, FORMATS, usual="mp3")
        document |= {"text": text_to_speak(fields), "model_id": upstream}
        if "speed" in fields:
            settings = document.get("voice_settings")
            document["voice_settings"] = {**(settings if isinstance(settings, dict) else {}), "speed": fields["speed"]}
        voice = quote(voice_of(fields, remedy="Send the id of an ElevenLabs voice as `voice`."), safe="")
        where = f"{url}/{voice}/stream" if stream else f"{url}/{voice}"
        return Draft(document=document, url=with_query(where, query), headers=ACCEPT_ANY, lost=lost)

    def encode_error(self, error: CrossroadsError, call: Call | None, *, in_stream: bool) -> bytes:
        return encode_error(error, call)
