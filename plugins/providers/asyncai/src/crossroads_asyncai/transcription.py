"""`POST /speech_to_text`: a form with the sound; the reply is the text alone.

Source: https://docs.async.com (OpenAPI document; see `speech`), read 2026-11-25.
"""

from __future__ import annotations

from crossroads_openai_speech.formed import FormedTranscription


class AsyncTranscription(FormedTranscription):
    """See `crossroads.dialect.Dialect`."""

    name = "asyncai-transcription"
    upstream_path = "/speech_to_text"
    places = {"model": "model_id", "language": "language"}
