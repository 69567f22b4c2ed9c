"""`POST /public/tts/{model}/tts/bytes`: the model stands in the address, the sound is a WAV file.

Source: pkg:pypi/respeecher@1.1.9 (tts/raw_client.py, tts/requests, environment.py), read 2026-11-25.
"""

from __future__ import annotations

from crossroads_openai_speech.worded import WordedSpeech

from crossroads import jsonbody


class RespeecherSpeech(WordedSpeech):
    """See `crossroads.dialect.Dialect`."""

    name = "respeecher-speech"
    upstream_path = "/tts/bytes"
    own = {"transcript": jsonbody.STRING}
    places = {"input": "transcript", "voice": "voice.id"}
    formats = {"wav": "wav"}
    usual = "wav"
