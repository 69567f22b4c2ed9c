"""What OpenAI's chat, completions and embeddings formats share: everything but their fields and shapes.

A member sets the class attributes and brings its request model; see `crossroads_openai_chat.OpenAIChat`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crossroads import jsonbody
from crossroads.call import Call, Opened
from crossroads.dialect import NO_PARAMS, DialectBase, Draft, Reply, Stamp
from crossroads.errors import BadRequest, CrossroadsError, UpstreamRefused
from crossroads.jsonbody import Kind
from crossroads.wire import Headers
from crossroads_openai_chat import errors, request, response, stream
from crossroads_openai_chat.reply import Shape


class OpenAIFamily(DialectBase):
    """See `crossroads.dialect.Dialect` for each method. All attributes are class constants."""

    name: str
    operation: str
    paths: tuple[str, ...]
    upstream_path: str

    kinds: Mapping[str, Kind]
    """What may stand in the fields that `open` reads."""
    required: tuple[str, ...]
    """One of these must be there."""
    shape: Shape
    streams: bool = True
    prompt_as_message: bool = False

    @staticmethod
    def validate(text: bytes) -> Any:
        """JSON text -> the canonical request. Raises BadRequest."""
        raise NotImplementedError

    def open(self, body: bytes, params: Mapping[str, str] = NO_PARAMS) -> Opened:
        fields = jsonbody.open_document(body)
        if not any(name in fields for name in self.required):
            raise BadRequest("it is missing.", remedy=f"Send `{self.required[0]}`.", field=self.required[0])
        opened = request.open_fields(fields, self.kinds)
        if not self.streams:
            opened.stream = False
        return opened

    def decode_request(self, opened: Opened) -> Any:
        return self.validate(jsonbody.encode(opened.fields))

    def splice_request(self, opened: Opened, *, url: str, upstream: str) -> Draft:
        return self._draft(opened.fields, url, upstream, opened.stream)

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        return self._draft(request.model_dump(exclude_unset=True, by_alias=True), url, upstream, stream)

    def _draft(self, fields: Mapping[str, Any], url: str, upstream: str, stream: bool) -> Draft:
        return request.upstream_draft(
            fields,
            url=url,
            upstream=upstream,
            stream=stream,
            streams=self.streams,
            prompt_as_message=self.prompt_as_message,
        )

    def relay_response(self, body: bytes, stamp: Stamp) -> Reply:
        return response.relay_response(body, stamp, self.shape)

    def decode_response(self, body: bytes) -> Reply:
        return response.decode_response(body, self.shape)

    def encode_response(self, reply: Reply, stamp: Stamp) -> bytes:
        return response.encode_response(reply, stamp, self.shape)

    def relay_stream(self, stamp: Stamp) -> stream.Relay:
        return stream.Relay(stamp, self.shape)

    def decode_stream(self) -> stream.StreamDecoder:
        return stream.StreamDecoder(self.shape)

    def encode_stream(self, stamp: Stamp) -> stream.StreamEncoder:
        return stream.StreamEncoder(stamp, self.shape)

    def decode_error(self, status: int, headers: Headers, body: bytes) -> UpstreamRefused:
        return errors.decode_error(status, headers, body)

    def encode_error(self, error: CrossroadsError, call: Call | None, *, in_stream: bool) -> bytes:
        return errors.encode_error(error, call, in_stream=in_stream, chunk_object=self.shape.chunk_object)
