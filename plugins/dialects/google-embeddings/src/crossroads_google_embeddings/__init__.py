"""Google's embeddings, never streamed: `embedContent`, `batchEmbedContents` (Gemini API), `predict` (Vertex AI).

Model and verb stand in the path, as in `crossroads_google_gemini`, whose errors these are. A request nobody changed
goes out as it came (`Original`).
Sources: Gemini API reference, "Embeddings"; Vertex AI reference, "Text embeddings API", read 2026-11-25; recordings.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from crossroads_google_gemini import errors
from crossroads_google_gemini.lost import Ledger
from crossroads_google_gemini.request import AUTHOR, BESIDE, ROUTER_ONLY
from crossroads_google_gemini.shape import Json, Misshapen
from crossroads_openai_embeddings import OpenAIEmbeddings

from crossroads import jsonbody
from crossroads.call import Call, Opened
from crossroads.dialect import NO_PARAMS, Draft, Reply, Stamp
from crossroads.errors import BadRequest, CrossroadsError, UpstreamRefused
from crossroads.jsonbody import MALFORMED
from crossroads.original import Original, unchanged, written_in
from crossroads.wire import Headers
from crossroads_google_embeddings import gemini, reply, vertex
from crossroads_google_embeddings.given import Format, tell_the_rest

__all__ = ["GoogleEmbeddings", "VertexEmbeddings"]

KINDS = {"models": jsonbody.STRINGS, "provider": jsonbody.OBJECT, "session_id": jsonbody.STRING}
HEADERS = ((b"content-type", b"application/json"), (b"accept", b"application/json"))


def _paths(*verbs: str) -> tuple[str, ...]:
    return tuple(f"{version}/models/{{model}}:{verb}" for version in ("", "/v1beta") for verb in verbs)


class GoogleEmbeddings(OpenAIEmbeddings):
    """Of the Gemini API. See `crossroads.dialect.Dialect`."""

    name = gemini.NAME
    paths = _paths("embedContent", "batchEmbedContents")
    upstream_path = "/models/{upstream}:batchEmbedContents"
    required = ("requests", "content")
    format: Format = gemini

    def open(self, body: bytes, params: Mapping[str, str] = NO_PARAMS) -> Opened:
        fields = jsonbody.open_document(body)
        if not any(name in fields for name in self.required):
            raise BadRequest("it is missing.", remedy=f"Send `{self.required[0]}`.", field=self.required[0])
        values = {name: jsonbody.read(name, fields[name], kind) for name, kind in KINDS.items() if name in fields}
        named = params.get("model", "").removeprefix("models/")
        chosen = [named] if "/" in named or not named else [named, AUTHOR + named]
        return Opened(
            fields=fields,
            models=tuple(dict.fromkeys([*filter(None, chosen), *(values.get("models") or [])])),
            preferences=fields.get("provider") if values.get("provider") else None,
            session_id=values.get("session_id"),
        )

    def decode_request(self, opened: Opened) -> Any:
        from crossroads.types.base import validate_document  # pydantic: only when somebody asks
        from crossroads.types.embeddings import EmbeddingRequest

        document, router = self._document(opened)
        try:
            found = self.format.canonical(document)
        except Misshapen as error:
            raise BadRequest(
                f"expected {error.expected}.", field=error.field, value=error.value, remedy=f"Correct `{error.field}`."
            ) from None
        named = {"model": opened.models[0]} if opened.models else {}
        request = validate_document(EmbeddingRequest, {**found.fields, **named, **router})
        request.keep(Original(self.name, document, found.unsaid))
        return request

    def splice_request(self, opened: Opened, *, url: str, upstream: str) -> Draft:
        document, _ = self._document(opened)
        return self._draft_of(document, url, upstream, Ledger())

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        asked = request.model_dump(exclude_unset=True, by_alias=True)
        ledger = Ledger()
        if (original := written_in(request, self.name)) is not None:
            was = self.format.canonical(original)
            if unchanged(asked, was.fields, BESIDE):
                return self._draft_of(original, url, upstream, ledger)
            for field in was.unsaid:
                ledger.dropped(field, "the request was changed")
        document = self.format.encoded(asked, ledger)
        tell_the_rest(asked, ledger)
        return self._draft_of(document, url, upstream, ledger)

    def _document(self, opened: Opened) -> tuple[Json, Json]:
        """The body in one spelling, and the router's fields of it. Raises BadRequest."""
        try:
            document = msgspec.json.decode(jsonbody.encode(opened.fields))
        except MALFORMED:
            raise BadRequest(
                "a number is too large for a double.", remedy="Send a smaller number.", field="body"
            ) from None
        router = {name: document.pop(name) for name in ROUTER_ONLY if name in document}
        return self.format.spelled(document), router

    def _draft_of(self, document: Json, url: str, upstream: str, ledger: Ledger) -> Draft:
        return Draft(
            document=self.format.addressed(document, upstream),
            url=self.format.verb_url(url, upstream, document),
            headers=HEADERS,
            lost=ledger.lost(),
        )

    def relay_response(self, body: bytes, stamp: Stamp) -> Reply:
        return reply.relay_response(body, stamp, self.format)

    def decode_response(self, body: bytes) -> Reply:
        return reply.decode_response(body, self.format)

    def encode_response(self, reply_: Reply, stamp: Stamp) -> bytes:
        return reply.encode_response(reply_, stamp, self.format)

    def decode_error(self, status: int, headers: Headers, body: bytes) -> UpstreamRefused:
        return errors.decode_error(status, headers, body)

    def encode_error(self, error: CrossroadsError, call: Call | None, *, in_stream: bool) -> bytes:
        return errors.encode_error(error, call, in_stream=in_stream)


class VertexEmbeddings(GoogleEmbeddings):
    """Of Vertex AI's text embedding models."""

    name = vertex.NAME
    paths = _paths("predict")
    upstream_path = "/publishers/google/models/{upstream}:predict"
    required = ("instances",)
    format: Format = vertex
