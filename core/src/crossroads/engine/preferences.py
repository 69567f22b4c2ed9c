"""The caller's `provider` object: which endpoints it allows, and in what order it wants them.

Semantics: OpenRouter, "Provider routing" (read 2026-11-24). An unknown fact counts as the worst case (DATA-2). What
this build can't honour is an error, never ignored: a data policy that silently does nothing is worse than none.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

from crossroads.errors import BadRequest
from crossroads.money import NANO
from crossroads.route import Endpoint

NAMES_MAX = 100


class Preferences(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """As it stands in the request. Prices are USD per million tokens, as strings or numbers."""

    order: tuple[str, ...] | None = None
    only: tuple[str, ...] | None = None
    ignore: tuple[str, ...] | None = None
    allow_fallbacks: bool | None = None
    require_parameters: bool | None = None
    data_collection: str | None = None
    zdr: bool | None = None
    quantizations: tuple[str, ...] | None = None
    max_price: dict[str, str | int | float] | None = None
    sort: str | dict[str, Any] | None = None

    @property
    def strategy(self) -> str | None:
        """The strategy that `sort` names: price, throughput, latency ..."""
        return self.sort.get("by") if isinstance(self.sort, dict) else self.sort


NONE = Preferences()


def read_preferences(raw: msgspec.Raw | None) -> Preferences:
    """Raises BadRequest: a wrong type, or a preference that this build does not know."""
    if raw is None or bytes(raw) == b"null":
        return NONE
    try:
        found = msgspec.json.decode(raw, type=Preferences)
    except msgspec.ValidationError as error:
        known = ", ".join(Preferences.__struct_fields__)
        raise BadRequest(
            f"{error}.", field="provider", value=bytes(raw).decode(), remedy=f"Correct it. Known: {known}."
        ) from None
    if found.data_collection not in (None, "allow", "deny"):
        raise BadRequest(
            "is neither allow nor deny.",
            field="provider.data_collection",
            value=found.data_collection,
            remedy="Use one of them.",
        )
    for key in found.max_price or ():
        if key not in ("prompt", "completion"):
            raise BadRequest(
                "is no known price.", field="provider.max_price", value=key, remedy="Use prompt, completion."
            )
    return found


def named(names: tuple[str, ...], endpoint: Endpoint) -> int | None:
    """The place of the first name that means this endpoint: an instance, a plugin, a tag, a display name."""
    for place, name in enumerate(names):
        if name in (endpoint.provider, endpoint.plugin, endpoint.tag, endpoint.provider_name):
            return place
    return None


def objection(p: Preferences, endpoint: Endpoint, parameters: frozenset[str]) -> str | None:
    """Why the caller does not want this endpoint, or None."""
    if p.only is not None and named(p.only, endpoint) is None:
        return f"provider.only permits only {', '.join(p.only)}"
    if p.ignore is not None and named(p.ignore, endpoint) is not None:
        return "provider.ignore names it"
    if p.order is not None and p.allow_fallbacks is False and named(p.order, endpoint) is None:
        return "not in provider.order, and fallbacks are off"
    if p.data_collection == "deny" and (endpoint.trains_on_data is not False or endpoint.retains_prompts is not False):
        return "data_collection is deny, and it is not stated that this one neither trains nor retains"
    if p.zdr and endpoint.retains_prompts is not False:
        return "zdr is required, and it is not stated that this one retains nothing"
    if p.quantizations is not None and (endpoint.quantization or "unknown") not in p.quantizations:
        return f"quantization {endpoint.quantization or 'unknown'} is not in {', '.join(p.quantizations)}"
    if p.require_parameters and endpoint.supported_parameters is not None:
        missing = parameters.difference(endpoint.supported_parameters)
        if missing:
            return f"does not support {', '.join(sorted(missing))}"
    for key, limit in (p.max_price or {}).items():
        price = endpoint.prices.input if key == "prompt" else endpoint.prices.output
        if price is None or price > _limit(key, limit):
            return f"max_price.{key} is {limit} USD per million tokens"
    return None


def _limit(key: str, value: str | int | float) -> Decimal:
    try:
        limit = Decimal(str(value)) * NANO
    except InvalidOperation:
        limit = Decimal("NaN")
    if not limit.is_finite() or limit < 0:
        raise BadRequest("is no price.", field=f"provider.max_price.{key}", value=value, remedy="Write a number.")
    return limit
