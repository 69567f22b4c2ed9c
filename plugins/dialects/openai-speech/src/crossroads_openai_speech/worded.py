"""A vendor's speech as a table of words: JSON in, sound out, either as it is or as base64 in JSON.

A member states where each canonical field stands in the vendor's body (`places`) and which formats it makes; what it
has no place for is dropped and told. What stands in the address or in a header it writes itself (`address`, `headers`).
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from crossroads_openai_chat.foreign import JSON_HEADERS, Json, WholeDecoder, leftover, stated
from crossroads_openai_chat.reply import broken, whole
from crossroads_openai_chat.worded import placed, taken

from crossroads import jsonbody
from crossroads.dialect import Document, Draft, Reply, Stamp
from crossroads.wire import Headers
from crossroads_openai_speech.stream import SPEECH_PIECE
from crossroads_openai_speech.vendor import VendorSpeech, format_of, text_to_speak, voice_of

HANDLED = ("input", "instructions", "model", "response_format", "speed", "stream_format", "voice")
OPTIONAL = ("instructions", "speed")
ANY_SOUND: Headers = tuple((name, b"*/*" if name == b"accept" else value) for name, value in JSON_HEADERS)
BEGINNINGS = ((b"RIFF", "audio/wav"), (b"OggS", "audio/ogg"), (b"fLaC", "audio/flac"), (b"ID3", "audio/mpeg"))
"""How files of sound begin; of MP3 without a tag see `kind_of`."""


class WordedSpeech(VendorSpeech):
    """An upstream only: no client of it is served."""

    places: Mapping[str, str]
    """`input`, and of `model`, `voice`, `response_format`, `speed`, `instructions` those that stand in the body."""
    formats: Mapping[str, Any]
    """OpenAI's `response_format` -> the vendor's word, or its object."""
    usual = "mp3"
    """The format for a caller who names none."""
    remedy = "Send the name of one of the provider's own voices as `voice`."

    def canonical(self, own: Json, params: Mapping[str, str]) -> Json:
        fields = taken(own, self.places)
        if (form := fields.get("response_format")) is not None:
            fields["response_format"] = next((ours for ours, theirs in self.formats.items() if theirs == form), form)
        return fields

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        fields = stated(request)
        document, lost = leftover(fields, HANDLED, [name for name in OPTIONAL if name not in self.places])
        said = {name: fields[name] for name in OPTIONAL if name in fields} | {
            "input": text_to_speak(fields),
            "model": upstream,
            "response_format": format_of(fields, self.formats, usual=self.usual),
            "voice": voice_of(fields, remedy=self.remedy),
        }
        document = {**self.more(said), **document}
        for name, place in self.places.items():
            if name in said:
                placed(document, place, said[name])
        return Draft(document=document, url=self.address(url, said), headers=self.headers(said), lost=lost)

    def more(self, said: Json) -> Json:
        """What else stands in the body where the caller says nothing else. said: see `address`."""
        return {}

    def address(self, url: str, said: Json) -> str:
        """said: the canonical fields of this call, the format in the vendor's word."""
        return url

    def headers(self, said: Json) -> Headers:
        """Of the request."""
        return ANY_SOUND


class EncodedSpeech(WordedSpeech):
    """The sound comes whole, as base64 in the field `sound` of a JSON document."""

    sound: str
    media = False
    flows = False
    stream_type = "application/json"

    def headers(self, said: Json) -> Headers:
        return JSON_HEADERS

    def decode_response(self, body: bytes) -> Reply:
        told = whole(body).get(self.sound)
        try:
            sound = base64.b64decode(told if isinstance(told, str) else "", validate=True)
        except (binascii.Error, ValueError):
            sound = b""
        if not sound:
            raise broken("the provider's reply has no sound that can be read.")
        return Reply(body=sound, content_type=kind_of(sound))

    def encode_response(self, reply: Reply, stamp: Stamp) -> bytes:
        return jsonbody.encode({self.sound: base64.b64encode(reply.body).decode()})

    def decode_stream(self) -> Any:
        return WholeDecoder(self)

    def chunks(self, reply: Reply) -> list[Document]:
        return [{"type": SPEECH_PIECE, "audio": base64.b64encode(reply.body).decode()}]


def kind_of(sound: bytes) -> str:
    """Its media type, by how it begins."""
    if len(sound) > 1 and sound[0] == 0xFF and sound[1] & 0xE0 == 0xE0:  # the frame's eleven set bits
        return "audio/mpeg"
    return next((kind for begins, kind in BEGINNINGS if sound.startswith(begins)), "application/octet-stream")
