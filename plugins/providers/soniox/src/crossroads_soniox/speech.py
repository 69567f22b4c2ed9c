"""`POST /tts`: the sound comes as it is made. The language of the text is a word that Soniox insists on.

Sources: pkg:pypi/soniox@2.10.0 (api/tts.py, types/api.py: CreateTtsPayload);
https://soniox.com/docs/tts/rest-api/generate-speech, https://soniox.com/docs/tts/concepts/audio-formats, read
2026-11-25.
"""

from __future__ import annotations

from typing import Any

from crossroads_openai_chat.foreign import Json, stated
from crossroads_openai_speech.worded import WordedSpeech

from crossroads import jsonbody
from crossroads.call import Lost
from crossroads.dialect import Draft

LANGUAGE = "en"
"""For a caller who names none: what Soniox's own client sends."""


class SonioxSpeech(WordedSpeech):
    """See `crossroads.dialect.Dialect`."""

    name = "soniox-speech"
    upstream_path = "/tts"
    own = {"text": jsonbody.STRING}
    places = {
        "input": "text",
        "model": "model",
        "response_format": "audio_format",
        "speed": "speed",
        "voice": "voice",
    }
    formats = {"mp3": "mp3", "opus": "opus", "aac": "aac", "flac": "flac", "wav": "wav", "pcm": "pcm_s16le"}

    def more(self, said: Json) -> Json:
        rate = {"sample_rate": 24000} if said["response_format"] == self.formats["pcm"] else {}  # OpenAI's
        return {"language": LANGUAGE, **rate}

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        draft = super().encode_request(request, url=url, upstream=upstream, stream=stream)
        if "language" not in stated(request):
            draft.lost.append(Lost("language", "emulated", f"the provider insists on one: sent as {LANGUAGE}"))
        return draft
