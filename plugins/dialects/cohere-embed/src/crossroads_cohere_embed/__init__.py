"""Cohere's embeddings, `POST /v2/embed`: never streamed.

What embeddings have in common is `crossroads_openai_embeddings`'s, errors are `crossroads_cohere_v2`'s.
Source: cohere 7.3.1 (`v2/client.py`, embed; `types/embed_by_type_response.py`) and recorded exchanges, read 2026-11-25.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crossroads_cohere_v2 import CohereV2
from crossroads_openai_chat.request import ROUTER_KINDS, ROUTER_ONLY, open_fields
from crossroads_openai_embeddings import OpenAIEmbeddings

from crossroads import jsonbody
from crossroads.call import Call, Opened
from crossroads.dialect import NO_PARAMS, Draft, Reply, Stamp
from crossroads.errors import BadRequest, CrossroadsError, UpstreamRefused
from crossroads.wire import Headers
from crossroads_cohere_embed import reply, request

__all__ = ["CohereEmbed"]

INPUTS = ("texts", "images", "inputs")


class CohereEmbed(OpenAIEmbeddings):
    """See `CohereV2` for how a Cohere client reaches it."""

    name = "cohere-embed"
    paths: tuple[str, ...] = ("/v2/embed",)
    upstream_path = "/v2/embed"
    kinds = {
        **ROUTER_KINDS,
        "embedding_types": jsonbody.STRINGS,
        "images": jsonbody.ARRAY,
        "input_type": jsonbody.STRING,
        "inputs": jsonbody.ARRAY,
        "output_dimension": jsonbody.COUNT,
        "texts": jsonbody.STRINGS,
    }
    required: tuple[str, ...] = INPUTS
    errors = CohereV2()

    def open(self, body: bytes, params: Mapping[str, str] = NO_PARAMS) -> Opened:
        fields = jsonbody.open_document(body)
        if not any(name in fields for name in INPUTS):
            raise BadRequest("it is missing.", remedy="Send `texts`, `images` or `inputs`.", field="texts")
        opened = open_fields(fields, self.kinds)
        opened.stream = False
        return opened

    def decode_request(self, opened: Opened) -> Any:
        return self.validate(jsonbody.encode(request.canonical_fields(opened.fields)))

    def splice_request(self, opened: Opened, *, url: str, upstream: str) -> Draft:
        fields = {name: value for name, value in opened.fields.items() if name not in ROUTER_ONLY}
        return request.draft(fields, [], url=url, upstream=upstream)

    def encode_request(self, request_: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        fields, lost = request.cohere_fields(request_.model_dump(exclude_unset=True, by_alias=True))
        return request.draft(fields, lost, url=url, upstream=upstream)

    def relay_response(self, body: bytes, stamp: Stamp) -> Reply:
        return reply.relay_response(body, stamp)

    def decode_response(self, body: bytes) -> Reply:
        return reply.decode_response(body)

    def encode_response(self, reply_: Reply, stamp: Stamp) -> bytes:
        return reply.encode_response(reply_, stamp)

    def decode_error(self, status: int, headers: Headers, body: bytes) -> UpstreamRefused:
        return self.errors.decode_error(status, headers, body)

    def encode_error(self, error: CrossroadsError, call: Call | None, *, in_stream: bool) -> bytes:
        return self.errors.encode_error(error, call, in_stream=in_stream)
