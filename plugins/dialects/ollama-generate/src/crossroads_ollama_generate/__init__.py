"""Ollama's own text completion, `POST /api/generate`: both sides. Streams are lines of JSON (application/x-ndjson).

Client equal to upstream: requests are spliced, replies and streams relayed line by line. Otherwise they pass through
`crossroads.types.completions`. What its lines have in common with the chat's is `crossroads_ollama_chat`'s; what the
format carries, emulates and drops stands in carries.toml.
Sources: ollama 0.6.3 (the vendor's Python SDK, `_types.py`, GenerateRequest and GenerateResponse), ollama/ollama
`docs/api.md`, "Generate a completion", and recorded exchanges, read 2026-11-25.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crossroads_ollama_chat import OllamaChat
from crossroads_ollama_chat.decode import limits_of
from crossroads_openai_chat.request import open_fields, plain
from crossroads_openai_chat.splicing import SplicedRelay

from crossroads import jsonbody
from crossroads.call import Opened
from crossroads.dialect import NO_PARAMS, Draft, Reply, Stamp
from crossroads.errors import BadRequest
from crossroads_ollama_generate import reply, request, stream

__all__ = ["OllamaGenerate"]


class OllamaGenerate(OllamaChat):
    """An Ollama client reaches it with the host `.../api/v1`, to which it adds `/api/generate`."""

    name = "ollama-generate"
    operation = "completions"
    paths: tuple[str, ...] = ("/api/generate",)
    upstream_path = "/api/generate"

    # client side

    def open(self, body: bytes, params: Mapping[str, str] = NO_PARAMS) -> Opened:
        fields = jsonbody.open_document(body)
        if "prompt" not in fields:  # with none Ollama only loads the model, which is no call
            raise BadRequest("it is missing.", remedy="Send `prompt`.", field="prompt")
        opened = open_fields(fields, request.KINDS)
        opened.stream = plain(fields.get("stream")) is not False  # Ollama streams unless told not to
        opened.max_output_tokens, used = limits_of(fields)
        opened.parameters |= used
        return opened

    def decode_request(self, opened: Opened) -> Any:
        from crossroads.types.base import validate  # pydantic costs an import: only when somebody asks
        from crossroads.types.completions import CompletionRequest

        return validate(CompletionRequest, jsonbody.encode(request.canonical_fields(opened.fields)))

    def encode_response(self, reply_: Reply, stamp: Stamp) -> bytes:
        return reply.encode_response(reply_, stamp)

    def encode_stream(self, stamp: Stamp) -> stream.StreamEncoder:
        return stream.StreamEncoder(stamp)

    # upstream side

    def encode_request(self, request_: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        fields, lost = request.ollama_fields(request_.model_dump(exclude_unset=True, by_alias=True))
        return request.draft(fields, lost, url=url, upstream=upstream, stream=stream)

    def decode_response(self, body: bytes) -> Reply:
        return reply.decode_response(body)

    def decode_stream(self) -> stream.StreamDecoder:
        return stream.StreamDecoder()

    # both

    def relay_response(self, body: bytes, stamp: Stamp) -> Reply:
        return reply.relay_response(body, stamp)

    def relay_stream(self, stamp: Stamp) -> SplicedRelay:
        return SplicedRelay(stream.Source(stamp))
