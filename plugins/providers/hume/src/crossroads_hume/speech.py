"""`POST /v0/tts/file`: one utterance, spoken as its description says; the sound is the reply.

A voice given by name is one of the library, given as `{"id": ...}` one of the caller's own.

Source: pkg:pypi/hume@0.14.1 (tts/raw_client.py, tts/types/{posted_tts,posted_utterance}.py), read 2026-11-25.
"""

from __future__ import annotations

from typing import Any

from crossroads_openai_chat.foreign import Json
from crossroads_openai_speech.worded import WordedSpeech

from crossroads import jsonbody
from crossroads.dialect import Draft

MODEL = "octave-"
"""Our names of its versions begin so."""
LIBRARY = "HUME_AI"


class HumeSpeech(WordedSpeech):
    """See `crossroads.dialect.Dialect`."""

    name = "hume-speech"
    upstream_path = "/v0/tts/file"
    own = {"utterances": jsonbody.ARRAY, "version": jsonbody.STRING}
    places = {
        "input": "utterances.text",
        "instructions": "utterances.description",
        "model": "version",
        "response_format": "format.type",
        "speed": "utterances.speed",
        "voice": "utterances.voice",
    }
    """Of one utterance: it stands in a list of its own (see `encode_request`)."""
    formats = {"mp3": "mp3", "wav": "wav"}

    def canonical(self, own: Json, params: Any) -> Json:
        spoken = own.get("utterances")
        fields = super().canonical(
            {**own, "utterances": spoken[0] if isinstance(spoken, list) and spoken else {}}, params
        )
        voice = fields.get("voice")
        if isinstance(voice, dict) and "id" not in voice:
            fields["voice"] = voice.get("name")
        if isinstance(version := fields.get("model"), str):
            fields["model"] = MODEL + version
        return fields

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        draft = super().encode_request(request, url=url, upstream=upstream.removeprefix(MODEL), stream=stream)
        spoken: Any = draft.document["utterances"]
        named = isinstance(request.voice, str)
        spoken["voice"] = {"name": spoken["voice"], "provider": LIBRARY} if named else {"id": spoken["voice"]}
        draft.document["utterances"] = [spoken]
        return draft
