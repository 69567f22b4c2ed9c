"""What is new: a manifest against what its provider, or a published catalog, says now.

Law: nothing is a change that the other side does not state; every change names old, new and source; one that looks
like another unit, plan or an incomplete listing carries a doubt, and is not written unasked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

import msgspec

from crossroads.facts import Facts
from crossroads.manifest import EndpointFacts, Manifest
from crossroads.money import UNITS, format_usd
from crossroads.offers import Offer
from crossroads.route import Prices, Tier

PER_MTOK = (
    "input", "output", "cache_read", "cache_write", "reasoning", "audio_input", "audio_output", "image_input",
    "image_output",
)  # fmt: skip
PER_UNIT = ("request", "image", "second", "character", "search")
LIMITS = ("context_tokens", "max_output_tokens")
ROUNDED_SHARE = 0.05
"""2^20 tokens are less than this share more than a million."""
FACTOR_MAX = 10
"""A number that changes more than this-fold is doubtful: another unit?"""
GONE_SHARE_MAX = 0.5
"""A listing that lacks more than this share of what is known may be incomplete."""


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One difference.

    provider: whose package; `catalog:<name>` where facts of models change. field: `context_tokens`, `price_tiers`,
    `price.input` (US dollars per million tokens, or per unit) ..., None: the offer, or the model, as a whole. doubt:
    why a person should look first.
    """

    provider: str
    change: Literal["added", "gone", "changed"]
    upstream: str
    model: str | None
    source: str
    field: str | None = None
    old: int | str | None = None
    new: int | str | None = None
    doubt: str | None = None
    offer: Offer | None = None
    """Of what is added, and of tiers that change."""
    said: dict[str, Any] | None = None
    """Of a model: the words that change."""


def changes_of(
    manifest: Manifest, offers: Mapping[str, Offer], facts: Facts, *, source: str, complete: bool
) -> list[Change]:
    """In the manifest's order, then what is added, by name. complete: what is not among the offers is gone."""
    found: list[Change] = []
    known = {row.upstream for row in manifest.endpoints}
    authors = {row.model.partition("/")[0] for row in manifest.endpoints}
    offers = _respelled(manifest, offers, authors, facts)
    gone = _gone(manifest, offers) if complete and offers else {}
    for row in manifest.endpoints:
        if row.upstream in gone:
            found.append(_change(manifest, "gone", row.upstream, row.model, source, doubt=gone[row.upstream]))
        elif (offer := offers.get(row.upstream)) is not None and row.tag is None and row.site is None:
            found += _differences(manifest, row, offer, source)
    for upstream, offer in sorted(offers.items()):
        if upstream not in known:
            model = _model(upstream, authors, facts)
            doubt = None if model else "no model is known by this name: add an alias to a catalog"
            doubt = doubt or _operation_doubt(manifest, offer)
            found.append(_change(manifest, "added", upstream, model, source, doubt=doubt, offer=offer))
    return found


def _gone(manifest: Manifest, offers: Mapping[str, Offer]) -> dict[str, str | None]:
    """Upstream names that are not among the offers, each with what makes that doubtful."""
    kinds = {operation for row in manifest.endpoints if row.upstream in offers for operation in row.operations}
    absent = {row.upstream: row for row in manifest.endpoints if row.upstream not in offers}
    known = len({row.upstream for row in manifest.endpoints})
    if len(absent) > known * GONE_SHARE_MAX:
        return dict.fromkeys(absent, f"{len(absent)} of {known} are not listed: incomplete?")
    unlike = "none of its kind is listed: does the listing hold them?"
    return {name: unlike if row.operations and not kinds & {*row.operations} else None for name, row in absent.items()}


def _respelled(manifest: Manifest, offers: Mapping[str, Offer], authors: set[str], facts: Facts) -> dict[str, Offer]:
    """A listing may name a snapshot where the manifest has its pointer: what means the one row's model is that row."""
    absent: dict[str, list[str]] = {}
    for row in manifest.endpoints:
        if row.upstream not in offers:
            absent.setdefault(facts.canonical(row.model), []).append(row.upstream)
    known, found = {row.upstream for row in manifest.endpoints}, dict(offers)
    for upstream, offer in offers.items():
        model = None if upstream in known else _model(upstream, authors, facts)
        rows = set(absent.pop(model, ())) if model else set()
        if len(rows) == 1:
            del found[upstream]
            found[rows.pop()] = offer
    return found


def _change(
    manifest: Manifest,
    change: Literal["added", "gone", "changed"],
    upstream: str,
    model: str | None,
    source: str,
    **words: Any,
) -> Change:
    return Change(provider=manifest.name, change=change, upstream=upstream, model=model, source=source, **words)


def _differences(manifest: Manifest, row: EndpointFacts, offer: Offer, source: str) -> Iterator[Change]:
    for word in LIMITS:
        old, new = getattr(row, word), getattr(offer, word)
        if new is not None and new != old:
            yield _change(
                manifest, "changed", row.upstream, row.model, source,
                field=word, old=old, new=new, doubt=far(old, new) or _rounded(old, new),
            )  # fmt: skip
    for word in (*PER_MTOK, *PER_UNIT):
        old, new = getattr(row.prices, word), getattr(offer.prices, word)
        if new is not None and new != old and usd(word, new) is not None:
            yield _change(
                manifest, "changed", row.upstream, row.model, source,
                field=f"price.{word}", old=old if old is None else usd(word, old), new=usd(word, new),
                doubt=far(old, new),
            )  # fmt: skip
    yield from _tier_changes(manifest, row, offer, source)


def _tier_changes(manifest: Manifest, row: EndpointFacts, offer: Offer, source: str) -> Iterator[Change]:
    """All tiers at once: of a length that both have, what the offer leaves unstated stays."""
    own = {tier.above_input_tokens: tier.prices for tier in row.tiers if tier.utc is None}
    meant = tuple(
        msgspec.structs.replace(tier, prices=tier.prices.over(own.get(tier.above_input_tokens, Prices())))
        for tier in offer.tiers
    )
    old = told_tiers(Tier(above_input_tokens=above, prices=prices) for above, prices in sorted(own.items()))
    if not meant or (new := told_tiers(meant)) == old:
        return
    doubt = "there are prices by the hour too" if any(tier.utc is not None for tier in row.tiers) else None
    if own and own.keys() != {tier.above_input_tokens for tier in meant}:
        doubt = doubt or "other lengths than before"
    yield _change(
        manifest, "changed", row.upstream, row.model, source,
        field="price_tiers", old=old, new=new, offer=msgspec.structs.replace(offer, tiers=meant), doubt=doubt,
    )  # fmt: skip


def told_tiers(tiers: Iterable[Tier]) -> str | None:
    """`over 200000: input 4, output 18`; those of several lengths, one behind another."""
    told = [
        f"over {tier['above_input_tokens']}: "
        + ", ".join(f"{word} {amount}" for word, amount in tier["price_usd_per_mtok"].items())
        for tier in tiers_of(tiers)
    ]
    return "; ".join(told) or None


def tiers_of(tiers: Iterable[Tier]) -> list[dict[str, Any]]:
    """As a manifest writes them: those by the length of the prompt, with what costs by the token."""
    found = ((tier.above_input_tokens, prices_of(tier.prices).get("price_usd_per_mtok")) for tier in tiers)
    return [{"above_input_tokens": above, "price_usd_per_mtok": amounts} for above, amounts in found if amounts]


def far(old: int | None, new: int) -> str | None:
    if old is None:
        return None
    if 0 in (old, new):
        return "free on one side: a plan or a gift?"
    return "more than tenfold: another unit?" if max(old, new) > FACTOR_MAX * min(old, new) else None


def _rounded(old: int | None, new: int) -> str | None:
    """Some catalogs write 131,000 for 131,072."""
    same = old is not None and old % 1024 == 0 and new % 1000 == 0 and abs(old - new) < old * ROUNDED_SHARE
    return "the same, rounded?" if same else None


def usd(word: str, amount: int) -> str | None:
    """As a manifest writes it; None: finer than a manifest can."""
    if word in PER_MTOK:
        return format_usd(amount)
    return None if amount % UNITS else format_usd(amount // UNITS)


def prices_of(prices: Prices) -> dict[str, dict[str, str]]:
    """The manifest's two words for prices, those that are stated."""
    found = {}
    for key, words in (("price_usd_per_mtok", PER_MTOK), ("price_usd", PER_UNIT)):
        stated = {word: getattr(prices, word) for word in words}
        amounts = {word: text for word, value in stated.items() if value is not None and (text := usd(word, value))}
        found |= {key: amounts} if amounts else {}
    return found


def _model(upstream: str, authors: set[str], facts: Facts) -> str | None:
    """The canonical name: by its spelling, or as its author's, where the provider serves one author's models only."""
    names = [upstream, *(f"{author}/{upstream}" for author in authors if len(authors) == 1)]
    return next((facts.canonical(name) for name in names if facts.canonical(name) in facts.models), None)


def _operation_doubt(manifest: Manifest, offer: Offer) -> str | None:
    """Which operations serve it has to be known: a row without any has them all."""
    if offer.operation is None and len(manifest.operations) > 1:
        return "its operations are not stated"
    if offer.operation is not None and offer.operation not in manifest.operations:
        return f"{offer.operation} is no operation of {manifest.name}"
    return None
