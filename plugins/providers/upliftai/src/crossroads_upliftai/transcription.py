"""`POST /v1/transcribe/speech-to-text`: a form with the sound; the reply is the transcript alone.

Source: public code that calls it, e.g. https://github.com/faheemgurkani/upliftAIxreplit-voiceAI-hackathon
(gawah-backend/app/services/uplift_service.py), read 2026-11-25.
"""

from __future__ import annotations

from crossroads_openai_speech.formed import FormedTranscription


class UpliftTranscription(FormedTranscription):
    """See `crossroads.dialect.Dialect`."""

    name = "upliftai-transcription"
    upstream_path = "/transcribe/speech-to-text"
    places = {"model": "model", "language": "language"}
    text = "transcript"
