"""Ollama's own embeddings, `POST /api/embed`: never streamed.

What embeddings have in common is `crossroads_openai_embeddings`'s, errors are `crossroads_ollama_chat`'s.
Source: ollama 0.6.3 (`_types.py`, EmbedRequest and EmbedResponse) and recorded replies, read 2026-11-25.
"""

from __future__ import annotations

from typing import Any

from crossroads_ollama_chat import OllamaChat
from crossroads_openai_chat.request import ROUTER_KINDS, ROUTER_ONLY
from crossroads_openai_embeddings import OpenAIEmbeddings

from crossroads import jsonbody
from crossroads.call import Call, Fields, Lost, Opened
from crossroads.dialect import Draft, Reply, Stamp
from crossroads.errors import CrossroadsError, Unsupported, UpstreamRefused
from crossroads.jsonbody import Kind
from crossroads.wire import Headers
from crossroads_ollama_embed import reply

__all__ = ["OllamaEmbed"]

HEADERS = ((b"content-type", b"application/json"), (b"accept", b"application/json"))
DROPPED = ("input_type", "metadata", "user")
REMEDY = "Leave it out, or let other providers serve the call."


class OllamaEmbed(OpenAIEmbeddings):
    """See `OllamaChat` for how an Ollama client reaches it."""

    name = "ollama-embed"
    paths: tuple[str, ...] = ("/api/embed",)
    upstream_path = "/api/embed"
    kinds = {
        **ROUTER_KINDS,
        "dimensions": jsonbody.COUNT,
        "input": Kind("a string or a non-empty array", opens=b'"[', filled=True),
        "options": jsonbody.OBJECT,
        "truncate": jsonbody.BOOLEAN,
    }
    errors = OllamaChat()

    def splice_request(self, opened: Opened, *, url: str, upstream: str) -> Draft:
        fields = {k: v for k, v in opened.fields.items() if k not in ROUTER_ONLY and k != "stream"}
        return Draft(document={**fields, "model": upstream}, url=url, headers=HEADERS, lost=[])

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        fields, lost = _ollama_fields(request.model_dump(exclude_unset=True, by_alias=True))
        return Draft(document={**fields, "model": upstream}, url=url, headers=HEADERS, lost=lost)

    def relay_response(self, body: bytes, stamp: Stamp) -> Reply:
        return reply.relay_response(body, stamp)

    def decode_response(self, body: bytes) -> Reply:
        return reply.decode_response(body)

    def encode_response(self, reply_: Reply, stamp: Stamp) -> bytes:
        return reply.encode_response(reply_, stamp)

    def decode_error(self, status: int, headers: Headers, body: bytes) -> UpstreamRefused:
        return self.errors.decode_error(status, headers, body)

    def encode_error(self, error: CrossroadsError, call: Call | None, *, in_stream: bool) -> bytes:
        return self.errors.encode_error(error, call, in_stream=in_stream)


def _ollama_fields(fields: dict[str, Any]) -> tuple[Fields, list[Lost]]:
    """What neither side names passes untouched (keep_alive, options, truncate, ...). Raises Unsupported."""
    given, form = fields["input"], fields.get("encoding_format")
    if not isinstance(given, str) and not all(isinstance(one, str) for one in given):
        raise Unsupported("Ollama embeds texts only.", remedy="Send texts.", field="input")
    if form not in (None, "float"):
        raise Unsupported("Ollama sends numbers only.", remedy=REMEDY, field="encoding_format", value=form)
    lost = [Lost(name, "dropped", "Ollama has no such parameter") for name in DROPPED if fields.get(name)]
    left_out = {*DROPPED, *ROUTER_ONLY, "encoding_format", "stream"}
    return {name: value for name, value in fields.items() if name not in left_out}, lost
