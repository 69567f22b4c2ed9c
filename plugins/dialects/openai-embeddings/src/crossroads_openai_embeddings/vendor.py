"""A vendor's own embeddings as a table of words: texts in, rows of numbers out. An upstream only, never streamed.

Law (MONEY-4): what is billed is what the reply counts; a reply without a count has no usage.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crossroads_openai_chat.foreign import JSON_HEADERS, Foreign, Json, leftover, stated
from crossroads_openai_chat.reply import broken, whole
from crossroads_openai_chat.worded import counted_at, placed, taken

from crossroads import jsonbody
from crossroads.call import Lost
from crossroads.dialect import Draft, Reply, Stamp
from crossroads.errors import Unsupported
from crossroads.types.usage import Usage

HANDLED = ("dimensions", "encoding_format", "input", "input_type")


class VendorEmbeddings(Foreign):
    """A member states the words; where its texts are no strings it overrides `text` and `texts`."""

    operation = "embeddings"
    places: Mapping[str, str]
    """Canonical name -> dotted place in the body: `input`, `model`, of the others those that there are."""
    formats = ("float",)
    purposes: Mapping[str, str] = {}
    """`input_type` -> the vendor's word; what is not named here is sent as it is."""
    usual_purpose: str | None = None
    """For a caller who states none, where the vendor insists on one."""
    rows = "data"
    vector: str | None = "embedding"
    """Its field of a row; None: the row is the vector."""
    counted = "usage.total_tokens"

    @staticmethod
    def model() -> Any:
        from crossroads.types.embeddings import EmbeddingRequest

        return EmbeddingRequest

    def canonical(self, own: Json, params: Mapping[str, str]) -> Json:
        fields = taken(own, self.places)
        if isinstance(given := fields.get("input"), list):
            fields["input"] = [self.text(one) for one in given]
        meant = {theirs: ours for ours, theirs in self.purposes.items()}
        if isinstance(purpose := fields.get("input_type"), str):
            fields["input_type"] = meant.get(purpose, purpose)
        return fields

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        fields = stated(request)
        dropped = [name for name in ("dimensions", "input_type") if name not in self.places]
        document, lost = leftover(fields, HANDLED, dropped)
        said: Json = {name: fields[name] for name in ("dimensions", "encoding_format", "input_type") if name in fields}
        if said.get("encoding_format", "float") not in self.formats:
            raise Unsupported(
                "the provider sends numbers only.",
                remedy='Ask for "float", or let other providers serve the call.',
                field="encoding_format",
                value=said["encoding_format"],
            )
        if (purpose := said.get("input_type", self.usual_purpose)) is not None:
            said["input_type"] = self.purposes.get(purpose, purpose)
        if "input_type" not in fields and "input_type" in said:
            lost.append(Lost("input_type", "emulated", f"the provider insists on one: sent as {said['input_type']}"))
        said |= {"input": [self.own_text(one) for one in _texts(fields)], "model": upstream}
        for name, place in self.places.items():
            if name in said:
                placed(document, place, said[name])
        return Draft(document=document, url=url, headers=JSON_HEADERS, lost=lost)

    def text(self, own: Any) -> Any:
        """A text out of the vendor's list."""
        return own

    def own_text(self, text: str) -> Any:
        """A text as it stands in the vendor's list."""
        return text

    def decode_response(self, body: bytes) -> Reply:
        told = whole(body)
        rows = told.get(self.rows)
        held = rows if isinstance(rows, list) else []
        vectors = [row if self.vector is None else _of(row, self.vector) for row in held]
        if not vectors or not all(isinstance(one, list | str) and one for one in vectors):
            raise broken("the provider's reply has no embeddings that can be read.")
        data = [{"object": "embedding", "index": at, "embedding": one} for at, one in enumerate(vectors)]
        count = counted_at(told, self.counted)
        if count is None:
            return Reply(document={"object": "list", "data": data})
        usage = {"prompt_tokens": count, "total_tokens": count}
        return Reply(document={"object": "list", "data": data, "usage": usage}, usage=Usage(input_tokens=count))

    def encode_response(self, reply: Reply, stamp: Stamp) -> bytes:
        vectors = [row["embedding"] for row in (reply.document or {}).get("data") or ()]
        told: Json = {self.rows: [one if self.vector is None else {self.vector: one} for one in vectors]}
        if reply.usage is not None:
            placed(told, self.counted, reply.usage.prompt_tokens)
        return jsonbody.encode(told)


def _of(row: Any, name: str) -> Any:
    return row.get(name) if isinstance(row, dict) else None


def _texts(fields: Json) -> list[str]:
    given = fields["input"]
    texts = [given] if isinstance(given, str) else given
    if texts and all(isinstance(one, str) for one in texts):
        return list(texts)
    raise Unsupported("the provider embeds texts only.", remedy="Send texts.", field="input", value="(not shown)")
