"""OpenAI Responses, as OpenRouter serves it: stateless, both sides. Operation chat: any chat model can answer it.

Client equal to upstream: requests are spliced, replies and streams relayed. Otherwise they pass through
`crossroads.types.chat`, and what chat has no place for through `native` (see `crossroads.native`). What the format
carries, emulates and drops stands in carries.toml.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crossroads_openai_chat.errors import decode_error

from crossroads.call import Call, Lost, Opened
from crossroads.dialect import NO_PARAMS, DialectBase, Draft, Reply, Stamp
from crossroads.errors import CrossroadsError, UpstreamRefused
from crossroads.wire import Headers
from crossroads_openai_responses import decode, encode, errors, fields, relay, response
from crossroads_openai_responses.decoder import StreamDecoder
from crossroads_openai_responses.encoder import StreamEncoder
from crossroads_openai_responses.turns import DIALECT


class OpenAIResponses(DialectBase):
    """`POST /responses`. See `crossroads.dialect.Dialect` for each method.

    Sources: OpenAI API reference, "Responses", as in openai 3.57; OpenRouter, "Responses API"; read 2026-11-25.
    """

    name = DIALECT
    operation = "chat"
    paths: tuple[str, ...] = ("/responses",)
    upstream_path = "/responses"

    def open(self, body: bytes, params: Mapping[str, str] = NO_PARAMS) -> Opened:
        return fields.open_request(body)

    def decode_request(self, opened: Opened) -> Any:
        return decode.decode_request(opened)

    def splice_request(self, opened: Opened, *, url: str, upstream: str) -> Draft:
        lost: list[Lost] = []
        return fields.upstream_draft(opened.fields, url=url, upstream=upstream, stream=opened.stream, lost=lost)

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        return encode.encode_request(request, url=url, upstream=upstream, stream=stream)

    def relay_response(self, body: bytes, stamp: Stamp) -> Reply:
        return relay.relay_response(body, stamp)

    def decode_response(self, body: bytes) -> Reply:
        return response.decode_response(body)

    def encode_response(self, reply: Reply, stamp: Stamp) -> bytes:
        return response.encode_response(reply, stamp)

    def relay_stream(self, stamp: Stamp) -> relay.Relay:
        return relay.Relay(stamp)

    def decode_stream(self) -> StreamDecoder:
        return StreamDecoder()

    def encode_stream(self, stamp: Stamp) -> StreamEncoder:
        return StreamEncoder(stamp)

    def decode_error(self, status: int, headers: Headers, body: bytes) -> UpstreamRefused:
        return decode_error(status, headers, body)

    def encode_error(self, error: CrossroadsError, call: Call | None, *, in_stream: bool) -> bytes:
        return errors.encode_error(error, call, in_stream=in_stream)
