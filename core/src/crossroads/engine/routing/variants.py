"""What a model's name says beside the model: `:nitro`, `:floor`, `:exacto`, `:free`, and the tier of an endpoint.

Semantics: OpenRouter, "Model variants" and "Service tiers" (read 2026-11-24). A name that the catalog offers as it
stands (`a/b:free`, `a/b:extended`, `a/b:thinking`) is a model of its own, and means just that.
"""

from __future__ import annotations

from collections.abc import Container

import msgspec

from crossroads.jsonbody import MALFORMED
from crossroads.route import Endpoint

SORTS = {"nitro": "throughput", "floor": "price", "exacto": "exacto"}
"""Suffix -> the strategy it stands for."""
ADMITS = {"nitro": "priority", "floor": "flex"}
"""Suffix -> the tier of endpoints that it lets in beside the usual ones."""
TIERS = frozenset(ADMITS.values())
TIER_SORTS = {"flex": "price", "priority": "throughput", "fast": "throughput"}
"""`service_tier` -> the strategy that it stands for where the caller names none."""
PRIORITY = ("priority", "fast")
"""The tier, and its other name in a request: it comes first, and the usual one is its fallback."""


class Variant(msgspec.Struct, frozen=True):
    """sort: a strategy. admits: a tier. free: only endpoints that cost nothing."""

    sort: str | None = None
    admits: str | None = None
    free: bool = False


PLAIN = Variant()


def split(name: str, offered: Container[str]) -> tuple[str, Variant]:
    """A name as the caller wrote it -> a model and what its suffixes ask for. An unknown suffix stays in the name."""
    if ":" not in name or name in offered:
        return name, PLAIN
    sort = admits = None
    free = False
    while name not in offered:
        rest, colon, suffix = name.rpartition(":")
        if not colon or (suffix not in SORTS and suffix != "free"):
            break
        free = free or suffix == "free"
        sort, admits = SORTS.get(suffix, sort), ADMITS.get(suffix, admits)
        name = rest
    return name, Variant(sort, admits, free)


def service_tier(raw: object) -> str | None:
    """The request's `service_tier`; None: the usual one, or no string (which is the dialect's to judge)."""
    try:
        value = msgspec.json.decode(raw) if isinstance(raw, msgspec.Raw) else raw
    except MALFORMED:
        return None
    return value if isinstance(value, str) and value in TIER_SORTS else None


def tier_of(endpoint: Endpoint) -> str | None:
    """`flex` or `priority`, the end of its tag; None: the usual tier."""
    if endpoint.tag is None:
        return None
    end = endpoint.tag.rpartition("/")[2]
    return end if end in TIERS else None


def tier_objection(endpoint: Endpoint, tier: str | None, admits: str | None) -> str | None:
    """Why an endpoint's tier is not the one of this call, or None."""
    own = tier_of(endpoint)
    if tier == "flex":
        return None if own == "flex" else "service_tier is flex, and this is none"
    if own is None or own == admits or (own == "priority" and tier is not None):
        return None
    return f"is of the {own} tier, which the call does not ask for"
