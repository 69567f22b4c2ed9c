"""A call's route for its caller: OpenRouter's router metadata, and beside it every reason of ours.

Asked for with the header `X-OpenRouter-Metadata: enabled`. Never a key, a price of ours or a word of the content.
Source: OpenRouter's OpenAPI, schemas `OpenRouterMetadata`, `RouterAttempt` and `RoutingStrategy`, read 2026-11-25.
"""

from __future__ import annotations

from typing import Any

import msgspec

from crossroads.call import Call


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
        "is_byok": False,
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
