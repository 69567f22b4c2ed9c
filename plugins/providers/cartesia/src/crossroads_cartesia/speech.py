"""`POST /tts/bytes`: text, voice and the format of the sound in JSON; the reply is the sound.

Source: pkg:pypi/cartesia@4.2.0 (resources/tts.py, types/tts_generate_params.py, types/*_output_format_param.py), read
2026-11-25.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crossroads_openai_chat.foreign import JSON_HEADERS, Json, leftover, stated
from crossroads_openai_speech.vendor import VendorSpeech, format_of, text_to_speak, voice_of

from crossroads import jsonbody
from crossroads.dialect import Draft

FORMATS: Mapping[str, Json] = {
    "mp3": {"container": "mp3", "bit_rate": 128000, "sample_rate": 44100},
    "pcm": {"container": "raw", "encoding": "pcm_s16le", "sample_rate": 24000},
    "wav": {"container": "wav", "encoding": "pcm_s16le", "sample_rate": 44100},
}
"""OpenAI's `response_format` -> Cartesia's `output_format`; OpenAI's `pcm` has 24,000 samples a second."""
NAMES = {"model_id": "model", "transcript": "input"}
HANDLED = ("input", "response_format", "speed", "stream_format", "voice")
ACCEPT_ANY = tuple((name, b"*/*" if name == b"accept" else value) for name, value in JSON_HEADERS)


class CartesiaSpeech(VendorSpeech):
    """See `crossroads.dialect.Dialect`."""

    name = "cartesia-speech"
    paths = ("/tts/bytes",)
    upstream_path = "/tts/bytes"
    own = {"transcript": jsonbody.STRING, "model_id": jsonbody.STRING, "output_format": jsonbody.OBJECT}

    def canonical(self, own: Json, params: Mapping[str, str]) -> Json:
        fields = {NAMES.get(name, name): value for name, value in own.items()}
        for form, words in FORMATS.items():
            if fields.get("output_format") == words:
                fields["response_format"] = form
                del fields["output_format"]
        manner = dict(fields.pop("generation_config", None) or {})
        if "speed" in manner:
            fields["speed"] = manner.pop("speed")
        return {**fields, "generation_config": manner} if manner else fields

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        fields = stated(request)
        document, lost = leftover(fields, HANDLED, ("instructions",))
        document.setdefault("output_format", format_of(fields, FORMATS, usual="mp3"))
        voice = fields.get("voice")
        document["voice"] = voice if isinstance(voice, dict) else _named(fields)
        if "speed" in fields:
            manner = document.get("generation_config")
            document["generation_config"] = {**(manner if isinstance(manner, dict) else {}), "speed": fields["speed"]}
        document |= {"transcript": text_to_speak(fields), "model_id": upstream}
        return Draft(document=document, url=url, headers=ACCEPT_ANY, lost=lost)


def _named(fields: Json) -> Json:
    return {"mode": "id", "id": voice_of(fields, remedy="Send the id of a Cartesia voice as `voice`.")}
