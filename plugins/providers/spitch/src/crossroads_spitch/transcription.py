"""`POST /v1/transcriptions`: a form with the sound; the reply is the text, and its sentences with their times.

Source: pkg:pypi/spitch@1.50.0 (resources/speech.py, types/speech_transcribe_params.py, types/transcription.py), read
2026-11-25.
"""

from __future__ import annotations

from crossroads_openai_chat.foreign import Json
from crossroads_openai_speech.formed import FormedTranscription


class SpitchTranscription(FormedTranscription):
    """See `crossroads.dialect.Dialect`."""

    name = "spitch-transcription"
    upstream_path = "/v1/transcriptions"
    file_field = "content"
    places = {"model": "model", "language": "language"}

    def more(self, said: Json) -> Json:
        return {"timestamp": "sentence"}  # without it there are no times, and so no subtitles
