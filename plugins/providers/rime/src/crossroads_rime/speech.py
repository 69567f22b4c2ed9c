"""`POST /v1/rime-tts`: the format is what the request accepts; the sound comes as it is made.

Its words for the tempo differ by model: OpenAI's `speed` has none.

Source: https://docs.rime.ai/api-reference/coda/http.md; pkg:pypi/livekit-plugins-rime@1.8.9 (tts.py), read 2026-11-25.
"""

from __future__ import annotations

from crossroads_openai_chat.foreign import Json
from crossroads_openai_speech.worded import WordedSpeech

from crossroads import jsonbody
from crossroads.wire import Headers


class RimeSpeech(WordedSpeech):
    """See `crossroads.dialect.Dialect`."""

    name = "rime-speech"
    upstream_path = "/v1/rime-tts"
    own = {"text": jsonbody.STRING}
    places = {"input": "text", "model": "modelId", "voice": "speaker"}
    formats = {"mp3": "audio/mpeg", "wav": "audio/wav", "opus": "audio/ogg;codecs=opus"}

    def headers(self, said: Json) -> Headers:
        return ((b"content-type", b"application/json"), (b"accept", said["response_format"].encode()))
