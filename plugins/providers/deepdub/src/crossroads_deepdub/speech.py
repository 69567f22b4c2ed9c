"""`POST /tts`: a voice prompt speaks the text; the sound is the reply.

Its `tempo` excludes a stated `duration`, and no source says that it is a multiple: OpenAI's `speed` has no word.

Source: pkg:pypi/deepdub@0.1.29 (client.py, tts), read 2026-11-25.
"""

from __future__ import annotations

from crossroads_openai_chat.foreign import Json
from crossroads_openai_speech.worded import WordedSpeech

from crossroads import jsonbody

LOCALE = "en-US"
"""For a caller who names none: what its own client sends."""


class DeepdubSpeech(WordedSpeech):
    """See `crossroads.dialect.Dialect`."""

    name = "deepdub-speech"
    upstream_path = "/tts"
    own = {"targetText": jsonbody.STRING}
    places = {"input": "targetText", "model": "model", "response_format": "format", "voice": "voicePromptId"}
    formats = {"mp3": "mp3", "opus": "opus"}

    def more(self, said: Json) -> Json:
        return {"locale": LOCALE}
