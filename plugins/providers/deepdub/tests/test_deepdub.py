"""Deepdub's speech: its own body, and the package at work: what goes out, what comes back, what is counted."""

from crossroads_deepdub.speech import DeepdubSpeech

from crossroads.testing import speech_conformance

TestSpeech = speech_conformance(
    DeepdubSpeech,
    "deepdub",
    own={"targetText": "Hi", "voicePromptId": "p", "model": "m", "format": "opus", "locale": "fr-FR", "seed": 4},
    path="/tts",
    sent={
        "targetText": "Grüß",
        "voicePromptId": "p",
        "model": "dd-etts-3.5",
        "format": "mp3",
        "locale": "en-US",
    },
    upstream="dd-etts-3.5",
    voice="p",
    headers={"x-api-key": "none"},
    refused=({"voice": ""}, {"input": ""}, {"response_format": "wav"}),
)
