"""`POST /v1/ai/speech/bytes`: the sound comes as it is made, for the formats that can flow.

Source: pkg:pypi/lmnt@2.13.0 (resources/speech.py, types/speech_generate_params.py), read 2026-11-25.
"""

from __future__ import annotations

from crossroads_openai_speech.worded import WordedSpeech

from crossroads import jsonbody


class LmntSpeech(WordedSpeech):
    """See `crossroads.dialect.Dialect`."""

    name = "lmnt-speech"
    upstream_path = "/v1/ai/speech/bytes"
    own = {"text": jsonbody.STRING}
    places = {"input": "text", "model": "model", "response_format": "format", "voice": "voice"}
    formats = {"mp3": "mp3", "wav": "wav", "aac": "aac", "pcm": "pcm_s16le"}
