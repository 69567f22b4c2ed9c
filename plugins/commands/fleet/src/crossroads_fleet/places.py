"""Plans and regions of one provider: which of its addresses is the usual one, and what its others are called.

The catalog keeps one entry for a provider; its plans and regional twins are `variant`s of addresses and of offers. The
address without one is the usual address; each other is a site of the manifest, and its offers are that site's.
"""

from __future__ import annotations

import re
from collections.abc import Container, Sequence

from crossroads_fleet.catalog import Facts


def usual_address(known: Sequence[Facts], facts: Facts) -> Facts:
    """No plan's and no region's if there is one, then of the OpenAI dialect if there is one."""

    def last(base: Facts) -> tuple[bool, bool, bool, int]:
        plan = _is_plan(base, facts)
        return plan == 2, _region(base) != "", base["dialect"] != "openai-chat", plan

    return min(known, key=last)


def site_name(base: Facts, main: Facts, facts: Facts) -> str:
    """Of an address; empty: it belongs to the usual one."""
    if (base.get("variant"), _region(base)) == (main.get("variant"), _region(main)):
        return ""
    if not base.get("variant") and not _region(base):
        return ""
    return _short(base.get("variant") or "", facts) or _region(base)


def offer_site(variant: str | None, facts: Facts, sites: Container[str]) -> str | None:
    """The site of an offer; empty: the usual address; None: neither, so that the offer can't be placed."""
    if not variant:
        return ""
    name = _short(variant, facts)
    if name in sites:
        return name
    return "" if any(base.get("variant") == variant for base in facts.get("base_urls", ())) and not sites else None


def _is_plan(base: Facts, facts: Facts) -> int:
    """2: a plan; 1: named after the provider itself; 0: no variant."""
    variant = base.get("variant")
    return 0 if not variant else 1 if variant in (facts["id"], *facts.get("aliases", ())) else 2


def _region(base: Facts) -> str:
    region = base.get("region") or ""
    return "" if region == "local" else region


def _short(variant: str, facts: Facts) -> str:
    """Without the provider's own name before it: alibaba-cn -> cn."""
    for own in sorted((facts["id"], *facts.get("aliases", ())), key=len, reverse=True):
        variant = variant.removeprefix(f"{own.lower()}-")
    return re.sub(r"[^a-z0-9]+", "-", variant.lower()).strip("-")
