"""Fish Audio's speech: its own body, and the package at work: what goes out, what comes back, what is counted."""

from crossroads_fish_audio.speech import FishAudioSpeech

from crossroads.testing import speech_conformance

TestSpeech = speech_conformance(
    FishAudioSpeech,
    "fish-audio",
    own={
        "text": "Hi",
        "reference_id": "802e",
        "format": "opus",
        "prosody": {"speed": 1.5, "volume": 3},
        "latency": "normal",
    },
    path="/v1/tts",
    sent={"text": "Grüß", "reference_id": "v", "format": "mp3"},
    upstream="s2-pro",
    headers={"model": "s2-pro"},
    lost=("instructions",),
)
