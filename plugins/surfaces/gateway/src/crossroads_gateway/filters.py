"""The query of GET /models: which models, in which order, which page.

What OpenRouter can filter by and we can't compute is refused, not ignored: a list that only looks filtered misleads.
Source: OpenRouter API reference, "List models", read 2026-11-24.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import urlencode

from crossroads.errors import BadRequest
from crossroads.listings import Row, list_price, primary
from crossroads.route import Endpoint

LIMIT_DEFAULT = 500
LIMIT_MAX = 1000
OFFSET_MAX = 1_000_000_000

NOT_COMPUTED = frozenset(("category", "arch", "zdr", "region", "use_rss", "use_rss_chat_links"))
NOT_COMPUTED_PREFIXES = ("min_", "max_")
"""Of prices, ages, benchmark indices and tool success rates."""


class Listed(NamedTuple):
    """A model's row, and the endpoints that it was made from."""

    row: Row
    endpoints: tuple[Endpoint, ...]


SORTS: dict[str, Callable[[Listed], Any]] = {
    "pricing-low-to-high": lambda m: list_price(primary(m.endpoints)),
    "pricing-high-to-low": lambda m: -_or_minus(list_price(primary(m.endpoints))),
    "context-high-to-low": lambda m: -(m.row["context_length"] or 0),
    "newest": lambda m: -m.row["created"],
}


def select(models: Sequence[Listed], query: Mapping[str, str], *, modality: str) -> list[Listed]:
    """The models that the query asks for, in its order. modality: whose output, unless the query says."""
    for name, value in query.items():
        if name in NOT_COMPUTED or name.startswith(NOT_COMPUTED_PREFIXES):
            raise BadRequest("this filter is not known here.", field=name, value=value, remedy="Leave it out.")
    found = list(models)
    for name, default in (("output_modalities", modality), ("input_modalities", "all")):
        wanted = _words(query.get(name) or default)
        if "all" not in wanted:
            found = [m for m in found if wanted & set(m.row["architecture"][name])]
    if wanted := _words(query.get("supported_parameters", "")):
        found = [m for m in found if wanted <= set(m.row["supported_parameters"])]
    if wanted := _words(query.get("model_authors", "")):
        found = [m for m in found if m.row["id"].partition("/")[0].lower() in wanted]
    if wanted := _words(query.get("providers", "")):
        found = [m for m in found if wanted & {name.lower() for e in m.endpoints for name in (e.provider, e.plugin)}]
    if distillable := query.get("distillable"):
        found = [m for m in found if (distillable == "true") == any(e.distillable for e in m.endpoints)]
    if text := query.get("q", "").strip().lower():
        found = [m for m in found if text in m.row["id"].lower() or text in m.row["name"].lower()]
    if least := _count(query, "context", default=0):
        found = [m for m in found if (m.row["context_length"] or 0) >= least]
    if sort := query.get("sort"):
        if sort not in SORTS:
            raise BadRequest("is not a known order.", field="sort", value=sort, remedy=f"Known: {', '.join(SORTS)}.")
        found.sort(key=SORTS[sort])
    return found


def page(models: Sequence[Listed], path: str, query: Mapping[str, str]) -> Row:
    """One page of rows, and where the next one is."""
    offset = _count(query, "offset", default=0)
    limit = min(_count(query, "limit", default=LIMIT_DEFAULT, least=1), LIMIT_MAX)
    after = offset + limit
    following = None
    if after < len(models):
        following = f"{path}?{urlencode({**query, 'offset': after, 'limit': limit})}"
    return {
        "data": [model.row for model in models[offset:after]],
        "total_count": len(models),
        "links": {"next": following},
    }


def _words(text: str) -> set[str]:
    return {word for word in (part.strip().lower() for part in text.split(",")) if word}


def _count(query: Mapping[str, str], name: str, *, default: int, least: int = 0) -> int:
    text = query.get(name)
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 11 and least <= int(text) <= OFFSET_MAX):
        raise BadRequest(
            f"expected a whole number from {least}.", field=name, value=text, remedy=f"Correct or leave out `{name}`."
        )
    return int(text)


def _or_minus(price: float) -> float:
    """Dearest first, but a price that is not known is not dear: it comes last."""
    return -1.0 if price == float("inf") else price
