"""`POST /v1/tts`: the model is named by a header, the voice is `reference_id`.

Samples (`pcm`) come at a rate of its own, not at OpenAI's: they are not made here.

Source: pkg:pypi/fish-audio-sdk@1.3.0 (types/tts.py, resources/tts.py); docs.fish.audio (JSON), read 2026-11-25.
"""

from __future__ import annotations

from crossroads_openai_chat.foreign import Json
from crossroads_openai_speech.worded import WordedSpeech

from crossroads import jsonbody
from crossroads.wire import Headers


class FishAudioSpeech(WordedSpeech):
    """See `crossroads.dialect.Dialect`."""

    name = "fish-audio-speech"
    upstream_path = "/v1/tts"
    own = {"text": jsonbody.STRING, "prosody": jsonbody.OBJECT}
    places = {"input": "text", "response_format": "format", "speed": "prosody.speed", "voice": "reference_id"}
    formats = {"mp3": "mp3", "wav": "wav", "opus": "opus"}

    def headers(self, said: Json) -> Headers:
        return (*super().headers(said), (b"model", said["model"].encode()))
