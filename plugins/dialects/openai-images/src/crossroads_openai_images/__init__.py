"""OpenAI's images: `POST /images/generations` (JSON), `/images/edits` and `/images/variations` (forms, or JSON).

What a request holds says which of the three it is, so that an upstream's address follows from it: a prompt alone makes
an image, a prompt and an image edits, an image alone varies. With `stream` an image comes as events, drafts before it.
Source: OpenAI API reference, "Images", and pkg:pypi/openai@3.54.0, read 2026-11-25.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from crossroads_openai_chat import OpenAIFamily
from crossroads_openai_chat.reply import Shape
from crossroads_openai_chat.request import ROUTER_KINDS, open_fields
from crossroads_openai_chat.typed import Decoder, Relay

from crossroads import jsonbody, multipart
from crossroads.call import Fields, Opened
from crossroads.dialect import NO_PARAMS, Draft, Reply, Stamp
from crossroads.errors import BadRequest
from crossroads.multipart import File
from crossroads_openai_images import reply
from crossroads_openai_images.stream import IMAGES, Encoder

__all__ = ["OpenAIImages"]

VERBS = ("/images/generations", "/images/edits", "/images/variations")
SOURCES = ("image", "images")


class OpenAIImages(OpenAIFamily):
    """See `crossroads.dialect.Dialect` for each method."""

    name = "openai-images"
    operation = "images"
    paths: tuple[str, ...] = VERBS
    upstream_path = VERBS[0]
    kinds = {
        **ROUTER_KINDS,
        "n": jsonbody.COUNT,
        "output_compression": jsonbody.INTEGER,
        "partial_images": jsonbody.INTEGER,
        "prompt": jsonbody.STRING,
        "quality": jsonbody.STRING,
        "response_format": jsonbody.STRING,
        "size": jsonbody.STRING,
    }
    required: tuple[str, ...] = ("prompt", *SOURCES)
    shape = Shape(None, None, items="data", completion_tokens=0)
    forms = True

    @staticmethod
    def validate(text: bytes) -> Any:
        from crossroads.types.base import validate
        from crossroads.types.images import ImageRequest

        return validate(ImageRequest, text)

    def open(self, body: bytes, params: Mapping[str, str] = NO_PARAMS) -> Opened:
        kind = params.get("content_type", "")
        if multipart.is_form(kind):
            fields = {name: self._field(name, value) for name, value in multipart.open_form(body, kind).items()}
        else:
            fields = dict(jsonbody.open_document(body))
        if not any(name in fields for name in self.required):
            raise BadRequest("it is missing.", remedy="Send `prompt`.", field="prompt")
        opened = open_fields({name: raw for name, raw in fields.items() if isinstance(raw, msgspec.Raw)}, self.kinds)
        opened.fields = {**fields, **opened.fields}
        return opened

    def _field(self, name: str, value: Any) -> Any:
        """Of a form: files as they are, a number or a flag as JSON, everything else a string."""
        if _is_file(value):
            return value
        kind = self.kinds.get(name, jsonbody.STRING)
        as_json = kind is not jsonbody.STRING and isinstance(value, str) and value.strip()
        return msgspec.Raw(value.encode() if as_json else msgspec.json.encode(value))

    def decode_request(self, opened: Opened) -> Any:
        from crossroads.types.base import parse, validate_document
        from crossroads.types.images import ImageRequest

        document = {n: parse(bytes(v)) if isinstance(v, msgspec.Raw) else v for n, v in opened.fields.items()}
        return validate_document(ImageRequest, document)

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        fields = {name: getattr(request, name) for name in request.model_fields_set}
        return self._draft({**fields, **(request.model_extra or {})}, url, upstream, stream)

    def _draft(self, fields: Mapping[str, Any], url: str, upstream: str, stream: bool) -> Draft:
        draft = super()._draft(fields, url, upstream, stream)
        draft.document.pop("stream_options", None)  # the family's: here the last event always tells
        draft.url = placed(url, fields)
        draft.form = any(_is_file(value) for value in fields.values())
        if draft.form:
            draft.headers = tuple(header for header in draft.headers if header[0] == b"accept")
        return draft

    def relay_response(self, body: bytes, stamp: Stamp) -> Reply:
        return reply.relay_response(body, stamp)

    def decode_response(self, body: bytes) -> Reply:
        return reply.decode_response(body)

    def encode_response(self, reply_: Reply, stamp: Stamp) -> bytes:
        return reply.encode_response(reply_, stamp)

    def relay_stream(self, stamp: Stamp) -> Any:
        return Relay(IMAGES)

    def decode_stream(self) -> Any:
        return Decoder(IMAGES)

    def encode_stream(self, stamp: Stamp) -> Any:
        return Encoder(stamp)


def placed(url: str, fields: Fields | Mapping[str, Any]) -> str:
    """The address of what is asked, from that of generations; any other address stays as the manifest has it."""
    sources = any(name in fields for name in SOURCES)
    verb = VERBS[0] if not sources else VERBS[1] if "prompt" in fields else VERBS[2]
    base = url.removesuffix(VERBS[0])
    return base + verb if base != url else url


def _is_file(value: Any) -> bool:
    return isinstance(value, File) or (isinstance(value, list) and any(isinstance(one, File) for one in value))
