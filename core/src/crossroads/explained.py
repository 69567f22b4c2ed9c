"""A call's route in words: for its caller as OpenRouter's router metadata, for the operator stage by stage.

Asked for with the header `X-OpenRouter-Metadata: enabled`. Never a key, a price of ours or a word of the content.
Source: OpenRouter's OpenAPI, schemas `OpenRouterMetadata`, `RouterAttempt` and `RoutingStrategy`, read 2026-11-25.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from crossroads.call import Call
from crossroads.route import Endpoint, Route

FILTERS, POLICIES, FALLBACKS = "filters", "policies", "fallbacks"
"""Stages as they are told; those between are the strategies, by name."""
PASSED = "passed"


def router_metadata(call: Call) -> dict[str, Any] | None:
    """`openrouter_metadata`; None before there is a route. `reasons` is an addition of ours."""
    route = call.route
    if route is None:
        return None
    reasons = route.all_reasons()
    last = route.attempts[-1].endpoint if route.attempts else None
    requested = call.opened.models[0] if call.opened.models else route.model
    chosen = "none" if last is None else last.provider_name
    return {
        "requested": requested,
        "strategy": _strategy(call, requested, None if last is None else last.model),
        "region": None if last is None else last.region,
        "summary": f"available={len(route.candidates)}, selected={chosen}",
        "attempt": len(route.attempts),
        "is_byok": last is not None and last.account is not None,
        "endpoints": {
            "total": len(route.candidates) + sum(reason.dropped for reason in reasons),
            "available": [
                {"provider": e.provider_name, "model": e.model, "selected": e is last}
                for e in (candidate.endpoint for candidate in route.candidates)
            ],
        },
        "attempts": [
            {"provider": a.endpoint.provider_name, "model": a.endpoint.model, "status": _status(a)}
            for a in route.attempts
        ],
        "reasons": [msgspec.to_builtins(reason) for reason in reasons],
    }


def _strategy(call: Call, requested: str, served: str | None) -> str:
    if served is None or served == requested:
        return "direct"
    return "fallback" if served in call.opened.models[1:] else "alias"


def _status(attempt: Any) -> int:
    if attempt.upstream_status is not None:
        status: int = attempt.upstream_status
        return status
    return attempt.error.status if attempt.error is not None else 0


def stages(route: Route, endpoints: Mapping[str, Endpoint]) -> list[dict[str, Any]]:
    """Everybody who was considered: place (None: not to be tried), endpoint, model, and what each stage said.

    endpoints: by id, for those of whom only a reason is left. By place; behind them, who was dropped.
    """
    reasons = route.all_reasons()
    dropped = {reason.endpoint: reason for reason in reasons if reason.dropped and reason.endpoint is not None}
    said: dict[str, dict[str, str]] = {}
    for reason in reasons:
        if reason.stage == "rank" and reason.endpoint is not None:
            said.setdefault(reason.endpoint, {})[reason.by.removeprefix("strategies/")] = reason.text
    places = {candidate.endpoint.id: place for place, candidate in enumerate(route.candidates, 1)}
    rows = []
    for id in dict.fromkeys([*places, *said, *dropped]):
        told = {FILTERS: PASSED, POLICIES: PASSED, **said.get(id, {})}
        why = dropped.get(id)
        if why is not None and why.stage == "permit":
            told = {FILTERS: PASSED, POLICIES: f"{why.by.removeprefix('policies/')}: {why.text}"}
        elif why is not None:
            told = {FILTERS: why.text}
        elif id not in places:
            told[FALLBACKS] = "not to be tried: allow_fallbacks is false"
        endpoint = endpoints[id]
        row = {"place": places.get(id), "endpoint": id, "provider": endpoint.provider, "model": endpoint.model}
        rows.append({**row, "stages": told})
    return rows
