"""Ollama's own chat, `POST /api/chat`: both sides. Streams are lines of JSON (application/x-ndjson), not events.

Client equal to upstream: requests are spliced, replies and streams relayed line by line. Otherwise they pass through
`crossroads.types.chat`. What the format carries, emulates and drops stands in carries.toml.
Sources: ollama 0.6.3 (the vendor's Python SDK, `_types.py`), ollama/ollama `docs/api.md` at commit
9fbfa74219fa74d030c816cc99d3bee0d1c1923d, and recorded exchanges, read 2026-11-25.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crossroads_openai_chat import errors as openai
from crossroads_openai_chat.request import ROUTER_ONLY, open_fields, plain
from crossroads_openai_chat.splicing import SplicedRelay

from crossroads import jsonbody
from crossroads.call import Call, Opened
from crossroads.dialect import NO_PARAMS, DialectBase, Draft, Reply, Stamp
from crossroads.errors import BadRequest, CrossroadsError, UpstreamRefused
from crossroads.wire import Headers
from crossroads_ollama_chat import decode, encode, reply, stream

__all__ = ["OllamaChat"]

CANT = "does not support"
"""In the text of an error: the model lacks tools, thinking, images; another endpoint may have them."""


class OllamaChat(DialectBase):
    """An Ollama client reaches it with the host `.../api/v1`, to which it adds `/api/chat`."""

    name = "ollama-chat"
    operation = "chat"
    paths: tuple[str, ...] = ("/api/chat",)
    upstream_path = "/api/chat"
    stream_type = "application/x-ndjson"
    keepalive = b" "
    """Before a line of JSON; an empty line is none, and Ollama's clients would fail on it."""

    # client side

    def open(self, body: bytes, params: Mapping[str, str] = NO_PARAMS) -> Opened:
        fields = jsonbody.open_document(body)
        if "messages" not in fields:
            raise BadRequest("it is missing.", remedy="Send `messages`.", field="messages")
        opened = open_fields(fields, decode.KINDS)
        opened.stream = plain(fields.get("stream")) is not False  # Ollama streams unless told not to
        opened.max_output_tokens, used = decode.limits_of(fields)
        opened.parameters |= used
        return opened

    def decode_request(self, opened: Opened) -> Any:
        from crossroads.types.base import validate  # pydantic costs an import: only when somebody asks
        from crossroads.types.chat import ChatRequest

        return validate(ChatRequest, jsonbody.encode(decode.canonical_fields(opened.fields)))

    def encode_response(self, reply_: Reply, stamp: Stamp) -> bytes:
        return reply.encode_response(reply_, stamp)

    def encode_stream(self, stamp: Stamp) -> stream.StreamEncoder:
        return stream.StreamEncoder(stamp)

    def encode_error(self, error: CrossroadsError, call: Call | None, *, in_stream: bool) -> bytes:
        told = openai.envelope(error, call)
        body = jsonbody.encode({"error": told["message"], "error_type": told["metadata"]["error_type"]})
        return body + b"\n" if in_stream else body

    # upstream side

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        fields, lost = encode.ollama_fields(request.model_dump(exclude_unset=True, by_alias=True))
        return encode.draft(fields, lost, url=url, upstream=upstream, stream=stream)

    def decode_response(self, body: bytes) -> Reply:
        return reply.decode_response(body)

    def decode_stream(self) -> stream.StreamDecoder:
        return stream.StreamDecoder()

    def decode_error(self, status: int, headers: Headers, body: bytes) -> UpstreamRefused:
        error = openai.decode_error(status, headers, body)
        if status == 400 and CANT in error.what:
            error.elsewhere = True
        return error

    # both

    def splice_request(self, opened: Opened, *, url: str, upstream: str) -> Draft:
        fields = {name: value for name, value in opened.fields.items() if name not in ROUTER_ONLY}
        return encode.draft(fields, [], url=url, upstream=upstream, stream=opened.stream)

    def relay_response(self, body: bytes, stamp: Stamp) -> Reply:
        return reply.relay_response(body, stamp)

    def relay_stream(self, stamp: Stamp) -> SplicedRelay:
        return SplicedRelay(stream.Source(stamp))
