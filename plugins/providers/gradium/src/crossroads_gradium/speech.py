"""`POST /post/speech/tts`: with `only_audio` the sound comes as it is made.

Its word for the tempo is no multiple: OpenAI's `speed` has none.

Source: https://docs.gradium.ai/api-reference/endpoint/tts-post, read 2026-11-25.
"""

from __future__ import annotations

from crossroads_openai_chat.foreign import Json
from crossroads_openai_speech.worded import WordedSpeech

from crossroads import jsonbody


class GradiumSpeech(WordedSpeech):
    """See `crossroads.dialect.Dialect`."""

    name = "gradium-speech"
    upstream_path = "/post/speech/tts"
    own = {"text": jsonbody.STRING}
    places = {"input": "text", "model": "model_name", "response_format": "output_format", "voice": "voice_id"}
    formats = {"wav": "wav", "opus": "opus", "pcm": "pcm_24000"}
    usual = "wav"

    def more(self, said: Json) -> Json:
        return {"only_audio": True}
