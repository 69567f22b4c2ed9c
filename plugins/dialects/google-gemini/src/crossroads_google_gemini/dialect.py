"""The dialect of generateContent and streamGenerateContent, put together from its parts.

Model and verb stand in the path; bare model names are Google's (`gemini-2.5-flash` is also
`google/gemini-2.5-flash`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crossroads.call import Call, Opened
from crossroads.dialect import NO_PARAMS, DialectBase, Draft, Reply, Stamp
from crossroads.errors import CrossroadsError, UpstreamRefused
from crossroads.wire import Headers
from crossroads_google_gemini import errors
from crossroads_google_gemini import reply as replies
from crossroads_google_gemini import request as requests
from crossroads_google_gemini.relay import Relay
from crossroads_google_gemini.stream import StreamDecoder, StreamEncoder

_PATHS = [f"/models/{{model}}:{verb}" for verb in (requests.PLAIN_VERB, requests.STREAM_VERB)]


class GoogleGemini(DialectBase):
    """See `crossroads.dialect.Dialect`. google-genai 3.4 posts to /v1 by default, and to /v1beta if asked."""

    name = requests.NAME
    operation = "chat"
    paths = (*_PATHS, *(f"/v1beta{path}" for path in _PATHS))
    keepalive = b"\r\n"
    """google-genai 3.4 takes a comment for JSON, and skips empty lines."""
    upstream_path = "/models/{upstream}:generateContent"

    def open(self, body: bytes, params: Mapping[str, str] = NO_PARAMS) -> Opened:
        return requests.open_request(body, params)

    def decode_request(self, opened: Opened) -> Any:
        return requests.decode_request(opened)

    def splice_request(self, opened: Opened, *, url: str, upstream: str) -> Draft:
        return requests.splice_request(opened, url=url, upstream=upstream)

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        return requests.encode_request(request, url=url, upstream=upstream, stream=stream)

    def relay_response(self, body: bytes, stamp: Stamp) -> Reply:
        return replies.relay_response(body, stamp)

    def decode_response(self, body: bytes) -> Reply:
        return replies.decode_response(body)

    def encode_response(self, reply: Reply, stamp: Stamp) -> bytes:
        return replies.encode_response(reply, stamp)

    def relay_stream(self, stamp: Stamp) -> Relay:
        return Relay(stamp)

    def decode_stream(self) -> StreamDecoder:
        return StreamDecoder()

    def encode_stream(self, stamp: Stamp) -> StreamEncoder:
        return StreamEncoder(stamp)

    def decode_error(self, status: int, headers: Headers, body: bytes) -> UpstreamRefused:
        return errors.decode_error(status, headers, body)

    def encode_error(self, error: CrossroadsError, call: Call | None, *, in_stream: bool) -> bytes:
        return errors.encode_error(error, call, in_stream=in_stream)
