"""Rerank: which documents answer a query best. Never streamed; four vendors' wire formats, one canonical form.

What requests and errors have in common with OpenAI's is `crossroads_openai_chat`'s; replies are read in `reply`.
Sources: API references of Cohere ("Rerank", version 2), Together ("Rerank") and Voyage ("Rerankers"); Mixedbread's
SDK 0.54.0; OpenRouter OpenAPI, `POST /rerank`; read 2026-11-25.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from crossroads_openai_chat import OpenAIFamily
from crossroads_openai_chat.reply import Shape
from crossroads_openai_chat.request import ROUTER_KINDS

from crossroads import jsonbody
from crossroads.call import Lost, Opened
from crossroads.dialect import Draft, Reply, Stamp
from crossroads.errors import Unsupported
from crossroads_rerank_cohere import reply

__all__ = ["RerankCohere", "RerankMixedbread", "RerankTogether", "RerankVoyage"]


class RerankCohere(OpenAIFamily):
    """`POST /rerank`, as OpenRouter's clients write it too; Cohere's own reach it with their base URL set to ours."""

    name = "rerank-cohere"
    operation = "rerank"
    paths: tuple[str, ...] = ("/rerank", "/v2/rerank")
    upstream_path = "/rerank"
    kinds = {
        **ROUTER_KINDS,
        "documents": jsonbody.FILLED_ARRAY,
        "query": jsonbody.STRING,
        "top_k": jsonbody.COUNT,
        "top_n": jsonbody.COUNT,
    }
    required: tuple[str, ...] = ("documents",)
    shape = Shape(None, None, items="results", completion_tokens=0)
    streams = False

    names: Mapping[str, str] = MappingProxyType({})
    """Canonical fields and what this vendor calls them, where that is another name."""
    takes_objects = False
    """May a document be an object with text and image?"""
    echo: Mapping[str, Any] = MappingProxyType({})
    """What makes this host say which documents it ranked; Cohere never does."""

    @staticmethod
    def validate(text: bytes) -> Any:
        from crossroads.types.base import validate
        from crossroads.types.rerank import RerankRequest

        return validate(RerankRequest, text)

    def decode_request(self, opened: Opened) -> Any:
        canonical = {theirs: name for name, theirs in self.names.items()}
        fields = {canonical.get(name, name): value for name, value in opened.fields.items()}
        return self.validate(jsonbody.encode(fields))

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        said = request.model_dump(exclude_unset=True)
        lost: list[Lost] = []
        said["documents"] = [self._document(one, f"documents.{at}", lost) for at, one in enumerate(said["documents"])]
        fields = {self.names.get(name, name): value for name, value in said.items()}
        draft = self._draft(fields, url, upstream, False)
        draft.lost[:0] = lost
        return draft

    def _document(self, document: Any, path: str, lost: list[Lost]) -> Any:
        if isinstance(document, str) or self.takes_objects:
            return document
        if document.get("image") is not None or not isinstance(document.get("text"), str):
            raise Unsupported(
                "this host ranks texts only.",
                remedy="Send texts, or let another provider serve the call.",
                field=path,
                value=document,
            )
        if set(document) != {"text"}:
            lost.append(Lost(path, "dropped", "only its text is ranked"))
        return document["text"]

    def relay_response(self, body: bytes, stamp: Stamp) -> Reply:
        return reply.relay_response(body, stamp)

    def decode_response(self, body: bytes) -> Reply:
        return reply.decode_response(body)

    def encode_response(self, reply_: Reply, stamp: Stamp) -> bytes:
        return reply.encode_response(reply_, stamp)


class RerankTogether(RerankCohere):
    """Together's: documents may be objects, and come back where `return_documents` asks for them."""

    name = "rerank-together"
    paths: tuple[str, ...] = ()
    takes_objects = True


class RerankVoyage(RerankCohere):
    """Voyage's: `top_k`, and rows under `data`."""

    name = "rerank-voyage"
    paths: tuple[str, ...] = ()
    names: Mapping[str, str] = MappingProxyType({"top_n": "top_k"})

    def encode_response(self, reply_: Reply, stamp: Stamp) -> bytes:
        return reply.encode_response(reply_, stamp, rows="data")


class RerankMixedbread(RerankVoyage):
    """Mixedbread's: documents are its `input`, objects among them; a row says `score`, and echoes its `input`."""

    name = "rerank-mixedbread"
    kinds = {**RerankVoyage.kinds, "input": jsonbody.FILLED_ARRAY}
    required: tuple[str, ...] = ("input",)
    takes_objects = True
    names: Mapping[str, str] = MappingProxyType(
        {"documents": "input", "top_n": "top_k", "return_documents": "return_input"}
    )
