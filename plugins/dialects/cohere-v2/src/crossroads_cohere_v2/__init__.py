"""Cohere's chat, version 2 of its API: both sides.

Client equal to upstream: requests are spliced, replies and streams relayed event by event. Otherwise they pass through
`crossroads.types.chat`. What the format carries, emulates and drops stands in carries.toml.
Sources: cohere 7.3.1 (the vendor's Python SDK: `v2/client.py`, `types`), Cohere's API reference, "Chat V2", and
recorded exchanges, read 2026-11-25.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crossroads_openai_chat import errors as openai
from crossroads_openai_chat.request import ROUTER_ONLY, open_fields
from crossroads_openai_chat.splicing import SplicedRelay

from crossroads import jsonbody
from crossroads.call import Call, Opened
from crossroads.dialect import NO_PARAMS, DialectBase, Draft, Reply, Stamp
from crossroads.errors import BadRequest, CrossroadsError, UpstreamRefused
from crossroads.sse import encode_event
from crossroads.wire import Headers
from crossroads_cohere_v2 import decode, encode, reply, stream

__all__ = ["CohereV2"]


class CohereV2(DialectBase):
    """`POST /v2/chat`. A Cohere client reaches it with its base URL set to ours, to which it adds `/v2/chat`."""

    name = "cohere-v2"
    operation = "chat"
    paths: tuple[str, ...] = ("/v2/chat",)
    upstream_path = "/v2/chat"

    # client side

    def open(self, body: bytes, params: Mapping[str, str] = NO_PARAMS) -> Opened:
        fields = jsonbody.open_document(body)
        if "messages" not in fields:
            raise BadRequest("it is missing.", remedy="Send `messages`.", field="messages")
        opened = open_fields(fields, decode.KINDS)
        opened.parameters |= decode.parameters_of(fields)
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
        if in_stream:
            delta = {"error": told["message"], "finish_reason": "ERROR"}
            return encode_event(jsonbody.encode({"type": "message-end", "delta": delta}), "message-end")
        called = {"id": call.id} if call is not None else {}
        return jsonbody.encode({**called, "message": told["message"], "error_type": told["metadata"]["error_type"]})

    # upstream side

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        fields, lost = encode.cohere_fields(request.model_dump(exclude_unset=True, by_alias=True))
        return encode.draft(fields, lost, url=url, upstream=upstream, stream=stream)

    def decode_response(self, body: bytes) -> Reply:
        return reply.decode_response(body)

    def decode_stream(self) -> stream.StreamDecoder:
        return stream.StreamDecoder()

    def decode_error(self, status: int, headers: Headers, body: bytes) -> UpstreamRefused:
        if status != 498:
            return openai.decode_error(status, headers, body)
        error = openai.decode_error(401, headers, body)  # 498 is Cohere's "invalid token", and others' "busy"
        error.upstream_status = status
        return error

    # both

    def splice_request(self, opened: Opened, *, url: str, upstream: str) -> Draft:
        fields = {name: value for name, value in opened.fields.items() if name not in ROUTER_ONLY}
        return encode.draft(fields, [], url=url, upstream=upstream, stream=opened.stream)

    def relay_response(self, body: bytes, stamp: Stamp) -> Reply:
        return reply.relay_response(body, stamp)

    def relay_stream(self, stamp: Stamp) -> SplicedRelay:
        return SplicedRelay(stream.Source(stamp))
