"""`POST /text-to-speech/stream`: the sound comes as it is made.

No source says whether its samples (`linear16`) have a header: `pcm` is not made here.

Source: pkg:pypi/sarvamai@0.1.39 (text_to_speech/raw_client.py, convert_stream), read 2026-11-25.
"""

from __future__ import annotations

from crossroads_openai_chat.foreign import Json
from crossroads_openai_speech.worded import WordedSpeech

from crossroads import jsonbody

LANGUAGE = "en-IN"
"""For a caller who names none in `language_code`: what the clients of agents (livekit-plugins-sarvam) send."""


class SarvamSpeech(WordedSpeech):
    """See `crossroads.dialect.Dialect`."""

    name = "sarvam-speech"
    upstream_path = "/text-to-speech/stream"
    own = {"text": jsonbody.STRING}
    places = {
        "input": "text",
        "model": "model",
        "response_format": "output_audio_codec",
        "speed": "pace",
        "voice": "speaker",
    }
    formats = {"mp3": "mp3", "wav": "wav", "opus": "opus", "flac": "flac", "aac": "aac"}

    def more(self, said: Json) -> Json:
        return {"language_code": LANGUAGE}
