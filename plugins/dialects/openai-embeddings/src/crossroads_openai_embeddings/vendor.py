"""A vendor's own embeddings as a table of words: texts in, rows of numbers out. An upstream only, never streamed.

Law (MONEY-4): what is billed is what the reply counts; a reply without a count has no usage.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crossroads_openai_chat.foreign import JSON_HEADERS, Foreign, Json, leftover, stated
from crossroads_openai_chat.reply import broken
from crossroads_openai_chat.worded import counted_at, placed, rows_in, taken, texts_as, texts_in

from crossroads import jsonbody
from crossroads.call import Lost
from crossroads.dialect import Draft, Reply, Stamp
from crossroads.errors import Unsupported
from crossroads.types.usage import Usage

HANDLED = ("dimensions", "encoding_format", "input", "input_type")


class VendorEmbeddings(Foreign):
    """A member states the words."""

    operation = "embeddings"
    places: Mapping[str, str]
    """Canonical name -> dotted place in the body: `input`, of the others those that there are."""
    single = False
    """Does it take one text a call (and no list)?"""
    text_field: str | None = None
    """Of each text, where it is an object."""
    formats: tuple[str, ...] = ("float",)
    purposes: Mapping[str, str] = {}
    """`input_type` -> the vendor's word; what is not named here is sent as it is."""
    usual_purpose: str | None = None
    """For a caller who states none, where the vendor insists on one."""
    rows: str | None = "data"
    """None: the reply is nothing else."""
    vector: str | None = "embedding"
    """Its field of a row; None: the row is the vector."""
    counted: str | None = "usage.total_tokens"
    """None: its body counts nothing."""

    @staticmethod
    def model() -> Any:
        from crossroads.types.embeddings import EmbeddingRequest

        return EmbeddingRequest

    def canonical(self, own: Json, params: Mapping[str, str]) -> Json:
        fields = taken(own, self.places)
        if "input" in fields:
            fields["input"] = texts_in(fields["input"], self.text_field)
        meant = {theirs: ours for ours, theirs in self.purposes.items()}
        if isinstance(purpose := fields.get("input_type"), str):
            fields["input_type"] = meant.get(purpose, purpose)
        return fields

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        fields = stated(request)
        dropped = [name for name in ("dimensions", "input_type") if name not in self.places]
        document, lost = leftover(fields, HANDLED, dropped)
        said: Json = {name: fields[name] for name in ("dimensions", "encoding_format", "input_type") if name in fields}
        if said.get("encoding_format") == "base64" and "base64" not in self.formats:
            del said["encoding_format"]  # OpenAI's clients ask for it unasked, and read numbers too
            lost.append(Lost("encoding_format", "dropped", "the provider sends numbers"))
        if said.get("encoding_format", "float") not in self.formats:
            raise Unsupported(
                "the provider sends no such format.",
                remedy='Ask for "float", or let other providers serve the call.',
                field="encoding_format",
                value=said["encoding_format"],
            )
        if (purpose := said.get("input_type", self.usual_purpose)) is not None:
            said["input_type"] = self.purposes.get(purpose, purpose)
        if "input_type" not in fields and "input_type" in said:
            lost.append(Lost("input_type", "emulated", f"the provider insists on one: sent as {said['input_type']}"))
        texts = texts_as(_texts(fields, single=self.single), self.text_field)
        said |= {"input": texts[0] if self.single else texts, "model": upstream}
        for name, place in self.places.items():
            if name in said:
                placed(document, place, said[name])
        return Draft(document=document, url=url, headers=JSON_HEADERS, lost=lost)

    def decode_response(self, body: bytes) -> Reply:
        told, rows = rows_in(body, self.rows)
        vectors = [row if self.vector is None else _of(row, self.vector) for row in _in_order(rows)]
        if not all(isinstance(one, list | str) and one for one in vectors):
            raise broken("the provider's reply has no embeddings that can be read.")
        data = [{"object": "embedding", "index": at, "embedding": one} for at, one in enumerate(vectors)]
        count = None if self.counted is None else counted_at(told, self.counted)
        if count is None:
            return Reply(document={"object": "list", "data": data})
        usage = {"prompt_tokens": count, "total_tokens": count}
        return Reply(document={"object": "list", "data": data, "usage": usage}, usage=Usage(input_tokens=count))

    def encode_response(self, reply: Reply, stamp: Stamp) -> bytes:
        vectors = [row["embedding"] for row in (reply.document or {}).get("data") or ()]
        rows = [one if self.vector is None else {self.vector: one} for one in vectors]
        if self.rows is None:
            return jsonbody.encode(rows)
        told: Json = {self.rows: rows}
        if self.counted is not None and reply.usage is not None:
            placed(told, self.counted, reply.usage.prompt_tokens)
        return jsonbody.encode(told)


def _in_order(rows: list[Any]) -> list[Any]:
    """As the texts were sent: by their `index`, where all have one. Raises BadUpstream: it is none."""
    if not all(isinstance(row, dict) and "index" in row for row in rows):
        return rows
    placed_at = {row["index"]: row for row in rows if type(row["index"]) is int}
    if placed_at.keys() != set(range(len(rows))):
        raise broken("the provider's reply has embeddings of no text.")
    return [placed_at[at] for at in range(len(rows))]


def _of(row: Any, name: str) -> Any:
    return row.get(name) if isinstance(row, dict) else None


def _texts(fields: Json, *, single: bool) -> list[str]:
    """Raises Unsupported."""
    given = fields["input"]
    texts = [given] if isinstance(given, str) else given
    if not texts or not all(isinstance(one, str) for one in texts):
        raise Unsupported("the provider embeds texts only.", remedy="Send texts.", field="input", value="(not shown)")
    if single and len(texts) > 1:
        remedy = "Send one, or let other providers serve the call."
        raise Unsupported("the provider embeds one text a call.", remedy=remedy, field="input", value="(not shown)")
    return list(texts)
