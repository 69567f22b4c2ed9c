"""Speechify's speech: its own body, and the package at work: what goes out, what comes back, what is counted."""

from crossroads_speechify.speech import SpeechifySpeech

from crossroads.testing import speech_conformance

TestSpeech = speech_conformance(
    SpeechifySpeech,
    "speechify",
    own={"input": "Hi", "voice_id": "george", "model": "m", "output_format": "pcm_24000", "language": "en-US"},
    path="/v1/audio/stream",
    sent={"input": "Grüß", "voice_id": "v", "model": "simba-3.0", "output_format": "mp3_24000_128"},
    upstream="simba-3.0",
)
