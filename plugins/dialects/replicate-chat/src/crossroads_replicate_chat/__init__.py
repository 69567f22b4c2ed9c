"""Replicate's predictions: an `input` of the model's own goes in, an `output` comes out, at once or after a while.

`replicate` is images, both sides: a client of Replicate's reaches it with its base URL set to ours, to which it adds
`/v1/models/{owner}/{name}/predictions` or `/v1/predictions`, and gets the finished prediction. `replicate-chat` is
chat, as an upstream. That a prediction is waited for, or its stream opened, is `crossroads-replicate`'s: its transport.
Sources: Replicate's HTTP API reference, pkg:pypi/replicate@1.0.7, and recorded exchanges, read 2026-11-25.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crossroads_openai_chat import OpenAIChat, OpenAIFamily
from crossroads_openai_chat import errors as openai
from crossroads_openai_chat.oneway import OneWay
from crossroads_openai_chat.reply import Shape
from crossroads_openai_chat.request import ROUTER_KINDS, open_fields, plain

from crossroads import jsonbody
from crossroads.call import Call, Opened
from crossroads.dialect import NO_PARAMS, Draft, Reply, Stamp
from crossroads.errors import BadRequest, CrossroadsError
from crossroads_replicate_chat import chat, images, stream
from crossroads_replicate_chat.predictions import draft

__all__ = ["Replicate", "ReplicateChat"]


class Replicate(OpenAIFamily):
    """See the module. The model is named in the path; a version stands for its model."""

    name = "replicate"
    operation = "images"
    paths: tuple[str, ...] = ("/models/{model}/predictions", "/predictions")
    upstream_path = "/models/{upstream}/predictions"
    kinds = {**ROUTER_KINDS, "input": jsonbody.OBJECT, "version": jsonbody.STRING}
    required: tuple[str, ...] = ("input",)
    shape = Shape(None, None, items="data", completion_tokens=0)
    streams = False

    @staticmethod
    def validate(text: bytes) -> Any:
        from crossroads.types.base import validate  # pydantic costs an import: only when somebody asks
        from crossroads.types.images import ImageRequest

        return validate(ImageRequest, text)

    def open(self, body: bytes, params: Mapping[str, str] = NO_PARAMS) -> Opened:
        fields = jsonbody.open_document(body)
        if "input" not in fields:
            raise BadRequest("it is missing.", remedy="Send `input`.", field="input")
        if "model" in fields:
            raise BadRequest("it is none of a prediction's.", remedy="Send `version`.", field="model")
        opened = open_fields(fields, self.kinds)
        named = params.get("model") or plain(fields.get("version"))
        opened.models = (named,) if named else ()
        opened.stream = False  # images are not streamed; the whole prediction is the answer
        return opened

    def decode_request(self, opened: Opened) -> Any:
        return self.validate(jsonbody.encode(images.canonical_fields(opened.fields)))

    def splice_request(self, opened: Opened, *, url: str, upstream: str) -> Draft:
        return draft(opened.fields["input"], images.without_hooks(opened.fields), url=url, upstream=upstream)

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        set_ = {name: getattr(request, name) for name in request.model_fields_set}
        fields, lost = images.model_input({**set_, **(request.model_extra or {})}, upstream)
        return draft(fields, lost, url=url, upstream=upstream)

    def relay_response(self, body: bytes, stamp: Stamp) -> Reply:
        return images.relay_response(body, stamp)

    def decode_response(self, body: bytes) -> Reply:
        return images.decode_response(body)

    def encode_response(self, reply: Reply, stamp: Stamp) -> bytes:
        return images.encode_response(reply, stamp)

    def decode_stream(self) -> Any:
        return stream.StreamDecoder()

    def encode_error(self, error: CrossroadsError, call: Call | None, *, in_stream: bool) -> bytes:
        told = openai.envelope(error, call)
        title = told["metadata"]["error_type"]
        return jsonbody.encode({"title": title, "detail": told["message"], "status": told["code"]})


class ReplicateChat(OneWay, OpenAIChat):
    """As an upstream: our clients write OpenAI's."""

    name = "replicate-chat"
    upstream_path = "/models/{upstream}/predictions"

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        fields, lost = chat.model_input(request.model_dump(exclude_unset=True, by_alias=True), upstream)
        return draft(fields, lost, url=url, upstream=upstream, stream=stream)

    def decode_response(self, body: bytes) -> Reply:
        return chat.decode_response(body)

    def decode_stream(self) -> Any:
        return stream.ChatDecoder()
