"""Amazon Bedrock's InvokeModel and InvokeModelWithResponseStream, with Anthropic's and Nova's bodies, both sides.

The bodies are `crossroads_anthropic_messages`'s and `crossroads_bedrock_converse`'s; this package picks one, and wraps
streams. What of them is carried stands in their carries.toml; what this adds, in ours.
Source: Amazon Bedrock API reference, "InvokeModel" and "InvokeModelWithResponseStream", read 2026-11-25.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from crossroads_anthropic_messages import request as anthropic
from crossroads_bedrock_converse import errors

from crossroads import jsonbody
from crossroads.call import Call, Opened
from crossroads.dialect import NO_PARAMS, Dialect, Draft, Reply, Stamp
from crossroads.errors import CrossroadsError, UpstreamRefused
from crossroads.jsonbody import MALFORMED
from crossroads.wire import Headers
from crossroads_bedrock_invoke import bodies, stream
from crossroads_bedrock_invoke.bodies import ANTHROPIC, NOVA

__all__ = ["BedrockInvoke"]

PLAIN, STREAMED = "/model/{model}/invoke", "/model/{model}/invoke-with-response-stream"


class BedrockInvoke:
    """`POST /model/{modelId}/invoke`. See `crossroads.dialect.Dialect` for each method."""

    name = "bedrock-invoke"
    operation = "chat"
    paths: tuple[str, ...] = (PLAIN, STREAMED)
    upstream_path = "/model/{upstream}/invoke"
    stream_type = bodies.STREAM.decode()
    keepalive = b""

    # client side

    def open(self, body: bytes, params: Mapping[str, str] = NO_PARAMS) -> Opened:
        fields = jsonbody.open_document(body)
        if bodies.of_body(fields) is ANTHROPIC:
            opened = anthropic.open_request(body)
        else:
            opened = NOVA.open(jsonbody.encode(bodies.todays(fields)))
        named = params.get("model")
        opened.models = tuple(dict.fromkeys(([named] if named else []) + list(opened.models)))
        opened.stream = params.get("path") == STREAMED
        return opened

    def decode_request(self, opened: Opened) -> Any:
        return bodies.of_body(opened.fields).decode_request(opened)

    def encode_response(self, reply: Reply, stamp: Stamp) -> bytes:
        return _for_client(stamp).encode_response(reply, stamp)

    def encode_stream(self, stamp: Stamp) -> stream.StreamEncoder:
        inner = _for_client(stamp)
        return stream.StreamEncoder(inner.encode_stream(stamp), anthropic=inner is ANTHROPIC)

    def encode_error(self, error: CrossroadsError, call: Call | None, *, in_stream: bool) -> bytes:
        return errors.encode_error(error, call, in_stream=in_stream)

    # upstream side

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        original = request.original
        inner = bodies.of_upstream(upstream, None if original is None else original.dialect)
        made = inner.encode_request(request, url=url, upstream=upstream, stream=stream)
        return bodies.placed(made, inner, url=url, stream=stream)

    def decode_response(self, body: bytes) -> Reply:
        return _of_reply(body).decode_response(body)

    def decode_stream(self) -> stream.StreamDecoder:
        return stream.StreamDecoder()

    def decode_error(self, status: int, headers: Headers, body: bytes) -> UpstreamRefused:
        return errors.decode_error(status, headers, body)

    # both

    def splice_request(self, opened: Opened, *, url: str, upstream: str) -> Draft:
        written = bodies.of_body(opened.fields)
        inner = bodies.of_upstream(upstream, written.name)
        if inner is not written:
            request = self.decode_request(opened)
            return self.encode_request(request, url=url, upstream=upstream, stream=opened.stream)
        made = inner.splice_request(opened, url=url, upstream=upstream)
        return bodies.placed(made, inner, url=url, stream=opened.stream)

    def relay_response(self, body: bytes, stamp: Stamp) -> Reply:
        return _of_reply(body).relay_response(body, stamp)

    def relay_stream(self, stamp: Stamp) -> stream.InvokeRelay:
        return stream.InvokeRelay(stamp)


def _for_client(stamp: Stamp) -> Dialect:
    """In which body a reply leaves: a client that named Nova reads Nova's, every other one Anthropic's."""
    return NOVA if bodies.OF_NOVA.search(stamp.model) else ANTHROPIC


def _of_reply(body: bytes) -> Dialect:
    try:
        document = msgspec.json.decode(body)
    except MALFORMED:
        return ANTHROPIC
    return NOVA if isinstance(document, dict) and "output" in document else ANTHROPIC
