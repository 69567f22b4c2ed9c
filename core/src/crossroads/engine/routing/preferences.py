"""The caller's `provider` object: which endpoints it allows, and in what order it wants them.

Semantics: OpenRouter, "Provider routing" (read 2026-11-24). An unknown fact counts as the worst case (DATA-2). What
this build can't honour is an error, never ignored: a data policy that silently does nothing is worse than none.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Literal

import msgspec
from msgspec.structs import asdict

from crossroads.engine.routing.variants import tier_of
from crossroads.errors import BadRequest, printable
from crossroads.money import NANO, USD_MAX
from crossroads.route import ACCOUNT, Endpoint, EndpointStats

PRICED = {
    "prompt": ("input", None),
    "completion": ("output", None),
    "request": ("request", ""),
    "image": ("image", "image"),
    "audio": ("audio_input", "audio"),
}
"""Key of `max_price` -> the price, and the input that it is for: who does not take that charges nothing for it."""
PER_UNIT = frozenset({"request", "image"})
"""Limits in USD per one, where the others are per million tokens."""
WINDOW_MINUTES = 5
"""Of the percentiles that `preferred_...` looks at."""
KIN = {"fp4": ("mxfp4", "nvfp4"), "fp8": ("mxfp8",)}
"""A quantization -> those that count as it."""


class Cutoffs(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Bounds by percentile; all that are given must hold."""

    p50: float | None = None
    p75: float | None = None
    p90: float | None = None
    p99: float | None = None


class Sort(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """partition: "model" keeps the endpoints of a fallback model behind; "none" sorts all together."""

    by: str | None = None
    partition: Literal["model", "none"] | None = None


class Preferences(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """As it stands in the request. Prices are USD per million tokens, as strings or numbers."""

    order: tuple[str, ...] | None = None
    only: tuple[str, ...] | None = None
    ignore: tuple[str, ...] | None = None
    allow_fallbacks: bool | None = None
    require_parameters: bool | None = None
    data_collection: str | None = None
    zdr: bool | None = None
    enforce_distillable_text: bool | None = None
    quantizations: tuple[str, ...] | None = None
    max_price: dict[str, str | int | float] | None = None
    preferred_min_throughput: float | Cutoffs | None = None
    """Tokens per second; a number bounds the median."""
    preferred_max_latency: float | Cutoffs | None = None
    """Seconds to the first token."""
    sort: str | Sort | None = None
    resume: bool | None = None
    """An addition of ours: is a stream that breaks carried on? See `engine.attempts.resume`."""

    @property
    def strategy(self) -> str | None:
        """The strategy that `sort` names: price, throughput, latency ..."""
        return self.sort.by if isinstance(self.sort, Sort) else self.sort

    @property
    def across_models(self) -> bool:
        """Are the endpoints of all `models` sorted together?"""
        return isinstance(self.sort, Sort) and self.sort.partition == "none"


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
        if key not in PRICED:
            remedy = f"Use {', '.join(PRICED)}."
            raise BadRequest("is no known price.", field="provider.max_price", value=key, remedy=remedy)
    return found


def named(names: tuple[str, ...], endpoint: Endpoint) -> int | None:
    """The place of the first name that means this endpoint: an instance, a plugin, a tag, a display name, a region.

    An endpoint of a tier (`acme/flex`) is only meant by its tag.
    """
    meant: tuple[str | None, ...] = (endpoint.tag,)
    if tier_of(endpoint) is None:
        region = f"{endpoint.plugin}/{endpoint.region}" if endpoint.region else None
        meant = (endpoint.provider.partition(ACCOUNT)[0], endpoint.plugin, endpoint.tag, endpoint.provider_name, region)
    for place, name in enumerate(names):
        if name in meant:
            return place
    return None


def objection(p: Preferences, endpoint: Endpoint, parameters: frozenset[str]) -> str | None:
    """Why the caller does not want this endpoint, or None."""
    if p.only is not None and named(p.only, endpoint) is None:
        return f"provider.only permits only {_listed(p.only)}"
    if p.ignore is not None and named(p.ignore, endpoint) is not None:
        return "provider.ignore names it"
    if p.order is not None and p.allow_fallbacks is False and named(p.order, endpoint) is None:
        return "not in provider.order, and fallbacks are off"
    if p.data_collection == "deny" and (endpoint.trains_on_data is not False or endpoint.retains_prompts is not False):
        return "data_collection is deny, and it is not stated that this one neither trains nor retains"
    if p.zdr and endpoint.retains_prompts is not False:
        return "zdr is required, and it is not stated that this one retains nothing"
    if p.enforce_distillable_text and not endpoint.distillable:
        return "enforce_distillable_text, and it is not stated that its output may train other models"
    if p.quantizations is not None and not _quantized(endpoint.quantization or "unknown", p.quantizations):
        return f"quantization {endpoint.quantization or 'unknown'} is not in {_listed(p.quantizations)}"
    if p.require_parameters and endpoint.supported_parameters is not None:
        missing = parameters.difference(endpoint.supported_parameters)
        if missing:
            return f"does not support {', '.join(sorted(missing))}"
    for key, limit in (p.max_price or {}).items():
        if _dearer(key, limit, endpoint):
            unit = "each" if key in PER_UNIT else "per million tokens"
            return f"max_price.{key} is {printable(limit)} USD {unit}"
    return None


def _listed(names: tuple[str, ...]) -> str:
    """For a reason, of which there is one for each endpoint: a caller may name thousands."""
    return printable(", ".join(names))


def too_slow(p: Preferences, stats: EndpointStats, now: float) -> str | None:
    """Why an endpoint misses the preferred speed, or None: it goes behind, it is not dropped.

    One that nobody has measured in the window misses nothing: how else should it ever be measured?
    """
    for wish, sketch, worse, what in (
        (p.preferred_max_latency, stats.first_token, 1, "s to the first token"),
        (p.preferred_min_throughput, stats.speed, -1, "tokens/s"),
    ):
        if wish is None or (found := sketch.percentiles(now, WINDOW_MINUTES)) is None:
            continue
        bounds = wish if isinstance(wish, Cutoffs) else Cutoffs(p50=wish)
        for name, bound in asdict(bounds).items():
            value = getattr(found, name)
            if bound is not None and (value - bound) * worse > 0:
                return f"{name} is {value:.3g} {what}, {bound:g} is preferred"
    return None


def _quantized(own: str, wanted: tuple[str, ...]) -> bool:
    return any(own == name or own in KIN.get(name, ()) for name in wanted)


def _dearer(key: str, limit: str | int | float, endpoint: Endpoint) -> bool:
    """An unstated price is too dear, unless nothing of its kind goes in."""
    field, modality = PRICED[key]
    bound, price = _limit(key, limit), getattr(endpoint.prices, field)
    if price is None:
        return modality is None or modality in (endpoint.input_modalities or ())
    return bool(price > (bound * 10**6 if key in PER_UNIT else bound))


def _limit(key: str, value: str | int | float) -> Decimal:
    """In nano-dollars; above USD_MAX it is no limit any more."""
    try:
        limit = Decimal(str(value))
    except InvalidOperation:
        limit = Decimal("NaN")
    if not limit.is_finite() or limit < 0:
        raise BadRequest("is no price.", field=f"provider.max_price.{key}", value=value, remedy="Write a number.")
    return min(limit, Decimal(USD_MAX)) * NANO
