"""`POST /text_to_speech`: the sound is the reply.

Its other address, `/text_to_speech/streaming`, says in the sound itself that a quota is used up ("--ERROR:...", with
status 200): a client would take that for sound, so it is not used here.
Sources: https://docs.async.com (OpenAPI document, "Models"; as kept in
https://github.com/speechswitch/client/blob/2f2ed60139ab8d3f5732ebc36510625448b5a61e/schemas/sources/async/00-openapi.json);
pkg:pypi/pipecat-ai@1.14.0 (services/asyncai/tts.py), read 2026-11-25.
"""

from __future__ import annotations

from crossroads_openai_chat.foreign import Json
from crossroads_openai_speech.worded import WordedSpeech

from crossroads import jsonbody


class AsyncSpeech(WordedSpeech):
    """See `crossroads.dialect.Dialect`."""

    name = "asyncai-speech"
    upstream_path = "/text_to_speech"
    own = {"output_format": jsonbody.OBJECT, "transcript": jsonbody.STRING}
    places = {
        "input": "transcript",
        "model": "model_id",
        "response_format": "output_format",
        "speed": "speed_control",
        "voice": "voice.id",
    }
    formats = {
        "mp3": {"container": "mp3", "sample_rate": 44100},
        "pcm": {"container": "raw", "encoding": "pcm_s16le", "sample_rate": 24000},
        "wav": {"container": "wav", "encoding": "pcm_s16le", "sample_rate": 44100},
    }
    """OpenAI's `pcm` has 24,000 samples a second."""

    def more(self, said: Json) -> Json:
        return {"voice": {"mode": "id"}}
