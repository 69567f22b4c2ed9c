"""`POST /v1/speech`: the sound is the reply. There is no model to name.

Samples (`pcm_s16le`) come at a rate that nobody states: they are not made here.
Source: pkg:pypi/spitch@1.50.0 (resources/speech.py, types/speech_generate_params.py), read 2026-11-25.
"""

from __future__ import annotations

from crossroads_openai_speech.worded import WordedSpeech

from crossroads import jsonbody


class SpitchSpeech(WordedSpeech):
    """See `crossroads.dialect.Dialect`."""

    name = "spitch-speech"
    upstream_path = "/v1/speech"
    own = {"text": jsonbody.STRING}
    places = {"input": "text", "response_format": "format", "speed": "speed", "voice": "voice"}
    formats = {"mp3": "mp3", "opus": "ogg_opus", "flac": "flac", "wav": "wav"}
