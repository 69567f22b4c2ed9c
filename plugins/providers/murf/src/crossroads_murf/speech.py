"""`POST /v1/speech/stream`: the sound comes as it is made. Its `rate` is no multiple: OpenAI's `speed` has no word.

Samples (`pcm`) come at a rate of the model, not at OpenAI's: they are not made here.

Source: pkg:pypi/murf@2.3.0 (text_to_speech/client.py, environment.py), read 2026-11-25.
"""

from __future__ import annotations

from crossroads_openai_speech.worded import WordedSpeech

from crossroads import jsonbody


class MurfSpeech(WordedSpeech):
    """See `crossroads.dialect.Dialect`."""

    name = "murf-speech"
    upstream_path = "/v1/speech/stream"
    own = {"text": jsonbody.STRING}
    places = {"input": "text", "model": "model", "response_format": "format", "voice": "voiceId"}
    formats = {"mp3": "MP3", "wav": "WAV", "flac": "FLAC"}
