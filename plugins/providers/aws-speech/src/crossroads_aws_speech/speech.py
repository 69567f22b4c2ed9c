"""`POST /v1/speech`: the sound comes as it is made. What OpenAI calls a model is Polly's engine.

Samples (`pcm`) come 16,000 a second at most, not at OpenAI's rate: they are not made here. A text that is SSML is told
by the caller (`TextType`), as Polly has it.
Source: pkg:pypi/botocore@1.44.8 (data/polly/2016-06-10/service-2.json, SynthesizeSpeech), read 2026-11-25.
"""

from __future__ import annotations

from crossroads_openai_speech.worded import WordedSpeech

from crossroads import jsonbody


class PollySpeech(WordedSpeech):
    """See `crossroads.dialect.Dialect`."""

    name = "aws-speech-speech"
    upstream_path = "/v1/speech"
    own = {"Text": jsonbody.STRING}
    places = {"input": "Text", "model": "Engine", "response_format": "OutputFormat", "voice": "VoiceId"}
    formats = {"mp3": "mp3", "opus": "ogg_opus"}
