"""What of a plan depends only on the words of a request: models, filters, `order`. Worked out once per wording.

Law: a selection holds nothing of a caller, a prompt, the dice or the statistics: those are read anew by every call.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import msgspec

from crossroads.call import Call
from crossroads.engine.routing.narrow import supported
from crossroads.engine.routing.preferences import Preferences, named, objection, read_preferences
from crossroads.engine.routing.variants import (
    PRIORITY,
    TIER_SORTS,
    Variant,
    service_tier,
    split,
    tier_objection,
    tier_of,
)
from crossroads.errors import BadRequest
from crossroads.route import Candidate, Endpoint, Reason

if TYPE_CHECKING:
    from crossroads.engine.exchange import Exchange

KEPT_MAX = 1_000_000
"""Candidates, reasons and words (in units of UNIT_BYTES) in all selections that are kept: some 100 MB at most."""
UNIT_BYTES = 100


Group = tuple[tuple[Candidate, ...], str | None]
"""Candidates that are ranked among each other, and the strategy that a suffix wishes for them."""


class Selection(msgspec.Struct, frozen=True):
    """groups: best first. left_out: who was filtered, and why; and who stands at which place of `order`."""

    model: str
    preferences: Preferences
    groups: tuple[Group, ...]
    left_out: tuple[Reason, ...]
    known: bool
    """Does anybody offer one of the models for this operation?"""
    smallest_context: int | None
    """Tokens, of those that state it."""
    sorts: tuple[str, ...] = ()
    """Strategies that the caller names, by `sort` or by suffixes."""

    @property
    def size(self) -> int:
        return sum(len(candidates) for candidates, _ in self.groups) + len(self.left_out) + 1


Key = tuple[tuple[str, ...], str, bytes | None, frozenset[str], int | None, str | None]
"""Models, operation, preferences, parameters, most tokens, tier."""


class Selections:
    """Those of the latest wordings, bounded. One per exchange; the catalog under it does not change."""

    def __init__(self) -> None:
        self._kept: dict[Key, Selection] = {}
        self._size = 0

    def of(self, call: Call, x: Exchange) -> Selection:
        """Raises BadRequest: no model is named, or a preference is wrong."""
        opened = call.opened
        raw, tier = opened.preferences, opened.fields.get("service_tier")
        key: Key = (
            opened.models,
            call.dialect.operation,
            None if raw is None else bytes(raw),
            opened.parameters,
            opened.max_output_tokens,
            None if tier is None else service_tier(tier),
        )
        found = self._kept.get(key)
        if found is None:
            found = self._kept[key] = _select(call, x)
            self._size += found.size + _words(key)
            while self._size > KEPT_MAX and len(self._kept) > 1:
                oldest = next(iter(self._kept))
                self._size -= self._kept.pop(oldest).size + _words(oldest)
        return found


def _words(key: Key) -> int:
    """What a wording takes by itself: a caller may write megabytes into a name or its preferences."""
    models, _, preferences, parameters, _, _ = key
    return (sum(map(len, models)) + len(preferences or b"") + sum(map(len, parameters))) // UNIT_BYTES


def _select(call: Call, x: Exchange) -> Selection:
    models = call.opened.models or ((x.config.routing.default_model,) if x.config.routing.default_model else ())
    if not models:
        raise BadRequest("is missing.", field="model", remedy="Name a model; GET /models lists them.")
    preferences = read_preferences(call.opened.preferences)
    left_out: list[Reason] = []
    asked_tier = service_tier(call.opened.fields.get("service_tier"))
    found: list[tuple[list[Candidate], str | None]] = []
    known, seen = False, set()
    for name in models:
        model, variant = split(name, x.catalog)
        model = x.catalog.resolve(model)
        if model in seen:
            continue
        seen.add(model)
        offered = x.catalog.candidates(model, call.operation)
        known = known or bool(offered)
        tier = asked_tier if any(tier_of(c.endpoint) is not None for c in offered) else None
        kept = supported(call, _allowed(call, offered, preferences, variant, tier, left_out), left_out)
        found.append((kept, variant.sort or TIER_SORTS.get(tier or "")))
    if preferences.across_models and found:
        found = [([c for candidates, _ in found for c in candidates], found[0][1])]
    contexts = [c.endpoint.context_tokens for kept, _ in found for c in kept if c.endpoint.context_tokens]
    groups = [group for kept, sort in found for group in _grouped(kept, preferences, sort, asked_tier, left_out)]
    sorts = [preferences.strategy] if preferences.strategy is not None else [sort for _, sort in found]
    return Selection(
        model=models[0],
        preferences=preferences,
        groups=tuple(groups),
        left_out=tuple(left_out),
        known=known,
        smallest_context=min(contexts, default=None),
        sorts=tuple({sort for sort in sorts if sort is not None}),
    )


def _allowed(
    call: Call,
    offered: Iterable[Candidate],
    p: Preferences,
    variant: Variant,
    tier: str | None,
    left_out: list[Reason],
) -> list[Candidate]:
    """Without those whom the caller excludes, and who can't do what is asked."""
    kept = []
    wanted = call.opened.max_output_tokens
    admits = variant.admits if p.order is None else None
    for candidate in offered:
        endpoint = candidate.endpoint
        why = objection(p, endpoint, call.opened.parameters)
        if why is None and wanted is not None and (endpoint.max_output_tokens or wanted) < wanted:
            why = f"gives at most {endpoint.max_output_tokens} tokens, {wanted} are asked for"
        if why is None and variant.free and (endpoint.prices.input != 0 or endpoint.prices.output != 0):
            why = ":free is asked for, and it is not stated that this one costs nothing"
        if why is None and not _tag_named(p, endpoint):
            why = tier_objection(endpoint, tier, admits)
        if why is None:
            kept.append(candidate)
        else:
            left_out.append(Reason("plan", "preferences", why, endpoint.id, dropped=True))
    return kept


def _tag_named(p: Preferences, endpoint: Endpoint) -> bool:
    """A caller who names the very endpoint wants its tier."""
    return endpoint.tag is not None and endpoint.tag in (*(p.only or ()), *(p.order or ()))


def _grouped(
    candidates: list[Candidate], p: Preferences, sort: str | None, tier: str | None, left_out: list[Reason]
) -> list[Group]:
    """One group for each rank of keys; of each, by `order`, one for each name and the rest; of each, the tier first."""
    places: dict[tuple[int, int, bool], list[Candidate]] = {}
    tiered = tier in PRIORITY and any(tier_of(candidate.endpoint) == PRIORITY[0] for candidate in candidates)
    for candidate in candidates:
        endpoint = candidate.endpoint
        place = 0
        if p.order is not None:
            at = named(p.order, endpoint)
            place = len(p.order) if at is None else at
            text = "behind all that it names" if at is None else f"provider.order names it, place {place + 1}"
            left_out.append(Reason("rank", "order", text, endpoint.id))
        behind = tiered and tier_of(endpoint) != PRIORITY[0]
        if behind:
            left_out.append(Reason("rank", "service_tier", "behind the priority tier", endpoint.id))
        places.setdefault((endpoint.rank, place, behind), []).append(candidate)
    return [(tuple(places[place]), sort) for place in sorted(places)]
