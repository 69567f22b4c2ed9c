"""Text to sound: `POST /audio/speech`, whole or as server-sent events (`stream_format` "sse").

Source: OpenAI API reference, "Create speech", and OpenRouter OpenAPI, `POST /audio/speech`, read 2026-11-25.
"""

from __future__ import annotations

import base64
import re
import struct
from collections.abc import Mapping
from typing import Any

from crossroads_openai_chat import OpenAIFamily
from crossroads_openai_chat import reply as common
from crossroads_openai_chat.reply import Shape
from crossroads_openai_chat.request import ROUTER_KINDS, plain
from crossroads_openai_chat.typed import Decoder, Relay

from crossroads import jsonbody
from crossroads.call import Opened
from crossroads.dialect import NO_PARAMS, Draft, Reply, Stamp
from crossroads.errors import BadRequest, BadUpstream
from crossroads.jsonbody import Kind
from crossroads.types.usage import Usage
from crossroads_openai_speech.stream import SPEECH, SpeechEncoder

SOUNDS = ((b"RIFF", "audio/wav"), (b"OggS", "audio/ogg"), (b"fLaC", "audio/flac"))
"""How files begin; MP3 has several beginnings, and raw samples have none."""

RAW = re.compile(r"audio/l16\b(?:.*?rate=(\d{4,6}))?")
RATE = 24000
"""Samples a second, where a type does not say: what OpenAI and Google make."""

INPUT = Kind("a string", jsonbody.STRING.decoder)


class OpenAISpeech(OpenAIFamily):
    """A reply is sound, with the media type it came with. Usage is told by streams; else the characters count."""

    name = "openai-speech"
    operation = "speech"
    paths: tuple[str, ...] = ("/audio/speech",)
    upstream_path = "/audio/speech"
    kinds = {
        **ROUTER_KINDS,
        "input": INPUT,
        "instructions": jsonbody.STRING,
        "response_format": jsonbody.STRING,
        "speed": jsonbody.NUMBER,
        "stream_format": jsonbody.STRING,
        "voice": jsonbody.STRING_OR_OBJECT,
    }
    required: tuple[str, ...] = ("input",)
    shape = Shape("audio.speech", "audio.speech.chunk")
    streams = False
    """Not by the family's `stream` field: `stream_format` says it."""
    media = True
    flows = True

    @staticmethod
    def validate(text: bytes) -> Any:
        from crossroads.types.base import validate
        from crossroads.types.speech import SpeechRequest

        return validate(SpeechRequest, text)

    def open(self, body: bytes, params: Mapping[str, str] = NO_PARAMS) -> Opened:
        opened = super().open(body, params)
        text = jsonbody.read("input", opened.fields["input"], INPUT)
        if text is None:
            raise BadRequest("it is null.", remedy="Send the text to speak.", field="input")
        if (shape := opened.fields.get("stream_format")) is not None:
            opened.stream = jsonbody.read("stream_format", shape, jsonbody.STRING) == "sse"
        opened.usage = Usage(characters=len(text))
        return opened

    def _draft(self, fields: Mapping[str, Any], url: str, upstream: str, stream: bool) -> Draft:
        draft = super()._draft(fields, url, upstream, stream)
        accept = b"text/event-stream" if stream else b"*/*"
        draft.headers = tuple((name, accept if name == b"accept" else value) for name, value in draft.headers)
        return draft

    def relay_response(self, body: bytes, stamp: Stamp) -> Reply:
        return self.decode_response(body)

    def decode_response(self, body: bytes) -> Reply:
        if body[:1] == b"{":
            return _inside(body)
        if not body:
            raise BadUpstream("the provider sent no sound.", remedy="Retry the call.")
        return Reply(body=body, content_type="application/octet-stream")

    def encode_response(self, reply: Reply, stamp: Stamp) -> bytes:
        """Sound as it came; samples without a head (`audio/L16`) get one, unless the client asked for samples."""
        if (rate := raw_rate(reply.content_type)) is None:
            return reply.body
        if stamp.asked is not None and plain(stamp.asked.fields.get("response_format")) == "pcm":
            return reply.body
        reply.content_type = "audio/wav"
        return wav(reply.body, rate)

    def relay_stream(self, stamp: Stamp) -> Any:
        return Relay(SPEECH, stamp)

    def decode_stream(self) -> Any:
        return Decoder(SPEECH)

    def encode_stream(self, stamp: Stamp) -> Any:
        return SpeechEncoder(stamp)


def raw_rate(content_type: str) -> int | None:
    """Samples a second of `audio/L16;rate=24000`; None: it is no such type."""
    found = RAW.match(content_type.lower())
    return None if found is None else int(found[1] or RATE)


def wav(samples: bytes, rate: int) -> bytes:
    """One channel of 16-bit samples, with the head of a WAV file before them."""
    width = 2
    form = struct.pack("<HHIIHH", 1, 1, rate, rate * width, width, 8 * width)
    data = b"data" + struct.pack("<I", len(samples)) + samples
    body = b"WAVEfmt " + struct.pack("<I", len(form)) + form + data
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _inside(body: bytes) -> Reply:
    """Sound in a document, as Mistral sends it ({"audio_data": base64}). Raises BadUpstream, UpstreamRefused."""
    told = common.whole(body)
    common.raise_error(common.shallow(body), body, "audio_data")
    try:
        sound = base64.b64decode(told["audio_data"], validate=True)
    except (KeyError, TypeError, ValueError):
        sound = b""
    if not sound:
        raise common.broken("the provider's reply holds no sound.")
    kind = next((kind for start, kind in SOUNDS if sound.startswith(start)), "audio/mpeg")
    return Reply(body=sound, content_type=kind)
