"""`POST /v1/synthesis/text-to-speech/stream`: the sound comes as it is made. There is no model to name.

Samples come 22,050 a second, not at OpenAI's rate: they are not made here.
Sources: pkg:npm/js-tts-wrapper@0.1.81 (engines/upliftai.js); pkg:pypi/livekit-plugins-upliftai@1.8.9 (tts.py:
OutputFormat), read 2026-11-25.
"""

from __future__ import annotations

from crossroads_openai_speech.worded import WordedSpeech

from crossroads import jsonbody


class UpliftSpeech(WordedSpeech):
    """See `crossroads.dialect.Dialect`."""

    name = "upliftai-speech"
    upstream_path = "/synthesis/text-to-speech/stream"
    own = {"text": jsonbody.STRING}
    places = {"input": "text", "response_format": "outputFormat", "voice": "voiceId"}
    formats = {"mp3": "MP3_22050_128", "wav": "WAV_22050_16"}
