"""A vendor's own rerank as a table of words: texts in, rows of index and score out. An upstream only, never streamed.

Law (MONEY-4): what is billed is counted in the vendor's own unit, tokens or units of search.
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

HANDLED = ("documents", "query", "top_n")


class VendorRerank(Foreign):
    """A member states the words; where its rows are no objects it overrides `ranks` and `own_ranks`."""

    operation = "rerank"
    places: Mapping[str, str]
    """Canonical name -> dotted place in the body: `documents`, `query`, of `model` and `top_n` those that there are."""
    text_field: str | None = None
    """Of each document, where it is an object."""
    rows: str | None = "results"
    """None: the reply is nothing else."""
    score = "relevance_score"
    counted: str | None = "usage.total_tokens"
    """None: its body counts nothing."""
    searches = False
    """Is what is counted a unit of search (and not tokens)?"""

    @staticmethod
    def model() -> Any:
        from crossroads.types.rerank import RerankRequest

        return RerankRequest

    def canonical(self, own: Json, params: Mapping[str, str]) -> Json:
        fields = taken(own, self.places)
        if "documents" in fields:
            fields["documents"] = texts_in(fields["documents"], self.text_field)
        return fields

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        fields = stated(request)
        document, lost = leftover(fields, HANDLED, [] if "top_n" in self.places else ["top_n"])
        texts = [_text(one, f"documents.{at}", lost) for at, one in enumerate(fields["documents"])]
        said = {"documents": texts_as(texts, self.text_field), "query": fields["query"], "model": upstream}
        said |= {"top_n": fields["top_n"]} if "top_n" in fields else {}
        for name, place in self.places.items():
            if name in said:
                placed(document, place, said[name])
        return Draft(document=document, url=url, headers=JSON_HEADERS, lost=lost)

    def decode_response(self, body: bytes) -> Reply:
        told, rows = rows_in(body, self.rows)
        ranks = self.ranks(rows)
        count = None if self.counted is None else counted_at(told, self.counted)
        if count is None:
            return Reply(document={"results": ranks})
        usage = Usage(searches=count) if self.searches else Usage(input_tokens=count)
        return Reply(document={"results": ranks}, usage=usage)

    def ranks(self, rows: list[Any]) -> list[Json]:
        """The vendor's rows as canonical ones. Raises BadUpstream."""
        if not all(isinstance(row, dict) and self._is_rank(row) for row in rows):
            raise broken("the provider's reply has no ranks that can be read.")
        return [{"index": row["index"], "relevance_score": row[self.score]} for row in rows]

    def own_ranks(self, ranks: list[Json]) -> list[Any]:
        """Canonical rows as the vendor's."""
        return [{"index": row["index"], self.score: row["relevance_score"]} for row in ranks]

    def _is_rank(self, row: Json) -> bool:
        index, score = row.get("index"), row.get(self.score)
        return type(index) is int and index >= 0 and type(score) in (int, float)

    def encode_response(self, reply: Reply, stamp: Stamp) -> bytes:
        rows = self.own_ranks((reply.document or {}).get("results") or [])
        if self.rows is None:
            return jsonbody.encode(rows)
        told: Json = {self.rows: rows}
        if self.counted is not None and reply.usage is not None:
            count = reply.usage.searches if self.searches else reply.usage.prompt_tokens
            placed(told, self.counted, count)
        return jsonbody.encode(told)


def _text(document: Any, path: str, lost: list[Lost]) -> str:
    """Raises Unsupported: no text is in it."""
    if isinstance(document, str):
        return document
    said = document if isinstance(document, dict) else document.model_dump(exclude_none=True)
    if "image" in said or not isinstance(said.get("text"), str):
        raise Unsupported(
            "this host ranks texts only.",
            remedy="Send texts, or let another provider serve the call.",
            field=path,
            value="(not shown)",
        )
    if set(said) != {"text"}:
        lost.append(Lost(path, "dropped", "only its text is ranked"))
    return str(said["text"])
