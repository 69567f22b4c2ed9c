"""`POST /sse/speak/{language}`: the sound comes in events, each with samples as base64. There is no model to name.

Sources: pkg:pypi/pyneuphonic@3.1.2 (_sse.py, models.py), read 2026-11-25.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any
from urllib.parse import quote

import msgspec
from crossroads_openai_chat.errors import refused
from crossroads_openai_chat.foreign import Json
from crossroads_openai_chat.reply import broken, whole
from crossroads_openai_speech.stream import SPEECH_PIECE
from crossroads_openai_speech.worded import WordedSpeech

from crossroads import jsonbody
from crossroads.dialect import Document, Draft, Reply, Stamp
from crossroads.errors import StreamCut
from crossroads.sse import EventReader
from crossroads.types.usage import Usage
from crossroads.wire import Headers

LANGUAGE = "en"
"""For a caller who names none in `lang_code`: what its own client sends."""
RATE = 24000
"""Samples a second, of OpenAI's `pcm`."""
REMEDY = "Retry the call."


class NeuphonicSpeech(WordedSpeech):
    """See `crossroads.dialect.Dialect`. An upstream only."""

    name = "neuphonic-speech"
    upstream_path = "/sse/speak"
    media = False
    flows = False
    stream_type = "text/event-stream"
    own = {"text": jsonbody.STRING}
    places = {"input": "text", "response_format": "encoding", "speed": "speed", "voice": "voice_id"}
    formats = {"pcm": "pcm_linear"}
    usual = "pcm"

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        draft = super().encode_request(request, url=url, upstream=upstream, stream=stream)
        asked: Any = {"lang_code": LANGUAGE, "sampling_rate": RATE, **draft.document}
        draft.document = asked
        draft.url = f"{url}/{quote(str(asked['lang_code']), safe='')}"
        return draft

    def headers(self, said: Json) -> Headers:
        return ((b"content-type", b"application/json"), (b"accept", b"text/event-stream"))

    def decode_response(self, body: bytes) -> Reply:
        decoder = NeuphonicDecoder()
        pieces = [*decoder.feed(body), *decoder.close(framed=True)]
        return Reply(body=b"".join(base64.b64decode(one["audio"]) for one in pieces), content_type="audio/pcm")

    def encode_response(self, reply: Reply, stamp: Stamp) -> bytes:
        told = {"status_code": 200, "data": {"audio": base64.b64encode(reply.body).decode()}}
        return b"event: message\ndata: " + msgspec.json.encode(told) + b"\n\n"

    def decode_stream(self) -> Any:
        return NeuphonicDecoder()


class NeuphonicDecoder:
    """Its events -> `speech.audio.delta`s (`crossroads.dialect.StreamDecoder`)."""

    usage: Usage | None = None
    finish_reason: str | None = None
    upstream_id: str | None = None

    def __init__(self) -> None:
        self._events = EventReader()
        self._any = False

    def feed(self, data: bytes) -> list[Document]:
        return [piece for event in self._events.feed(data) if (piece := self._piece(event.data)) is not None]

    def close(self, *, framed: bool) -> list[Document]:
        if not (framed and self._any) or self._events.pending:  # the format has no end of its own
            raise StreamCut("the sound ended where nothing shows that it is whole.", remedy=REMEDY)
        return []

    def _piece(self, data: Any) -> Document | None:
        text = data.encode() if isinstance(data, str) else data
        if not text:
            return None
        told = whole(text)
        if told.get("errors"):
            status = told.get("status_code")
            code = status if type(status) is int and 400 <= status < 600 else 502
            raise refused(told["errors"], code)
        held = told.get("data")
        audio = held.get("audio") if isinstance(held, dict) else None
        if audio is None:
            return None
        try:
            base64.b64decode(audio, validate=True)
        except (binascii.Error, TypeError, ValueError):
            raise broken("the provider's sound can't be read.") from None
        self._any = True
        return {"type": SPEECH_PIECE, "audio": audio}
