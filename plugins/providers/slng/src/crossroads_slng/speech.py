"""`POST /v1/bridges/unmute/tts/{model}`: text and voice, for every model alike; the sound is the reply.

What format it has is the model's to choose, and the reply's media type tells it.
Source: https://github.com/slng-ai/pipecat-slng (src/pipecat_slng/tts.py: SlngHttpTTSService), read 2026-11-25.
"""

from __future__ import annotations

from typing import Any

from crossroads_openai_chat.foreign import stated
from crossroads_openai_speech.worded import WordedSpeech

from crossroads import jsonbody
from crossroads.call import Lost
from crossroads.dialect import Draft

ANY_FORMAT = ("mp3", "opus", "aac", "flac", "wav", "pcm")


class SlngSpeech(WordedSpeech):
    """See `crossroads.dialect.Dialect`."""

    name = "slng-speech"
    upstream_path = "/v1/bridges/unmute/tts"
    own = {"text": jsonbody.STRING}
    places = {"input": "text", "voice": "voice"}
    formats = dict.fromkeys(ANY_FORMAT)

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        draft = super().encode_request(request, url=url, upstream=upstream, stream=stream)
        if "response_format" in stated(request):
            draft.lost.append(Lost("response_format", "dropped", "the format is the model's to choose"))
        return draft
