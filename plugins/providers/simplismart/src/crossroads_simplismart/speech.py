"""`POST /tts`: samples as OpenAI's `pcm` has them (16 bits, mono, 24,000 a second), as they are made.

Sources: https://github.com/livekit/agents (livekit-plugins-simplismart, tts.py at da6af86a);
https://docs.pipecat.ai/api-reference/server/services/tts/simplismart, read 2026-11-25.
"""

from __future__ import annotations

from crossroads_openai_speech.worded import WordedSpeech

from crossroads import jsonbody


class SimplismartSpeech(WordedSpeech):
    """See `crossroads.dialect.Dialect`."""

    name = "simplismart-speech"
    upstream_path = "/tts"
    own = {"prompt": jsonbody.STRING}
    places = {"input": "prompt", "model": "model", "voice": "voice"}
    formats = {"pcm": "pcm"}
    usual = "pcm"
