"""Hume AI's speech: its own body, and the package at work: what goes out, what comes back, what is counted."""

from crossroads_hume.speech import HumeSpeech

from crossroads.testing import speech_conformance
from crossroads.testing.spoken import spoken

TestSpeech = speech_conformance(
    HumeSpeech,
    "hume",
    own={
        "utterances": [{"text": "Hi", "voice": {"name": "Ava", "provider": "HUME_AI"}, "description": "calm"}],
        "version": "m",
        "format": {"type": "wav"},
        "temperature": 0.5,
    },
    path="/v0/tts/file",
    sent={
        "utterances": [{"text": "Grüß", "voice": {"name": "v", "provider": "HUME_AI"}}],
        "version": "2",
        "format": {"type": "mp3"},
    },
    upstream="octave-2",
    headers={"x-hume-api-key": "none"},
    lost=(),
)


def test_a_voice_of_the_caller_has_an_id():
    draft = spoken(HumeSpeech(), voice={"id": "7f"})
    assert draft.document["utterances"] == [{"text": "Hi", "voice": {"id": "7f"}}]
