"""`POST /synthesize`: the sound comes whole, as base64 in JSON.

Source: pkg:pypi/livekit-plugins-resemble@1.8.9 (tts.py), pkg:pypi/resemble@1.9.0, read 2026-11-25.
"""

from __future__ import annotations

from crossroads_openai_speech.worded import EncodedSpeech

from crossroads import jsonbody


class ResembleSpeech(EncodedSpeech):
    """See `crossroads.dialect.Dialect`."""

    name = "resemble-speech"
    upstream_path = "/synthesize"
    own = {"data": jsonbody.STRING}
    places = {"input": "data", "model": "model", "response_format": "output_format", "voice": "voice_uuid"}
    formats = {"mp3": "mp3", "wav": "wav"}
    sound = "audio_content"
