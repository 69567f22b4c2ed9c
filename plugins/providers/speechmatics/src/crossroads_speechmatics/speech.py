"""`POST /generate/{voice}?output_format=`: voice and format stand in the address, only the text in the body.

There is no model to name. Samples come at a rate of its own, not at OpenAI's: WAV only is made here.

Source: pkg:pypi/speechmatics-tts@0.1.2 (_async_client.py, _models.py), read 2026-11-25.
"""

from __future__ import annotations

from urllib.parse import quote

from crossroads_openai_chat.foreign import Json
from crossroads_openai_speech.vendor import with_query
from crossroads_openai_speech.worded import WordedSpeech

from crossroads import jsonbody


class SpeechmaticsSpeech(WordedSpeech):
    """See `crossroads.dialect.Dialect`."""

    name = "speechmatics-speech"
    upstream_path = "/generate"
    own = {"text": jsonbody.STRING}
    places = {"input": "text"}
    formats = {"wav": "wav_16000"}
    usual = "wav"

    def address(self, url: str, said: Json) -> str:
        return with_query(f"{url}/{quote(said['voice'], safe='')}", {"output_format": said["response_format"]})
