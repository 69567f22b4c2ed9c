"""Murf AI's speech: its own body, and the package at work: what goes out, what comes back, what is counted."""

from crossroads_murf.speech import MurfSpeech

from crossroads.testing import speech_conformance

TestSpeech = speech_conformance(
    MurfSpeech,
    "murf",
    own={"text": "Hi", "voiceId": "en-US-natalie", "model": "m", "format": "FLAC", "rate": 10, "locale": "en-US"},
    path="/v1/speech/stream",
    sent={"text": "Grüß", "voiceId": "v", "model": "FALCON", "format": "MP3"},
    upstream="FALCON",
    headers={"api-key": "none"},
)
