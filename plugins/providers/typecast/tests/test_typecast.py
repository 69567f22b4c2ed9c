"""Typecast's speech: its own body, and the package at work: what goes out, what comes back, what is counted."""

from crossroads_typecast.speech import TypecastSpeech

from crossroads.testing import speech_conformance

TestSpeech = speech_conformance(
    TypecastSpeech,
    "typecast",
    own={
        "text": "Hi",
        "voice_id": "tc_62",
        "model": "m",
        "output": {"audio_format": "wav", "audio_tempo": 1.5, "audio_pitch": 2},
        "language": "eng",
    },
    path="/v1/text-to-speech",
    sent={"text": "Grüß", "voice_id": "v", "model": "ssfm-v30", "output": {"audio_format": "mp3"}},
    upstream="ssfm-v30",
    headers={"x-api-key": "none"},
    lost=("instructions",),
)
