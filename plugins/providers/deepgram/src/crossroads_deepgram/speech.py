"""`POST /v1/speak`: the text in JSON, everything else in the query; the reply is the sound.

A model of Deepgram's is a family, a voice and a language, `aura-2-thalia-en`: the canonical request says the family as
the model and the rest as the voice. Source: pkg:pypi/deepgram-sdk@7.17.0 (speak/v1/audio/raw_client.py), read
2026-11-25.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from crossroads_openai_chat.foreign import JSON_HEADERS, Json, leftover, stated
from crossroads_openai_speech.vendor import (
    VendorSpeech,
    format_of,
    read_query,
    text_to_speak,
    voice_of,
    with_query,
)

from crossroads import jsonbody
from crossroads.dialect import Draft

FORMATS: Mapping[str, Json] = {
    "aac": {"encoding": "aac"},
    "flac": {"encoding": "flac"},
    "mp3": {"encoding": "mp3"},
    "opus": {"encoding": "opus", "container": "ogg"},
    "pcm": {"encoding": "linear16", "container": "none", "sample_rate": 24000},
    "wav": {"encoding": "linear16", "container": "wav"},
}
"""OpenAI's `response_format` -> Deepgram's words; OpenAI's `pcm` has 24,000 samples a second."""

BY_WORDS = {(words["encoding"], words.get("container")): form for form, words in FORMATS.items()}

NAMED = re.compile(r"(?P<family>(?:.+/)?aura(?:-\d+)?)-(?P<voice>[a-z]+-[a-z]{2,3})")
"""A family of voices with one of them, e.g. deepgram/aura-2-thalia-en."""
BARE_VOICE = re.compile(r"[a-z]+")
LANGUAGE = "en"
"""Of a voice that is named without one."""
FAMILY = re.compile(r"aura(-\d+)?")

HANDLED = ("input", "response_format", "speed", "stream_format", "voice")


class DeepgramSpeech(VendorSpeech):
    """See `crossroads.dialect.Dialect`."""

    name = "deepgram-speech"
    paths = ("/v1/speak",)
    upstream_path = "/speak"
    queries = True
    own = {"text": jsonbody.STRING}

    def canonical(self, own: Json, params: Mapping[str, str]) -> Json:
        fields = {**read_query(params.get("query", "")), **own}
        if "text" in fields:
            fields["input"] = fields.pop("text")
        if (named := NAMED.fullmatch(str(fields.get("model")))) is not None:
            fields |= {"model": named["family"], "voice": named["voice"]}
        if (form := BY_WORDS.get((fields.get("encoding"), fields.get("container")))) is not None:
            fields["response_format"] = form
            fields = {name: value for name, value in fields.items() if name not in ("encoding", "container")}
        if "speed" in fields:
            fields["speed"] = _number(fields["speed"])
        return fields

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        fields = stated(request)
        query, lost = leftover(fields, HANDLED, ("instructions",))
        if "encoding" not in query:  # a client of its own that asked for what OpenAI's words do not cover
            query = {**format_of(fields, FORMATS, usual="mp3"), **query}
        if "speed" in fields:
            query["speed"] = fields["speed"]
        query["model"] = _model(fields, upstream)
        document = {"text": text_to_speak(fields)}
        headers = tuple((name, b"*/*" if name == b"accept" else value) for name, value in JSON_HEADERS)
        return Draft(document=document, url=with_query(url, query), headers=headers, lost=lost)


def _model(fields: Json, upstream: str) -> str:
    if fields.get("voice") is None and FAMILY.fullmatch(upstream) is None:
        return upstream  # it names its voice itself
    voice = voice_of(fields, remedy='Send `voice`, e.g. "thalia".').removeprefix(f"{upstream}-")
    return f"{upstream}-{voice}-{LANGUAGE}" if BARE_VOICE.fullmatch(voice) else f"{upstream}-{voice}"


def _number(value: Any) -> Any:
    try:
        return float(value)
    except (TypeError, ValueError):
        return value  # what it is, validation says
