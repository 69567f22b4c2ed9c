"""`POST /v1/audio/stream`: the sound comes as it is made, in the format that `output_format` names with its rate.

Source: pkg:pypi/speechify-api@4.0.0 (audio/raw_client.py, types/audio_stream_output_format.py), read 2026-11-25.
"""

from __future__ import annotations

from crossroads_openai_speech.worded import WordedSpeech

from crossroads import jsonbody


class SpeechifySpeech(WordedSpeech):
    """See `crossroads.dialect.Dialect`."""

    name = "speechify-speech"
    upstream_path = "/v1/audio/stream"
    own = {"input": jsonbody.STRING}
    places = {"input": "input", "model": "model", "response_format": "output_format", "voice": "voice_id"}
    formats = {"mp3": "mp3_24000_128", "aac": "aac_24000", "pcm": "pcm_24000"}
