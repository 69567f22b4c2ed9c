"""`POST /stream`: MP3 as it is made. There is no model to name. Its `Speed` is no multiple: OpenAI's has no word.

Source: pkg:pypi/unrealspeech@0.1.5 (api.py), read 2026-11-25.
"""

from __future__ import annotations

from crossroads_openai_speech.worded import WordedSpeech

from crossroads import jsonbody


class UnrealSpeech(WordedSpeech):
    """See `crossroads.dialect.Dialect`."""

    name = "unreal-speech-speech"
    upstream_path = "/stream"
    own = {"Text": jsonbody.STRING}
    places = {"input": "Text", "response_format": "Codec", "voice": "VoiceId"}
    formats = {"mp3": "libmp3lame"}
