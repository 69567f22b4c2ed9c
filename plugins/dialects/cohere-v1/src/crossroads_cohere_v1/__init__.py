"""Cohere's chat and generate, version 1 of its API: both sides. Streams are lines of JSON, not events.

Client equal to upstream: requests are spliced, replies and streams relayed line by line. Otherwise they pass through
`crossroads.types.chat` or `crossroads.types.completions`. What the formats carry, emulate and drop stands in
carries.toml. Words, usage and limits are `crossroads_cohere_v2`'s.
Sources: cohere 7.3.1 (the vendor's Python SDK: `base_client.py`, `types`), Cohere's API reference, "Chat (v1)" and
"Generate", and recorded exchanges, read 2026-11-25.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from crossroads_cohere_v2 import CohereV2
from crossroads_cohere_v2.decode import parameters_of
from crossroads_openai_chat import errors as openai
from crossroads_openai_chat.request import ROUTER_ONLY, open_fields
from crossroads_openai_chat.splicing import SplicedRelay

from crossroads import jsonbody
from crossroads.call import Call, Opened
from crossroads.dialect import NO_PARAMS, DialectBase, Draft, Reply, Stamp
from crossroads.errors import BadRequest, CrossroadsError, UpstreamRefused
from crossroads.jsonbody import Kind
from crossroads.original import written_in
from crossroads.wire import Headers
from crossroads_cohere_v1 import encoder, generate, reply, request, stream

__all__ = ["CohereGenerate", "CohereV1"]

EMPTY = msgspec.Raw(b'""')


class CohereV1(DialectBase):
    """`POST /v1/chat`. A Cohere client reaches it with its base URL set to ours, to which it adds `/v1/chat`."""

    name = "cohere-v1"
    operation = "chat"
    paths: tuple[str, ...] = ("/v1/chat",)
    upstream_path = "/v1/chat"
    stream_type = "application/stream+json"
    keepalive = b" "
    """Before a line of JSON."""
    kinds: Mapping[str, Kind] = request.KINDS
    required = "message"

    # client side

    def open(self, body: bytes, params: Mapping[str, str] = NO_PARAMS) -> Opened:
        fields = jsonbody.open_document(body)
        if self.required not in fields:
            raise BadRequest("it is missing.", remedy=f"Send `{self.required}`.", field=self.required)
        if fields.get("model") == EMPTY:
            del fields["model"]  # Cohere's own clients in Go say so that they name none
        opened = open_fields(fields, self.kinds)
        opened.parameters |= parameters_of(fields) - {"reasoning"}
        return opened

    def decode_request(self, opened: Opened) -> Any:
        from crossroads.types.base import validate  # pydantic costs an import: only when somebody asks
        from crossroads.types.chat import ChatRequest

        fields, original = request.canonical_fields(opened.fields)
        made = validate(ChatRequest, jsonbody.encode(fields))
        made.keep(original)
        return made

    def encode_response(self, reply_: Reply, stamp: Stamp) -> bytes:
        return reply.encode_response(reply_, stamp)

    def encode_stream(self, stamp: Stamp) -> Any:
        return encoder.StreamEncoder(stamp)

    def encode_error(self, error: CrossroadsError, call: Call | None, *, in_stream: bool) -> bytes:
        told = openai.envelope(error, call)
        if in_stream:
            last = {"is_finished": True, "event_type": stream.END, "finish_reason": "ERROR", "error": told["message"]}
            return stream.written({**last, "response": {"text": ""}})
        called = {"id": call.id} if call is not None else {}
        return jsonbody.encode({**called, "message": told["message"], "error_type": told["metadata"]["error_type"]})

    # upstream side

    def encode_request(self, request_: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        dumped = request_.model_dump(exclude_unset=True, by_alias=True)
        fields, lost = request.cohere_fields(dumped, written_in(request_, self.name) or {})
        return request.draft(fields, lost, url=url, upstream=upstream, stream=stream)

    def decode_response(self, body: bytes) -> Reply:
        return reply.decode_response(body)

    def decode_stream(self) -> Any:
        return stream.StreamDecoder()

    def decode_error(self, status: int, headers: Headers, body: bytes) -> UpstreamRefused:
        return CohereV2().decode_error(status, headers, body)

    # both

    def splice_request(self, opened: Opened, *, url: str, upstream: str) -> Draft:
        fields = {name: value for name, value in opened.fields.items() if name not in ROUTER_ONLY}
        return request.draft(fields, [], url=url, upstream=upstream, stream=opened.stream)

    def relay_response(self, body: bytes, stamp: Stamp) -> Reply:
        return reply.relay_response(body, stamp)

    def relay_stream(self, stamp: Stamp) -> SplicedRelay:
        return SplicedRelay(stream.Source(stamp))


class CohereGenerate(CohereV1):
    """`POST /v1/generate`: one prompt in, one text or several out. Errors are the chat's."""

    name = "cohere-generate"
    operation = "completions"
    paths: tuple[str, ...] = ("/v1/generate",)
    upstream_path = "/v1/generate"
    kinds = generate.KINDS
    required = "prompt"

    def decode_request(self, opened: Opened) -> Any:
        from crossroads.types.base import validate
        from crossroads.types.completions import CompletionRequest

        return validate(CompletionRequest, jsonbody.encode(generate.canonical_fields(opened.fields)))

    def encode_response(self, reply_: Reply, stamp: Stamp) -> bytes:
        return generate.encode_response(reply_, stamp)

    def encode_stream(self, stamp: Stamp) -> Any:
        return generate.StreamEncoder(stamp)

    def encode_error(self, error: CrossroadsError, call: Call | None, *, in_stream: bool) -> bytes:
        if not in_stream:
            return super().encode_error(error, call, in_stream=False)
        told = openai.envelope(error, call)
        last = {"is_finished": True, "event_type": "stream-error", "finish_reason": "ERROR", "err": told["message"]}
        return stream.written(last)

    def encode_request(self, request_: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        fields, lost = generate.cohere_fields(request_.model_dump(exclude_unset=True, by_alias=True))
        return request.draft(fields, lost, url=url, upstream=upstream, stream=stream)

    def decode_response(self, body: bytes) -> Reply:
        return generate.decode_response(body)

    def decode_stream(self) -> Any:
        return generate.StreamDecoder()

    def relay_response(self, body: bytes, stamp: Stamp) -> Reply:
        return generate.relay_response(body, stamp)
