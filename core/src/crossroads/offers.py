"""What a provider says it offers now, and how the listing is read that most of them have.

Law: only what the listing states; a number whose unit it leaves open is not read. What comes from the wire is bounded.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

from crossroads.errors import BadUpstream
from crossroads.listings import PRICE_NAMES
from crossroads.money import NANO, UNITS, USD_MAX
from crossroads.route import Operation, Prices, Tier

OFFERS_MAX = 50_000
NAME_CHARACTERS_MAX = 500
TOKENS_MAX = 1_000_000_000
CONTEXT = ("context_length", "context_window", "max_model_len", "max_context_length")
OUTPUT = ("max_completion_tokens", "max_output_tokens")
"""Names in use for the two limits, in tokens."""

Get = Callable[[str], Awaitable[bytes]]
"""URL, or path behind the instance's base_url -> body; see `hookspecs.provider_models`."""


class Offer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One model in a provider's listing, or in a published catalog. None, and prices of None: not stated there."""

    upstream: str
    name: str | None = None
    operation: Operation | None = None
    context_tokens: int | None = None
    max_output_tokens: int | None = None
    prices: Prices = Prices()
    tiers: tuple[Tier, ...] = ()
    """Other prices above a length of the prompt, by that; prices by the hour are in no catalog that is read."""


def read_listing(body: bytes) -> tuple[Offer, ...]:
    """OpenAI's `GET /models`, with the limits and the prices (OpenRouter's `pricing`) that many hosts add to it.

    `{"data": [...]}`, or the bare list that some hosts answer with. Raises BadUpstream: it is none.
    """
    try:
        document = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise BadUpstream("its listing is no JSON.", remedy="Check models_url in its manifest.") from None
    rows = document.get("data") if isinstance(document, dict) else document
    if not isinstance(rows, list) or len(rows) > OFFERS_MAX:
        raise BadUpstream("its listing is no list of models.", remedy="Check models_url in its manifest.")
    found = [offer for row in rows if isinstance(row, dict) and (offer := _offer(row)) is not None]
    return tuple({offer.upstream: offer for offer in found}.values())


def _offer(row: Mapping[str, Any]) -> Offer | None:
    id = row.get("id")
    if not isinstance(id, str) or not 0 < len(id) <= NAME_CHARACTERS_MAX:
        return None
    name = row.get("name", row.get("display_name"))
    top = row.get("top_provider")
    return Offer(
        upstream=id,
        name=name if isinstance(name, str) and 0 < len(name) <= NAME_CHARACTERS_MAX else None,
        context_tokens=_first(row, CONTEXT),
        max_output_tokens=_first(row, OUTPUT) or (_first(top, OUTPUT) if isinstance(top, dict) else None),
        prices=prices_per_unit(row.get("pricing")),
    )


def _first(row: Mapping[str, Any], names: tuple[str, ...]) -> int | None:
    return next((found for name in names if (found := tokens(row.get(name))) is not None), None)


def tokens(value: object) -> int | None:
    """A limit in tokens; 0 and what is no whole number say nothing."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value <= TOKENS_MAX else None


def prices_per_unit(pricing: object) -> Prices:
    """OpenRouter's `pricing`: US dollars for one token, image, request or search, as text. A number has no unit."""
    if not isinstance(pricing, dict):
        return Prices()
    stated = {own: pricing[name] for name, own in PRICE_NAMES.items() if isinstance(pricing.get(name), str)}
    found = {own: price(text, per=1) for own, text in stated.items()}
    return Prices(**{own: amount for own, amount in found.items() if amount is not None})


def price(amount: object, *, per: int) -> int | None:
    """US dollars for so many units, as text or as an exact number, as in `Prices`. None: negative, or no amount."""
    try:
        usd = Decimal(amount) if isinstance(amount, str | int | Decimal) and not isinstance(amount, bool) else None
    except InvalidOperation:
        return None
    if usd is None or not usd.is_finite() or not 0 <= usd * UNITS / per <= USD_MAX:
        return None
    exact = usd * NANO * UNITS / per
    return int(exact) if exact == exact.to_integral_value() else None
