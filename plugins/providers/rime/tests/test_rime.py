"""Rime's speech: its own body, and the package at work: what goes out, what comes back, what is counted."""

from crossroads_rime.speech import RimeSpeech

from crossroads.testing import speech_conformance

TestSpeech = speech_conformance(
    RimeSpeech,
    "rime",
    own={"text": "Hi", "speaker": "astra", "modelId": "m", "lang": "en", "samplingRate": 24000},
    path="/rime-tts",
    sent={"text": "Grüß", "speaker": "v", "modelId": "coda"},
    upstream="coda",
    headers={"accept": "audio/mpeg"},
)
