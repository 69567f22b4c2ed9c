"""`POST /` with `REV-APPNAME: stt_file`: the sound in a form, what is said of it in headers; the reply is the text.

What OpenAI calls a model is the name of the service. Of the sound's format nothing is said, unless the caller does
(`format`): Reverie then takes it for WAV of 16,000 samples a second.
Source: pkg:pypi/reverie-sdk@0.1.4 (services/asr.py: stt_file, ReverieAsrResult), read 2026-11-25.
"""

from __future__ import annotations

from typing import Any

from crossroads_openai_chat.errors import refused
from crossroads_openai_chat.reply import whole
from crossroads_openai_chat.worded import text_at
from crossroads_openai_speech.formed import FormedTranscription

from crossroads.dialect import Draft, Reply
from crossroads.errors import Unsupported

LANGUAGE, DOMAIN = "src_lang", "generic"
TOLD = (LANGUAGE, "domain", "format", "logging", "punctuate")
"""What stands in headers, and in the form nowhere."""


class ReverieTranscription(FormedTranscription):
    """See `crossroads.dialect.Dialect`. An upstream only."""

    name = "reverie-transcription"
    upstream_path = "/"
    file_field = "audio_file"
    places = {"language": LANGUAGE}

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        draft = super().encode_request(request, url=url, upstream=upstream, stream=stream)
        form = draft.document
        told = {"domain": DOMAIN} | {name: form.pop(name) for name in TOLD if name in form}
        if LANGUAGE not in told:
            raise Unsupported("the provider insists on one.", remedy="Send `language`, e.g. hi.", field="language")
        headers = {"rev-appname": upstream, **{name: _header(name, value) for name, value in told.items()}}
        draft.headers = (*draft.headers, *((name.encode(), value.encode()) for name, value in headers.items()))
        return draft

    def decode_response(self, body: bytes) -> Reply:
        told = whole(body)
        if told.get("success") is False:
            raise refused(told.get("cause") or told.get("message"))
        reply = super().decode_response(body)
        reply.upstream_id = text_at(told, "id")
        return reply


def _header(name: str, value: Any) -> str:
    """Raises Unsupported: it is no word of one line."""
    text = str(value).lower() if isinstance(value, bool) else value
    if isinstance(text, str) and text.isascii() and text.isprintable():
        return text
    raise Unsupported("the provider takes one word here.", remedy="Send a short text.", field=name, value=value)
