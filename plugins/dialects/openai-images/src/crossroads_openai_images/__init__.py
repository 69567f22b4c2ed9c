"""OpenAI's images: `POST /images/generations` (JSON), `/images/edits` and `/images/variations` (forms, or JSON).

What a request holds says which of the three it is, so that an upstream's address follows from it: a prompt alone makes
an image, a prompt and an image edits, an image alone varies. With `stream` an image comes as events, drafts before it.
Source: OpenAI API reference, "Images", OpenRouter OpenAPI, `POST /images`, and pkg:pypi/openai@3.54.0, read 2026-11-25.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crossroads_openai_chat import OpenAIFamily
from crossroads_openai_chat.forms import decoded, has_file, only_raw, open_fields_of
from crossroads_openai_chat.reply import Shape
from crossroads_openai_chat.request import ROUTER_KINDS, open_fields, plain
from crossroads_openai_chat.typed import Decoder, Relay

from crossroads import jsonbody
from crossroads.call import Fields, Opened
from crossroads.dialect import NO_PARAMS, Draft, Reply, Stamp
from crossroads.errors import BadRequest
from crossroads_openai_images import reply
from crossroads_openai_images.address import address_of
from crossroads_openai_images.stream import IMAGES, Encoder

__all__ = ["OpenAIImages"]

REFERENCES = "input_references"
"""OpenRouter's word for the images to change, which are parts of a chat there (`POST /images`)."""
VERBS = ("/images/generations", "/images/edits", "/images/variations")
SOURCES = ("image", "images", REFERENCES)


class OpenAIImages(OpenAIFamily):
    """See `crossroads.dialect.Dialect` for each method."""

    name = "openai-images"
    operation = "images"
    paths: tuple[str, ...] = ("/images", *VERBS)
    upstream_path = VERBS[0]
    kinds = {
        **ROUTER_KINDS,
        "aspect_ratio": jsonbody.STRING,
        "n": jsonbody.COUNT,
        "output_compression": jsonbody.INTEGER,
        "partial_images": jsonbody.INTEGER,
        "prompt": jsonbody.STRING,
        "quality": jsonbody.STRING,
        "resolution": jsonbody.STRING,
        "response_format": jsonbody.STRING,
        "seed": jsonbody.INTEGER,
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
        fields = open_fields_of(body, params.get("content_type", ""), self.kinds)
        if not any(name in fields for name in self.required):
            raise BadRequest("it is missing.", remedy="Send `prompt`.", field="prompt")
        opened = open_fields(only_raw(fields), self.kinds)
        opened.fields = {**fields, **opened.fields}
        return opened

    def decode_request(self, opened: Opened) -> Any:
        from crossroads.types.base import validate_document
        from crossroads.types.images import ImageRequest

        return validate_document(ImageRequest, decoded(opened.fields))

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        fields = {name: getattr(request, name) for name in request.model_fields_set}
        return self._draft({**fields, **(request.model_extra or {})}, url, upstream, stream)

    def _draft(self, fields: Mapping[str, Any], url: str, upstream: str, stream: bool) -> Draft:
        draft = super()._draft(fields, url, upstream, stream)
        draft.document.pop("stream_options", None)  # the family's: here the last event always tells
        draft.url = placed(url, fields)
        if (parts := plain(draft.document.pop(REFERENCES, None))) is not None:
            draft.document.setdefault("images", [{"image_url": address_of(part)} for part in parts])
        draft.form = any(has_file(value) for value in fields.values())
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
        return Relay(IMAGES, stamp)

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
