"""A vendor's transcription as a table of words: the sound in a form, JSON with the text out.

A member states where each canonical field stands in the vendor's form (`places`), and where its reply has the text and
rows with times; what it has no place for is dropped and told. Law (MONEY-4): as such replies tell no length of the
sound, it is where the last row ends, estimated; without rows, what the request tells of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from crossroads_openai_chat.foreign import JSON_HEADERS, Json, leftover, stated
from crossroads_openai_chat.reply import broken, whole
from crossroads_openai_chat.worded import placed, taken

from crossroads.dialect import Draft, Reply, Stamp
from crossroads.wire import Headers
from crossroads_openai_speech.vendor import HANDLED, SPEAKERS, VendorTranscription, in_segments, sound_of, timed

OPTIONAL = ("language", "prompt", "temperature")
TIMES = {"start": "start", "end": "end"}


class FormedTranscription(VendorTranscription):
    """An upstream only: no client of it is served."""

    places: Mapping[str, str]
    """Of `model`, `language`, `prompt` and `temperature` those that the vendor has a word for."""
    text = "text"
    rows = "segments"
    """Where these stand in the reply."""

    def canonical(self, own: Json, params: Mapping[str, str]) -> Json:
        return taken(own, {**self.places, "file": self.file_field})

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        fields = stated(request)
        unknown = [name for name in OPTIONAL if name not in self.places]
        document, lost = leftover(fields, (*HANDLED, *OPTIONAL), [*SPEAKERS, *unknown])
        said = {name: fields[name] for name in OPTIONAL if name in fields} | {"model": upstream}
        document = {**self.more(said), **document}
        for name, place in self.places.items():
            if name in said:
                placed(document, place, said[name])
        document[self.file_field] = sound_of(fields)
        return Draft(document=document, url=self.address(url, said), headers=self.headers(said), lost=lost, form=True)

    def more(self, said: Json) -> Json:
        """What else stands in the form where the caller says nothing else. said: see `address`."""
        return {}

    def address(self, url: str, said: Json) -> str:
        """said: the canonical fields of this call, without the sound."""
        return url

    def headers(self, said: Json) -> Headers:
        """Of the request."""
        return JSON_HEADERS[1:]

    def decode_response(self, body: bytes) -> Reply:
        told = whole(body)
        if not isinstance(text := told.get(self.text), str):
            raise broken("the provider's reply has no transcript.")
        rows = [{"text": row.pop("word"), **row} for row in timed(told.get(self.rows), "text", **TIMES)]
        return in_segments(text, rows, language=told.get("language"))

    def encode_response(self, reply: Reply, stamp: Stamp) -> bytes:
        document = reply.document or {}
        told: Json = {self.text: document.get("text", "")}
        told |= {"language": document["language"]} if "language" in document else {}
        rows = document.get("segments") or ()
        told |= {self.rows: [{name: row[name] for name in ("text", *TIMES)} for row in rows]} if rows else {}
        return msgspec.json.encode(told)
