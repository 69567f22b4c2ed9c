"""`POST /stt`: a form with the sound; the reply is the text, with words and their times where they were asked for.

Source: pkg:pypi/cartesia@4.2.0 (types/stt_transcribe_params.py, types/stt_transcribe_response.py), recorded exchanges,
read 2026-11-25.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from crossroads_openai_chat.foreign import Json, leftover, stated
from crossroads_openai_chat.reply import broken, whole
from crossroads_openai_chat.worded import text_at
from crossroads_openai_speech.vendor import (
    SHAPES_OF_REPLIES,
    UNHEARD,
    VendorTranscription,
    seconds_used,
    sound_of,
    timed,
)

from crossroads.dialect import Document, Draft, Reply, Stamp

WORD = {"start": "start", "end": "end"}
HANDLED = ("file", "input_audio", *SHAPES_OF_REPLIES)
KEPT = ("language", "duration")


class CartesiaTranscription(VendorTranscription):
    """See `crossroads.dialect.Dialect`."""

    name = "cartesia-transcription"
    paths = ("/stt",)
    upstream_path = "/stt"

    def canonical(self, own: Json, params: Mapping[str, str]) -> Json:
        return {name: value for name, value in own.items() if name != "timestamp_granularities"}

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        fields = stated(request)
        document, lost = leftover(fields, HANDLED, UNHEARD)
        document |= {"model": upstream, "file": sound_of(fields), "timestamp_granularities": ["word"]}
        return Draft(document=document, url=url, headers=((b"accept", b"application/json"),), lost=lost, form=True)

    def decode_response(self, body: bytes) -> Reply:
        told = whole(body)
        if not isinstance(told.get("text"), str):
            raise broken("the provider's reply has no transcript.")
        document: Document = {"text": told["text"]}
        if words := timed(told.get("words"), "word", **WORD):
            document["words"] = words
        usage = seconds_used(told.get("duration"))
        for name, kind in (("language", str), ("duration", (int, float))):
            if isinstance(told.get(name), kind):
                document[name] = told[name]
        return Reply(document=document, usage=usage, upstream_id=text_at(told, "request_id"))

    def encode_response(self, reply: Reply, stamp: Stamp) -> bytes:
        document = reply.document or {}
        told: Json = {"type": "transcript", "text": document.get("text", ""), "request_id": stamp.id}
        told |= {name: document[name] for name in (*KEPT, "words") if name in document}
        return msgspec.json.encode(told)
