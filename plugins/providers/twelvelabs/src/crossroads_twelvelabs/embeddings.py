"""`POST /v1.3/embed-v2`: one text a call. Marengo 3.0 looks for it in `text`, later ones in `multi_input`.

Its `input_type` is the kind of what is embedded, not what that is for.
Source: pkg:pypi/twelvelabs@1.3.6 (embed/v_2/raw_client.py, types/multi_input_request.py, types/text_input_request.py,
types/embedding_success_response.py), read 2026-11-25.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crossroads_openai_chat.foreign import Json
from crossroads_openai_embeddings.vendor import VendorEmbeddings

from crossroads import jsonbody
from crossroads.dialect import Draft

OF_TEXT = "marengo3.0"
"""The model whose texts stand in `text`."""


class TwelveLabsEmbeddings(VendorEmbeddings):
    """See `crossroads.dialect.Dialect`."""

    name = "twelvelabs-embeddings"
    upstream_path = "/embed-v2"
    own = {"multi_input": jsonbody.OBJECT, "text": jsonbody.OBJECT}
    places = {"dimensions": "embedding_dimension", "input": "multi_input.input_text", "model": "model_name"}
    single = True
    counted = "usage.input_tokens.text"

    def canonical(self, own: Json, params: Mapping[str, str]) -> Json:
        words = {"multi_input" if name == "text" else name: own[name] for name in own if name != "input_type"}
        return super().canonical(words, params)

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        draft = super().encode_request(request, url=url, upstream=upstream, stream=stream)
        kind = "text" if upstream == OF_TEXT else "multi_input"
        said = draft.document.pop("multi_input")
        draft.document |= {"input_type": kind, kind: said}
        return draft
