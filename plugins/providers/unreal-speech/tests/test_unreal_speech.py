"""Unreal Speech's speech: its own body, and the package at work: what goes out, what comes back, what is counted."""

from crossroads_unreal_speech.speech import UnrealSpeech

from crossroads.testing import speech_conformance

TestSpeech = speech_conformance(
    UnrealSpeech,
    "unreal-speech",
    own={"Text": "Hi", "VoiceId": "Scarlett", "Codec": "libmp3lame", "Bitrate": "192k", "Pitch": 1.1},
    path="/stream",
    sent={"Text": "Grüß", "VoiceId": "v", "Codec": "libmp3lame"},
    upstream="v6",
)
