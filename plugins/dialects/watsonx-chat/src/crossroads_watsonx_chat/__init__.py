"""IBM watsonx.ai's chat and text generation, both sides, and its embeddings and rerank, as an upstream.

A client of IBM's reaches them with its URL set to ours, `.../api/v1`, to which it adds `/ml/v1/text/...`. The model's
name is `model_id`, a stream has a path of its own, and what the formats carry and drop stands in carries.toml. The
project that pays is the operator's (`crossroads-watsonx`), unless the request names one.
Sources: ibm-watsonx-ai 1.8.1 (the vendor's Python SDK), IBM watsonx.ai API reference, and recorded exchanges, read
2026-11-25.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crossroads_openai_chat import OpenAIChat
from crossroads_openai_chat import errors as openai
from crossroads_openai_chat.request import open_fields
from crossroads_openai_chat.splicing import SplicedRelay

from crossroads import jsonbody
from crossroads.call import Call, Opened
from crossroads.dialect import NO_PARAMS, Draft, Reply, Stamp
from crossroads.errors import BadRequest, CrossroadsError
from crossroads.sse import encode_event
from crossroads_watsonx_chat import chat, generation, stream
from crossroads_watsonx_chat.rows import WatsonxEmbeddings, WatsonxRerank
from crossroads_watsonx_chat.shared import as_ours, draft

__all__ = ["Watsonx", "WatsonxChat", "WatsonxEmbeddings", "WatsonxRerank"]


class WatsonxChat(OpenAIChat):
    """`POST /ml/v1/text/chat` and `/ml/v1/text/chat_stream`."""

    name = "watsonx-chat"
    paths: tuple[str, ...] = ("/ml/v1/text/chat", "/ml/v1/text/chat_stream")
    upstream_path = "/ml/v1/text/chat"
    kinds = chat.KINDS
    required: tuple[str, ...] = ("messages",)

    def open(self, body: bytes, params: Mapping[str, str] = NO_PARAMS) -> Opened:
        fields = as_ours(jsonbody.open_document(body), params.get("path", ""))
        if self.required[0] not in fields:
            raise BadRequest("it is missing.", remedy=f"Send `{self.required[0]}`.", field=self.required[0])
        return open_fields(fields, self.kinds)

    def decode_request(self, opened: Opened) -> Any:
        return self.validate(jsonbody.encode(chat.canonical_fields(opened.fields)))

    def splice_request(self, opened: Opened, *, url: str, upstream: str) -> Draft:
        return draft(opened.fields, [], url=url, upstream=upstream, stream=opened.stream)

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        fields, lost = chat.ibm_fields(request.model_dump(exclude_unset=True, by_alias=True))
        return draft(fields, lost, url=url, upstream=upstream, stream=stream)

    def relay_response(self, body: bytes, stamp: Stamp) -> Reply:
        return chat.named(super().relay_response(body, stamp), stamp)

    def decode_response(self, body: bytes) -> Reply:
        reply = super().decode_response(body)
        chat.without_upstream(reply.document)
        return reply

    def encode_response(self, reply: Reply, stamp: Stamp) -> bytes:
        return chat.named(Reply(body=super().encode_response(reply, stamp)), stamp).body

    def relay_stream(self, stamp: Stamp) -> chat.Relay:
        return chat.Relay(stamp, self.shape)

    def decode_stream(self) -> chat.StreamDecoder:
        return chat.StreamDecoder(self.shape)

    def encode_stream(self, stamp: Stamp) -> chat.StreamEncoder:
        return chat.StreamEncoder(stamp, self.shape)

    def encode_error(self, error: CrossroadsError, call: Call | None, *, in_stream: bool) -> bytes:
        told = openai.envelope(error, call)
        listed = {"code": told["metadata"]["error_type"], "message": told["message"]}
        body = jsonbody.encode({"errors": [listed], "status_code": told["code"]})
        return encode_event(body, "error") if in_stream else body


class Watsonx(WatsonxChat):
    """`POST /ml/v1/text/generation` and `/ml/v1/text/generation_stream`. A list of models is read too."""

    name = "watsonx"
    operation = "completions"
    paths: tuple[str, ...] = ("/ml/v1/text/generation", "/ml/v1/text/generation_stream")
    upstream_path = "/ml/v1/text/generation"
    kinds = generation.KINDS
    required: tuple[str, ...] = ("input",)

    def open(self, body: bytes, params: Mapping[str, str] = NO_PARAMS) -> Opened:
        opened = super().open(body, params)
        opened.max_output_tokens, used = generation.limits_of(opened.fields)
        opened.parameters |= used
        return opened

    def decode_request(self, opened: Opened) -> Any:
        from crossroads.types.base import validate  # pydantic costs an import: only when somebody asks
        from crossroads.types.completions import CompletionRequest

        return validate(CompletionRequest, jsonbody.encode(generation.canonical_fields(opened.fields)))

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        fields, lost = generation.ibm_fields(request.model_dump(exclude_unset=True, by_alias=True))
        return draft(fields, lost, url=url, upstream=upstream, stream=stream)

    def relay_response(self, body: bytes, stamp: Stamp) -> Reply:
        return generation.relay_response(body, stamp)

    def decode_response(self, body: bytes) -> Reply:
        return generation.decode_response(body)

    def encode_response(self, reply: Reply, stamp: Stamp) -> bytes:
        return generation.encode_response(reply, stamp)

    def relay_stream(self, stamp: Stamp) -> Any:
        return SplicedRelay(stream.Source(stamp))

    def decode_stream(self) -> Any:
        return stream.StreamDecoder()

    def encode_stream(self, stamp: Stamp) -> Any:
        return stream.StreamEncoder(stamp)
