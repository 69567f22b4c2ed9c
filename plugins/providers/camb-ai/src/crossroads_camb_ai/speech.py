"""`POST /tts-stream`: the sound comes as it is made. A voice is a number.

No source says that `voice_settings.speaking_rate` is a multiple: OpenAI's `speed` has no word. Samples (`pcm`) come at
a rate of the model, not at OpenAI's: they are not made here.

Source: pkg:pypi/camb-sdk@1.6.6 (text_to_speech/raw_client.py, types/stream_tts_output_configuration.py), read
2026-11-25.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from crossroads_openai_chat.foreign import Json
from crossroads_openai_speech.worded import WordedSpeech

from crossroads import jsonbody
from crossroads.dialect import Draft

LANGUAGE = "en-us"
"""For a caller who names none in `language`, on which its API insists."""
NUMBER = re.compile(r"[0-9]{1,18}")


class CambAISpeech(WordedSpeech):
    """See `crossroads.dialect.Dialect`."""

    name = "camb-ai-speech"
    upstream_path = "/tts-stream"
    own = {"text": jsonbody.STRING}
    places = {
        "input": "text",
        "instructions": "user_instructions",
        "model": "speech_model",
        "response_format": "output_configuration.format",
        "voice": "voice_id",
    }
    formats = {"mp3": "mp3", "wav": "wav", "flac": "flac", "aac": "adts"}
    remedy = "Send the number of one of the provider's own voices as `voice`."

    def more(self, said: Json) -> Json:
        return {"language": LANGUAGE}

    def canonical(self, own: Json, params: Mapping[str, str]) -> Json:
        fields = super().canonical(own, params)
        return {name: str(value) if name == "voice" else value for name, value in fields.items()}

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        draft = super().encode_request(request, url=url, upstream=upstream, stream=stream)
        voice: Any = draft.document["voice_id"]
        if NUMBER.fullmatch(voice) is not None:  # what is none is the provider's to refuse
            draft.document["voice_id"] = int(voice)
        return draft
