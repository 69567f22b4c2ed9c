"""OpenRouter's listings as JSON rows: models, endpoints, providers, generations, keys. Pure functions of what is known.

Law: a fact that is not stated is null or absent, never guessed. Where OpenRouter's schema has no null, its own sign for
"not known" stands: price "-1", text "", count 0. Rows are for msgspec's encoder: amounts are exact numbers (`Raw`).
Source: OpenRouter's API reference and its Python SDK 1.3.84 (which fields must be there), read 2026-11-24.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from crossroads.events import AttemptRecord, Generation
from crossroads.manifest import Manifest
from crossroads.money import per_unit_usd
from crossroads.route import Endpoint, Prices
from crossroads.store import DAY_S, KeyRecord, KeyUsage
from crossroads.types.usage import usd_json

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

API_TYPES = {
    **dict.fromkeys(("chat", "completions", "responses"), "completions"),
    "embeddings": "embeddings",
    "rerank": "rerank",
    "images": "image",
    "video": "video",
    "speech": "tts",
    "transcription": "stt",
}


TOKEN_NAMES = {
    "tokens_prompt": "prompt_tokens",
    "tokens_completion": "completion_tokens",
    "native_tokens_prompt": "prompt_tokens",
    "native_tokens_completion": "completion_tokens",
    "native_tokens_reasoning": "reasoning_tokens",
    "native_tokens_cached": "cache_read_tokens",
    "native_tokens_completion_images": "image_output_tokens",
}
"""Of a generation -> of its usage. Counts are the model's own; there are no others."""

NOT_KEPT = (
    *("cache_discount", "moderation_latency", "native_finish_reason", "num_media_prompt", "num_input_audio_prompt"),
    *("num_media_completion", "num_search_results", "num_fetches", "web_search_engine", "request_id", "external_user"),
    *("app_id", "preset_id", "router", "service_tier", "workspace_id", "response_cache_source_id"),
)
"""Fields of a generation that clients want to find, and that nothing here knows."""


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


def model_rows(catalog: Catalog) -> list[Row]:
    """One row a model, in the catalog's order."""
    return [model_row(model, endpoints) for model, endpoints in catalog.models.items()]


def model_row(model: str, endpoints: Sequence[Endpoint]) -> Row:
    """A model, whoever serves it: widest context, all parameters and modalities, the price of the cheapest endpoint."""
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
        **dict.fromkeys(("hugging_face_id", "knowledge_cutoff", "expiration_date")),
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
        row["overrides"] = [
            {"min_prompt_tokens": tier.above_input_tokens, **_prices(tier.prices)} for tier in endpoint.tiers
        ]
    return row


def endpoint_rows(model: str, endpoints: Sequence[Endpoint], live: Mapping[str, Row] | None = None) -> Row:
    """`data` of `/models/{author}/{slug}/endpoints`. live: figures by endpoint id (`crossroads.live`)."""
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
    own = {id: state for id, state in unwell.items() if id.partition("/")[0] == provider}
    return {"unwell": own} if own else {}


def generation_row(generation: Generation) -> Row:
    """`data` of `/generation`. Costs are those of all attempts, tokens those of the last; times in milliseconds.

    total_cost is null where a price is unknown: OpenRouter's schema has no null there, and 0 would be untrue.
    """
    last = generation.attempts[-1] if generation.attempts else None
    used = last.usage if last is not None else None
    cost = usd_json(generation.cost_nano)
    return {
        "id": generation.id,
        "upstream_id": None if last is None else last.upstream_id,
        **dict.fromkeys(("total_cost", "usage", "upstream_inference_cost"), cost),
        "created_at": datetime.datetime.fromtimestamp(generation.received_at, datetime.UTC).isoformat(),
        "model": generation.served_model or generation.model or "",
        "provider_name": generation.provider_name,
        "provider_responses": [_provider_response(attempt) for attempt in generation.attempts],
        "api_type": API_TYPES.get(generation.operation),
        "streamed": generation.stream,
        "cancelled": generation.outcome == "cancelled",
        "generation_time": generation.seconds * 1000,
        "latency": None if last is None or last.first_token_s is None else last.first_token_s * 1000,
        "finish_reason": None if last is None else last.finish_reason,
        **{name: None if used is None else getattr(used, own) for name, own in TOKEN_NAMES.items()},
        "origin": generation.app_url or "",
        "http_referer": generation.app_url,
        "user_agent": generation.user_agent,
        "session_id": generation.session_id,
        "is_byok": False,
        "data_region": "global",
        **dict.fromkeys(NOT_KEPT),
    }


def key_row(key: KeyRecord | None, usage: KeyUsage, *, now_s: float) -> Row:
    """`data` of `/key`. key None: the local caller of an exchange without keys. now_s: UTC seconds.

    Weeks begin on Monday, months on the first, all in UTC. -1 means without limit, as OpenRouter writes it.
    """
    today = datetime.datetime.fromtimestamp(now_s, datetime.UTC).date()
    day = int(now_s // DAY_S)
    since = {"daily": day, "weekly": day - today.weekday(), "monthly": day - today.day + 1}
    spent = {
        f"usage_{name}": usd_json(sum(nano for at, nano in usage.by_day.items() if at >= first))
        for name, first in since.items()
    }
    return {
        "label": "local" if key is None else key.label or key.name,
        **dict.fromkeys(("limit", "limit_remaining", "limit_reset")),
        "include_byok_in_limit": False,
        "usage": usd_json(usage.spent_nano),
        **spent,
        "unpriced_requests": usage.unpriced,
        **dict.fromkeys(("byok_usage", "byok_usage_daily", "byok_usage_weekly", "byok_usage_monthly"), 0),
        **dict.fromkeys(("is_free_tier", "is_management_key", "is_provisioning_key"), False),
        **dict.fromkeys(("expires_at", "creator_user_id", "organization_id", "workspace_id")),
        "allowed_data_regions": [],
        "budgets": [],
        "effective_budget": None,
        "free_model_daily_requests": {"limit": -1, "remaining": -1, "used": 0},
        "rate_limit": {"requests": -1, "interval": "10s", "note": "This field is deprecated and safe to ignore."},
    }


def output_modalities(endpoint: Endpoint) -> tuple[str, ...]:
    """What comes out: as stated, unless its only operations say it (embeddings, rerank)."""
    if endpoint.serves and endpoint.serves.keys() <= OWN_MODALITY:
        return tuple(sorted(endpoint.serves))
    return endpoint.output_modalities


def _described(model: str, endpoints: Sequence[Endpoint]) -> Row:
    # Modalities of several endpoints are the union, in the order in which they name them.
    inputs = list(dict.fromkeys(name for e in endpoints for name in e.input_modalities))
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


def _provider_response(attempt: AttemptRecord) -> Row:
    timed = None if attempt.seconds is None else attempt.seconds * 1000
    return {
        "provider_name": attempt.provider,
        "status": attempt.upstream_status,
        "is_byok": False,
        "endpoint_id": attempt.endpoint,
        "model_permaslug": attempt.model,
        **{name: value for name, value in (("latency", timed), ("id", attempt.upstream_id)) if value is not None},
    }


def _first(values: Iterable[Any]) -> Any:
    return next((value for value in values if value), None)
