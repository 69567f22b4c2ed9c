"""`POST /v1/text-to-speech`: format and tempo stand in `output`; the sound is the reply.

Source: pkg:pypi/typecast-python@0.5.2 (client.py, models/tts.py), read 2026-11-25.
"""

from __future__ import annotations

from crossroads_openai_speech.worded import WordedSpeech

from crossroads import jsonbody


class TypecastSpeech(WordedSpeech):
    """See `crossroads.dialect.Dialect`."""

    name = "typecast-speech"
    upstream_path = "/v1/text-to-speech"
    own = {"output": jsonbody.OBJECT, "text": jsonbody.STRING}
    places = {
        "input": "text",
        "model": "model",
        "response_format": "output.audio_format",
        "speed": "output.audio_tempo",
        "voice": "voice_id",
    }
    formats = {"mp3": "mp3", "wav": "wav"}
