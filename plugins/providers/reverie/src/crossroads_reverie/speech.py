"""`POST /` with `REV-APPNAME: tts`: text and format in the body, the speaker in a header; the sound is the reply.

What OpenAI calls a model is the name of the service. Of other formats than WAV no source states the words.
Source: pkg:pypi/reverie-sdk@0.1.4 (services/tts.py), read 2026-11-25.
"""

from __future__ import annotations

from crossroads_openai_chat.foreign import Json
from crossroads_openai_speech.worded import ANY_SOUND, WordedSpeech

from crossroads import jsonbody
from crossroads.errors import Unsupported
from crossroads.wire import Headers


class ReverieSpeech(WordedSpeech):
    """See `crossroads.dialect.Dialect`."""

    name = "reverie-speech"
    upstream_path = "/"
    own = {"text": jsonbody.STRING}
    places = {"input": "text", "response_format": "format", "speed": "speed"}
    formats = {"wav": "WAV"}
    usual = "wav"
    remedy = "Send the code of a speaker as `voice`, e.g. hi_female."

    def headers(self, said: Json) -> Headers:
        if not said["voice"].isascii():
            raise Unsupported("it has no such speaker.", remedy=self.remedy, field="voice", value=said["voice"])
        return (*ANY_SOUND, (b"rev-appname", said["model"].encode()), (b"speaker", said["voice"].encode()))
