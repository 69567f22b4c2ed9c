"""Mistral's chat completions: OpenAI's format with content in chunks (thinking, references, documents), both sides.

What is OpenAI's is `crossroads_openai_chat`'s; here stands what differs: names of fields, content, tool call ids,
error bodies. What the format carries, emulates and drops stands in carries.toml.
Sources: mistralai 3.7.0 (the vendor's Python SDK, `client/models`), its API reference, "Chat", and recorded
exchanges, read 2026-11-25.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from crossroads_openai_chat import OpenAIChat
from crossroads_openai_chat.errors import envelope
from crossroads_openai_chat.request import CHAT_KINDS

from crossroads import jsonbody
from crossroads.call import Call, Opened
from crossroads.dialect import NO_PARAMS, Draft, Reply, Stamp
from crossroads.errors import CrossroadsError
from crossroads_mistral_chat import request, stream
from crossroads_mistral_chat.reply import folded_choices, unfolded_choices

__all__ = ["MistralChat"]


class MistralChat(OpenAIChat):
    """`POST /chat/completions` of Mistral. No surface serves it: the path is OpenAI's."""

    name = "mistral-chat"
    paths: tuple[str, ...] = ()
    kinds = {**CHAT_KINDS, "random_seed": jsonbody.INTEGER}
    required: tuple[str, ...] = ("messages",)
    prompt_as_message = False

    def open(self, body: bytes, params: Mapping[str, str] = NO_PARAMS) -> Opened:
        opened = super().open(body, params)
        opened.parameters |= request.parameters_of(opened.fields)
        return opened

    def decode_request(self, opened: Opened) -> Any:
        return self.validate(msgspec.json.encode(request.canonical_fields(opened.fields)))

    def splice_request(self, opened: Opened, *, url: str, upstream: str) -> Draft:
        return request.draft(opened.fields, [], url=url, upstream=upstream, stream=opened.stream)

    def encode_request(self, request_: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        fields, lost = request.mistral_fields(request_.model_dump(exclude_unset=True, by_alias=True))
        return request.draft(fields, lost, url=url, upstream=upstream, stream=stream)

    def decode_response(self, body: bytes) -> Reply:
        reply = super().decode_response(body)
        reply.document = unfolded_choices(reply.document or {}, "message")
        return reply

    def encode_response(self, reply: Reply, stamp: Stamp) -> bytes:
        document = folded_choices(reply.document or {}, "message")
        return super().encode_response(msgspec.structs.replace(reply, document=document), stamp)

    def decode_stream(self) -> stream.StreamDecoder:
        return stream.StreamDecoder(self.shape)

    def encode_stream(self, stamp: Stamp) -> stream.StreamEncoder:
        return stream.StreamEncoder(stamp, self.shape)

    def encode_error(self, error: CrossroadsError, call: Call | None, *, in_stream: bool) -> bytes:
        if in_stream:
            return super().encode_error(error, call, in_stream=True)
        told = envelope(error, call)
        document = {"object": "error", "message": told["message"], "type": told["metadata"]["error_type"]}
        return jsonbody.encode({**document, "param": error.field, "code": str(told["code"])})
