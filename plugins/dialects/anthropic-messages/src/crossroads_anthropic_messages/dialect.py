"""The dialect of `POST /messages`, put together from its parts.

Client equal to upstream: requests are spliced, replies and streams relayed. Otherwise they pass through
`crossroads.types.chat`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crossroads.call import Call, Opened
from crossroads.dialect import NO_PARAMS, DialectBase, Draft, Reply, Stamp
from crossroads.errors import CrossroadsError, UpstreamRefused
from crossroads.wire import Headers
from crossroads_anthropic_messages import decode, encode, encoder, errors, request, response, stream


class AnthropicMessages(DialectBase):
    """`POST /messages`. Source: Anthropic API reference, "Messages", and `anthropic` 2.12 (its types), read 2026-11-25.

    See `crossroads.dialect.Dialect` for each method.
    """

    name = "anthropic-messages"
    operation = "chat"
    paths: tuple[str, ...] = ("/messages",)
    upstream_path = "/messages"
    prefill = True
    """Source: Anthropic, "Prefill Claude's response", read 2026-11-25. Its newest models refuse it: 400."""

    def open(self, body: bytes, params: Mapping[str, str] = NO_PARAMS) -> Opened:
        return request.open_request(body)

    def decode_request(self, opened: Opened) -> Any:
        return decode.decode_request(opened)

    def splice_request(self, opened: Opened, *, url: str, upstream: str) -> Draft:
        return request.draft(opened.fields, url=url, upstream=upstream, stream=opened.stream)

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        return encode.encode_request(request, url=url, upstream=upstream, stream=stream)

    def relay_response(self, body: bytes, stamp: Stamp) -> Reply:
        return response.relay_response(body, stamp)

    def decode_response(self, body: bytes) -> Reply:
        return response.decode_response(body)

    def encode_response(self, reply: Reply, stamp: Stamp) -> bytes:
        return response.encode_response(reply, stamp)

    def relay_stream(self, stamp: Stamp) -> stream.Relay:
        return stream.Relay(stamp)

    def decode_stream(self) -> stream.StreamDecoder:
        return stream.StreamDecoder()

    def encode_stream(self, stamp: Stamp) -> encoder.StreamEncoder:
        return encoder.StreamEncoder(stamp)

    def decode_error(self, status: int, headers: Headers, body: bytes) -> UpstreamRefused:
        return errors.decode_error(status, headers, body)

    def encode_error(self, error: CrossroadsError, call: Call | None, *, in_stream: bool) -> bytes:
        return errors.encode_error(error, call, in_stream=in_stream)
