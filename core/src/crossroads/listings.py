"""OpenRouter's listings as JSON rows: models, endpoints, providers. Pure functions of what is known.

Law: a fact that is not stated is null or absent, never guessed. Where OpenRouter's schema has no null, its own sign for
"not known" stands: price "-1", text "", count 0. Rows are for msgspec's encoder: amounts are exact numbers (`Raw`).
Source: OpenRouter's API reference and its Python SDK 1.3.84 (which fields must be there), read 2026-11-24.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from crossroads.facts import Facts, ModelFacts, fill
from crossroads.manifest import Manifest
from crossroads.money import per_unit_usd
from crossroads.route import ACCOUNT, Endpoint, Prices, Tier

Row = dict[str, Any]

UNKNOWN_PRICE = "-1"
"""As OpenRouter lists models whose price is not known beforehand. Never "0", which is free."""

PRICE_NAMES = {
    "prompt": "input",
    "completion": "output",
    "input_cache_read": "cache_read",
    "input_cache_write": "cache_write",
    "internal_reasoning": "reasoning",
    "audio": "audio_input",
    "audio_output": "audio_output",
    "image_output": "image_output",
    "request": "request",
    "image": "image",
    "web_search": "search",
}
"""OpenRouter's names -> ours."""

OWN_MODALITY = frozenset(("embeddings", "rerank"))
"""Operations whose output has a modality of its own, of the same name."""

TEXT = ("text",)
"""What goes in and comes out where neither the endpoint nor its model's facts say."""


class Provider(Protocol):
    """An active provider, as `Exchange.catalog.instances` holds them."""

    @property
    def name(self) -> str: ...
    @property
    def manifest(self) -> Manifest: ...


class Catalog(Protocol):
    """What is listed: `Exchange.catalog`."""

    @property
    def models(self) -> Mapping[str, tuple[Endpoint, ...]]: ...
    @property
    def instances(self) -> Mapping[str, Provider]: ...
    @property
    def facts(self) -> Facts: ...


def model_rows(catalog: Catalog) -> list[Row]:
    """One row a model, in the catalog's order."""
    find = catalog.facts.find
    return [model_row(model, endpoints, find(model)) for model, endpoints in catalog.models.items()]


def model_row(model: str, endpoints: Sequence[Endpoint], facts: ModelFacts | None = None) -> Row:
    """A model, whoever serves it: widest context, all parameters and modalities, the price of the cheapest endpoint.

    facts: of the model; they say what an endpoint leaves unstated.
    """
    endpoints = [fill(endpoint, facts) for endpoint in endpoints]
    top = primary(endpoints)
    row = {
        **_described(model, endpoints),
        "canonical_slug": model,
        "context_length": max((e.context_tokens for e in endpoints if e.context_tokens is not None), default=None),
        "pricing": pricing(top),
        "top_provider": {
            "context_length": top.context_tokens,
            "max_completion_tokens": top.max_output_tokens,
            "is_moderated": bool(top.moderated),
        },
        "supported_parameters": sorted({name for e in endpoints for name in e.supported_parameters or ()}),
        **dict.fromkeys(("per_request_limits", "default_parameters", "supported_voices")),
        "hugging_face_id": None,
        "knowledge_cutoff": facts and facts.knowledge_cutoff,
        "expiration_date": facts and facts.deprecated,
        "links": {"details": f"/api/v1/models/{model}/endpoints"},
    }
    if description := _first(e.description for e in endpoints):
        row["description"] = description
    return row


def primary(endpoints: Sequence[Endpoint]) -> Endpoint:
    """The cheapest endpoint by input and output price; one that states none comes last."""
    return min(endpoints, key=list_price)


def list_price(endpoint: Endpoint) -> float:
    """For comparison only: nano-dollars per 10^6 tokens, in plus out; infinite when neither is stated."""
    prices = endpoint.prices
    if prices.input is None and prices.output is None:
        return float("inf")
    return (prices.input or 0) + (prices.output or 0)


def pricing(endpoint: Endpoint) -> Row:
    """USD per single unit, as decimal strings; tiers as OpenRouter's `overrides`."""
    row: Row = {"prompt": UNKNOWN_PRICE, "completion": UNKNOWN_PRICE, **_prices(endpoint.prices)}
    if endpoint.tiers:
        row["overrides"] = [{**_conditions(tier), **_prices(tier.prices)} for tier in endpoint.tiers]
    return row


def _conditions(tier: Tier) -> Row:
    """When a tier holds, as OpenRouter's `PricingOverride` says it: clock times as HHMM numbers."""
    row: Row = {"min_prompt_tokens": tier.above_input_tokens} if tier.above_input_tokens else {}
    if tier.utc is not None:
        row["utc_start"], row["utc_end"] = (minute // 60 * 100 + minute % 60 for minute in tier.utc)
    return row


def endpoint_rows(
    model: str,
    endpoints: Sequence[Endpoint],
    live: Mapping[str, Row] | None = None,
    facts: ModelFacts | None = None,
) -> Row:
    """`data` of `/models/{author}/{slug}/endpoints`. live: figures by endpoint id (`crossroads.live`)."""
    endpoints = [fill(endpoint, facts) for endpoint in endpoints]
    return {
        **_described(model, endpoints),
        "description": _first(e.description for e in endpoints) or "",
        "endpoints": [endpoint_row(e, (live or {}).get(e.id, {})) for e in endpoints],
    }


def endpoint_row(endpoint: Endpoint, live: Row) -> Row:
    """One offer. Figures of uptime and speed are null where nothing was measured."""
    parameters = endpoint.supported_parameters or ()
    return {
        "name": f"{endpoint.provider_name} | {endpoint.model}",
        "model_id": endpoint.model,
        "model_name": endpoint.name or endpoint.model,
        "context_length": endpoint.context_tokens or 0,
        "pricing": pricing(endpoint),
        "provider_name": endpoint.provider_name,
        "tag": endpoint.tag or endpoint.provider,
        "quantization": endpoint.quantization,
        "max_completion_tokens": endpoint.max_output_tokens,
        "max_prompt_tokens": None,
        "supported_parameters": list(parameters),
        **dict.fromkeys(("uptime_last_5m", "uptime_last_30m", "uptime_last_1d")),
        **dict.fromkeys(("latency_last_30m", "throughput_last_30m", "service_tier")),
        **live,
        "supports_implicit_caching": False,
        "native_tools": {},
        "supports_diarization": False,
        "supports_tool_choice": dict.fromkeys(("none", "auto", "required", "function"), "tool_choice" in parameters),
    }


def provider_rows(catalog: Catalog, unwell: Mapping[str, Row] | None = None) -> list[Row]:
    """Every active provider, by the name that the `provider` object of a request knows it.

    unwell: `Exchange.unwell()`; each provider tells of its own endpoints, where there is something to tell.
    """
    return [
        {
            "name": provider.manifest.display_name,
            "slug": provider.name,
            "privacy_policy_url": provider.manifest.links.get("privacy_policy"),
            "terms_of_service_url": provider.manifest.links.get("terms"),
            "status_page_url": provider.manifest.links.get("status_page"),
            "headquarters": provider.manifest.headquarters,
            "datacenters": list(provider.manifest.datacenters) or None,
            **_told(provider.name, unwell or {}),
        }
        for provider in catalog.instances.values()
    ]


def _told(provider: str, unwell: Mapping[str, Row]) -> Row:
    own = {id: state for id, state in unwell.items() if id.partition("/")[0].partition(ACCOUNT)[0] == provider}
    return {"unwell": own} if own else {}


def output_modalities(endpoint: Endpoint) -> tuple[str, ...]:
    """What comes out: as stated, unless its only operations say it (embeddings, rerank)."""
    if endpoint.serves and endpoint.serves.keys() <= OWN_MODALITY:
        return tuple(sorted(endpoint.serves))
    return endpoint.output_modalities or TEXT


def _described(model: str, endpoints: Sequence[Endpoint]) -> Row:
    # Modalities of several endpoints are the union, in the order in which they name them.
    inputs = list(dict.fromkeys(name for e in endpoints for name in e.input_modalities or TEXT))
    outputs = list(dict.fromkeys(name for e in endpoints for name in output_modalities(e)))
    return {
        "id": model,
        "name": _first(e.name for e in endpoints) or model,
        "created": _first(e.created for e in endpoints) or 0,
        "architecture": {
            "modality": f"{'+'.join(inputs)}->{'+'.join(outputs)}",
            "input_modalities": inputs,
            "output_modalities": outputs,
            "tokenizer": "Other",
            "instruct_type": None,
        },
    }


def _prices(prices: Prices) -> Row:
    stated = ((name, getattr(prices, own)) for name, own in PRICE_NAMES.items())
    return {name: per_unit_usd(price) for name, price in stated if price is not None}


def _first(values: Iterable[Any]) -> Any:
    return next((value for value in values if value), None)
