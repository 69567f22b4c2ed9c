"""Respeecher's speech: its own body, and the package at work: what goes out, what comes back, what is counted."""

from crossroads_respeecher.speech import RespeecherSpeech

from crossroads.testing import speech_conformance
from crossroads.testing.answers import Answer

TestSpeech = speech_conformance(
    RespeecherSpeech,
    "respeecher",
    own={"transcript": "Hi", "voice": {"id": "samantha"}, "output_format": {"sample_rate": 24000}},
    path="/public/tts/en-rt/tts/bytes",
    sent={"transcript": "Grüß", "voice": {"id": "samantha"}},
    upstream="en-rt",
    voice="samantha",
    headers={"x-api-key": "none"},
    refused=({"voice": ""}, {"input": ""}, {"response_format": "mp3"}),
    answer=Answer(raw=(b"RIFF\0",), content_type="audio/wav"),
    heard=(b"RIFF\0", b"audio/wav"),
)
