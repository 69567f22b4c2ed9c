"""What the exchange has done as JSON rows, in OpenRouter's words: generations, and a key's usage.

Law: a fact that is not known is null, never guessed; amounts are exact numbers (`Raw`), for msgspec's encoder.
Source: OpenRouter's API reference and its Python SDK 1.3.84 (which fields must be there), read 2026-11-24.
"""

from __future__ import annotations

import datetime
from typing import Any

from crossroads.events import AttemptRecord, Generation
from crossroads.route import ACCOUNT
from crossroads.store import DAY_S, KeyRecord, KeyUsage
from crossroads.types.usage import usd_json

Row = dict[str, Any]

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


def generation_row(generation: Generation) -> Row:
    """`data` of `/generation`. Costs are those of all attempts, tokens those of the last; times in milliseconds.

    total_cost is what the caller is charged, upstream_inference_cost what the providers bill.
    total_cost is null where a price is unknown: OpenRouter's schema has no null there, and 0 would be untrue.
    """
    last = generation.attempts[-1] if generation.attempts else None
    used = last.usage if last is not None else None
    charged = usd_json(generation.charged_nano)
    return {
        "id": generation.id,
        "upstream_id": None if last is None else last.upstream_id,
        **dict.fromkeys(("total_cost", "usage"), charged),
        "upstream_inference_cost": usd_json(generation.cost_nano),
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
        "is_byok": last is not None and _brought(last),
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


def _brought(attempt: AttemptRecord) -> bool:
    """Was it made with a further key, stored or brought by the caller?"""
    return ACCOUNT in attempt.endpoint.partition("/")[0]


def _provider_response(attempt: AttemptRecord) -> Row:
    timed = None if attempt.seconds is None else attempt.seconds * 1000
    return {
        "provider_name": attempt.provider,
        "status": attempt.upstream_status,
        "is_byok": _brought(attempt),
        "endpoint_id": attempt.endpoint,
        "model_permaslug": attempt.model,
        **{name: value for name, value in (("latency", timed), ("id", attempt.upstream_id)) if value is not None},
    }
