"""Amazon Bedrock's Converse and ConverseStream, both sides.

Client equal to upstream: requests are spliced, replies and event streams relayed. Otherwise they pass through
`crossroads.types.chat`. What the format carries, emulates and drops stands in carries.toml.
Sources: Amazon Bedrock API reference, "Converse" and "ConverseStream"; botocore 1.43 (service model bedrock-runtime);
recorded exchanges; read 2026-11-25.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crossroads_openai_chat.request import ROUTER_KINDS, open_fields, plain
from crossroads_openai_chat.splicing import SplicedRelay

from crossroads import jsonbody
from crossroads.call import Call, Opened
from crossroads.dialect import NO_PARAMS, DialectBase, Draft, Reply, Stamp
from crossroads.errors import BadRequest, CrossroadsError, UpstreamRefused
from crossroads.wire import Headers
from crossroads_bedrock_converse import decode, encode, errors, reply, stream

__all__ = ["BedrockConverse"]

KINDS = {
    "messages": jsonbody.FILLED_ARRAY,
    "inferenceConfig": jsonbody.OBJECT,
    "models": ROUTER_KINDS["models"],
    "provider": ROUTER_KINDS["provider"],
    "session_id": ROUTER_KINDS["session_id"],
    "system": jsonbody.ARRAY,
    "toolConfig": jsonbody.OBJECT,
}
PARAMETERS = {"toolConfig": ("tools",), "outputConfig": ("response_format", "structured_outputs")}
PLAIN, STREAMED = "/model/{model}/converse", "/model/{model}/converse-stream"


class BedrockConverse(DialectBase):
    """`POST /model/{modelId}/converse`. boto3 reaches it with `endpoint_url` set to ours, `/v1` included.

    See `crossroads.dialect.Dialect` for each method. The model and the wish for a stream stand in the path.
    """

    name = "bedrock-converse"
    operation = "chat"
    paths: tuple[str, ...] = (PLAIN, STREAMED)
    upstream_path = "/model/{upstream}/converse"
    stream_type = encode.STREAM
    keepalive = b""

    # client side

    def open(self, body: bytes, params: Mapping[str, str] = NO_PARAMS) -> Opened:
        fields = jsonbody.open_document(body)
        if "messages" not in fields:
            raise BadRequest("it is missing.", remedy="Send `messages`.", field="messages")
        opened = open_fields(fields, KINDS)
        named = params.get("model")
        opened.models = tuple(dict.fromkeys(([named] if named else []) + list(opened.models)))
        opened.stream = params.get("path") == STREAMED
        opened.parameters = frozenset(name for field in fields for name in PARAMETERS.get(field, ()))
        sampling = plain(fields.get("inferenceConfig")) or {}
        opened.parameters |= {decode.SAMPLING[name] for name in sampling if name in decode.SAMPLING}
        limit = sampling.get("maxTokens")
        opened.max_output_tokens = limit if type(limit) is int and limit > 0 else None
        return opened

    def decode_request(self, opened: Opened) -> Any:
        return decode.decode_request(opened)

    def encode_response(self, reply_: Reply, stamp: Stamp) -> bytes:
        return reply.encode_response(reply_, stamp)

    def encode_stream(self, stamp: Stamp) -> stream.StreamEncoder:
        return stream.StreamEncoder(stamp)

    def encode_error(self, error: CrossroadsError, call: Call | None, *, in_stream: bool) -> bytes:
        return errors.encode_error(error, call, in_stream=in_stream)

    # upstream side

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        return encode.encode_request(request, url=url, upstream=upstream, stream=stream)

    def decode_response(self, body: bytes) -> Reply:
        return reply.decode_response(body)

    def decode_stream(self) -> stream.StreamDecoder:
        return stream.StreamDecoder()

    def decode_error(self, status: int, headers: Headers, body: bytes) -> UpstreamRefused:
        return errors.decode_error(status, headers, body)

    # both

    def splice_request(self, opened: Opened, *, url: str, upstream: str) -> Draft:
        return encode.draft(opened.fields, [], url=url, upstream=upstream, stream=opened.stream)

    def relay_response(self, body: bytes, stamp: Stamp) -> Reply:
        return reply.relay_response(body, stamp)

    def relay_stream(self, stamp: Stamp) -> SplicedRelay:
        return SplicedRelay(stream.Source(stamp))
