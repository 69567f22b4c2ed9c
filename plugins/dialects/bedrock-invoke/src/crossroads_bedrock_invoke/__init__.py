"""Amazon Bedrock's InvokeModel and InvokeModelWithResponseStream, in the bodies of every maker, both sides.

Bodies of messages are those of the dialects anthropic-messages, bedrock-converse (Nova) and openai-chat; those of a
prompt are `prompted`'s. This picks one (`bodies`), and wraps streams; carries.toml says what each carries.
Source: Amazon Bedrock API reference, "InvokeModel" and "InvokeModelWithResponseStream", read 2026-11-25.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from crossroads_anthropic_messages import request as anthropic
from crossroads_bedrock_converse import errors
from crossroads_bedrock_converse.usage import header_usage

from crossroads import jsonbody, native
from crossroads.call import Call, Opened
from crossroads.dialect import NO_PARAMS, Dialect, DialectBase, Draft, Reply, Stamp
from crossroads.errors import CrossroadsError, UpstreamRefused
from crossroads.jsonbody import MALFORMED
from crossroads.original import unsaid_by
from crossroads.types.usage import Usage
from crossroads.wire import Headers
from crossroads_bedrock_invoke import bodies, stream
from crossroads_bedrock_invoke.bodies import ANTHROPIC, NOVA

__all__ = ["BedrockInvoke"]

PLAIN, STREAMED = "/model/{model}/invoke", "/model/{model}/invoke-with-response-stream"


class BedrockInvoke(DialectBase):
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
        named = params.get("model") or ""
        inner = bodies.of_body(fields, named)
        if inner is ANTHROPIC:
            opened = anthropic.open_request(body)
        else:
            opened = inner.open(jsonbody.encode(bodies.todays(fields)) if inner is NOVA else body)
        opened.models = tuple(dict.fromkeys([*filter(None, [named]), *opened.models]))
        opened.stream = params.get("path") == STREAMED
        opened.form = inner.name
        return opened

    def decode_request(self, opened: Opened) -> Any:
        return bodies.BY_NAME[opened.form].decode_request(opened)

    def encode_response(self, reply: Reply, stamp: Stamp) -> bytes:
        return bodies.of_client(stamp.model, stamp.form).encode_response(reply, stamp)

    def encode_stream(self, stamp: Stamp) -> stream.StreamEncoder:
        return stream.StreamEncoder(bodies.of_client(stamp.model, stamp.form), stamp)

    def encode_error(self, error: CrossroadsError, call: Call | None, *, in_stream: bool) -> bytes:
        return errors.encode_error(error, call, in_stream=in_stream)

    # upstream side

    def speaks(self, upstream: str) -> tuple[str, ...]:
        return (self.name, *(inner.name for inner in bodies.of_model(upstream)))

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        original = request.original
        inner = bodies.of_upstream(upstream, None if original is None else original.dialect)
        seen, lost = native.request_for(inner.name, request)
        made = inner.encode_request(seen, url=url, upstream=upstream, stream=stream)
        made.lost[:0] = [*lost, *unsaid_by(request, inner.name)]
        return bodies.placed(made, inner, url=url, stream=stream)

    def usage_of(self, headers: Headers) -> Usage | None:
        return header_usage(headers)

    def decode_response(self, body: bytes) -> Reply:
        return _of_reply(body).decode_response(body)

    def decode_stream(self) -> stream.StreamDecoder:
        return stream.StreamDecoder()

    def decode_error(self, status: int, headers: Headers, body: bytes) -> UpstreamRefused:
        return errors.decode_error(status, headers, body)

    # both

    def splice_request(self, opened: Opened, *, url: str, upstream: str) -> Draft:
        inner = bodies.of_upstream(upstream, opened.form)
        if inner.name != opened.form:
            request = self.decode_request(opened)
            return self.encode_request(request, url=url, upstream=upstream, stream=opened.stream)
        made = inner.splice_request(opened, url=url, upstream=upstream)
        return bodies.placed(made, inner, url=url, stream=opened.stream)

    def relay_response(self, body: bytes, stamp: Stamp) -> Reply:
        inner = _of_reply(body)
        wanted = bodies.BY_NAME.get(stamp.form, inner)
        if wanted is inner:
            return inner.relay_response(body, stamp)
        reply = inner.decode_response(body)
        reply.body = wanted.encode_response(reply, stamp)
        return reply

    def relay_stream(self, stamp: Stamp) -> stream.InvokeRelay:
        return stream.InvokeRelay(stamp)


def _of_reply(body: bytes) -> Dialect:
    try:
        return bodies.of_reply(msgspec.json.decode(body))
    except MALFORMED:
        return ANTHROPIC
