"""Voyage's embeddings: OpenAI's but for three fields, and a total for all its usage.

`dimensions` is `output_dimension`, numbers are what comes where `encoding_format` is left out, and a vector of bits or
bytes is asked for by `output_dtype`, which goes through. An input is a text: Voyage reads no token ids here.
Source: Voyage API reference, "Text embedding models", and recorded exchanges, read 2026-11-25.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crossroads_openai_chat.request import plain

from crossroads import jsonbody
from crossroads.call import Lost, Opened
from crossroads.dialect import Draft
from crossroads.errors import Unsupported
from crossroads_openai_embeddings import OpenAIEmbeddings

NUMBERS = "float"


class VoyageEmbeddings(OpenAIEmbeddings):
    """`POST /embeddings` at Voyage. No client speaks it to us: ours is OpenAI's path."""

    name = "voyage-embeddings"
    paths: tuple[str, ...] = ()
    kinds = {**OpenAIEmbeddings.kinds, "output_dimension": jsonbody.COUNT}

    def decode_request(self, opened: Opened) -> Any:
        fields = {"dimensions" if name == "output_dimension" else name: value for name, value in opened.fields.items()}
        return self.validate(jsonbody.encode(fields))

    def _draft(self, fields: Mapping[str, Any], url: str, upstream: str, stream: bool) -> Draft:
        said = {"output_dimension" if name == "dimensions" else name: value for name, value in fields.items()}
        _refuse_what_is_no_text(plain(said["input"]))
        if plain(said.get("encoding_format")) in (NUMBERS, None):
            said.pop("encoding_format", None)
        lost = [Lost("user", "dropped", "Voyage takes none")] if plain(said.pop("user", None)) is not None else []
        draft = super()._draft(said, url, upstream, stream)
        draft.lost[:0] = lost
        return draft


def _refuse_what_is_no_text(value: Any) -> None:
    inputs = value if isinstance(value, list) else [value]
    for at, one in enumerate(inputs):
        if not isinstance(one, str):
            raise Unsupported(
                "this host embeds texts only.",
                remedy="Send texts, or let another provider serve the call.",
                field=f"input.{at}" if isinstance(value, list) else "input",
                value=one,
            )
