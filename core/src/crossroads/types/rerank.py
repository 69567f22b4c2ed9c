"""The canonical rerank request, and the document that goes back.

Source: OpenRouter OpenAPI, operation `POST /rerank`, read 2026-11-25.
"""

from __future__ import annotations

from typing import Any, TypedDict

from crossroads.types.base import Loose, Routed


class RerankContent(Loose):
    """A document of text, an image (URL or data URL), or both."""

    text: str | None = None
    image: str | None = None


class RerankRequest(Routed):
    """top_n: how many of the best come back; None: all."""

    query: str
    documents: list[str | RerankContent]
    top_n: int | None = None


class Ranked(TypedDict, total=False):
    """index: into the documents of the request. document: echoed where the host does."""

    index: int
    relevance_score: float
    document: dict[str, Any]


class RerankDocument(TypedDict, total=False):
    """results: best first. usage: `search_units` or `total_tokens`, as the host bills, and `cost`."""

    id: str
    model: str
    provider: str
    results: list[Ranked]
    usage: dict[str, Any]
