"""LMNT's speech: its own body, and the package at work: what goes out, what comes back, what is counted."""

from crossroads_lmnt.speech import LmntSpeech

from crossroads.testing import speech_conformance

TestSpeech = speech_conformance(
    LmntSpeech,
    "lmnt",
    own={"text": "Hi", "voice": "leah", "model": "m", "format": "pcm_s16le", "language": "de", "temperature": 0.3},
    path="/v1/ai/speech/bytes",
    sent={"text": "Grüß", "voice": "v", "model": "blizzard", "format": "mp3"},
    upstream="blizzard",
    headers={"x-api-key": "none"},
)
