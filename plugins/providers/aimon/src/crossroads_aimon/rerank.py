"""`POST /v1/rerank-icl`: several queries at once, of which we ask one; a score for each document, in their order.

Scores go to 100. It insists on a `task_definition`: a caller who writes none has AIMon's own.
Source: pkg:pypi/aimon@0.12.3 (resources/retrieval.py, types/retrieval_rerank_params.py) and
pkg:pypi/llama-index-postprocessor-aimon-rerank@0.4.0 (base.py: the usual task, the highest score), read 2026-11-25.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crossroads_openai_chat.foreign import Json
from crossroads_openai_chat.reply import broken
from crossroads_rerank_cohere.vendor import VendorRerank

from crossroads import jsonbody
from crossroads.call import Lost
from crossroads.dialect import Draft
from crossroads.errors import BadRequest

TASK = "Determine the relevance of context documents with respect to the user query."
HIGHEST = 100
SCORE_MAX = 1e6
"""What is beyond it is no score, whatever a model thinks of a document."""


class AIMonRerank(VendorRerank):
    """See `crossroads.dialect.Dialect`. The one model is not named on the wire."""

    name = "aimon-rerank"
    upstream_path = "/v1/rerank-icl"
    own = {"context_docs": jsonbody.ARRAY, "queries": jsonbody.ARRAY, "task_definition": jsonbody.STRING}
    places = {"documents": "context_docs", "query": "queries"}
    rows = None
    counted = None

    def canonical(self, own: Json, params: Mapping[str, str]) -> Json:
        queries = own.get("queries")
        if not isinstance(queries, list) or len(queries) != 1:
            raise BadRequest("it is not one query.", remedy="Send one.", field="queries", value=queries)
        return super().canonical({**own, "queries": queries[0]}, params)

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        draft = super().encode_request(request, url=url, upstream=upstream, stream=stream)
        draft.document["queries"] = [draft.document["queries"]]
        if "task_definition" not in draft.document:
            draft.document["task_definition"] = TASK
            draft.lost.append(Lost("task_definition", "emulated", "the provider insists on one: sent its usual one"))
        return draft

    def ranks(self, rows: list[Any]) -> list[Json]:
        scores = rows[0] if len(rows) == 1 else None
        if not isinstance(scores, list) or not scores or not all(map(_is_score, scores)):
            raise broken("the provider's reply has no ranks that can be read.")
        ranks = [{"index": at, "relevance_score": score / HIGHEST} for at, score in enumerate(scores)]
        return sorted(ranks, key=lambda row: -row["relevance_score"])

    def own_ranks(self, ranks: list[Json]) -> list[Any]:
        return [[row["relevance_score"] * HIGHEST for row in sorted(ranks, key=lambda row: row["index"])]]


def _is_score(told: Any) -> bool:
    return type(told) in (int, float) and abs(told) <= SCORE_MAX
