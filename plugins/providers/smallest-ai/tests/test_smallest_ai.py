"""smallest.ai's speech: its own body, and the package at work: what goes out, what comes back, what is counted."""

from crossroads_smallest_ai.speech import SmallestAISpeech

from crossroads.testing import speech_conformance

TestSpeech = speech_conformance(
    SmallestAISpeech,
    "smallest-ai",
    own={"text": "Hi", "voice_id": "magnus", "model": "m", "output_format": "wav", "speed": 1.5, "language": "auto"},
    path="/waves/v1/tts",
    sent={"text": "Grüß", "voice_id": "v", "model": "lightning_v3.1", "output_format": "mp3"},
    upstream="lightning_v3.1",
    lost=("instructions",),
)
