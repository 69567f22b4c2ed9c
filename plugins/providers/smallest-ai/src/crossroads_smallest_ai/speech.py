"""`POST /waves/v1/tts`: one address for its models; the sound is the reply.

Source: pkg:pypi/smallestai@5.14.0 (waves/raw_client.py, waves/types/tts_request.py), read 2026-11-25.
"""

from __future__ import annotations

from crossroads_openai_speech.worded import WordedSpeech

from crossroads import jsonbody


class SmallestAISpeech(WordedSpeech):
    """See `crossroads.dialect.Dialect`."""

    name = "smallest-ai-speech"
    upstream_path = "/waves/v1/tts"
    own = {"text": jsonbody.STRING}
    places = {
        "input": "text",
        "model": "model",
        "response_format": "output_format",
        "speed": "speed",
        "voice": "voice_id",
    }
    formats = {"mp3": "mp3", "wav": "wav"}
