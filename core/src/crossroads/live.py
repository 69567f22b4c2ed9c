"""Live figures of an endpoint as OpenRouter's `/endpoints` shows them: uptime in percent, milliseconds, tokens/s.

Percentiles are of performance: p90 is what nine of ten calls did at least as well as, so a throughput's p90 is low.
"""

from __future__ import annotations

from typing import Any

import msgspec

from crossroads.route import EndpointStats

MINUTE_S, DAY_S = 60.0, 86_400.0


def live_figures(stats: EndpointStats, now: float) -> dict[str, Any]:
    """now: monotonic seconds. None where nothing was measured."""
    latency, speed = stats.first_token.percentiles(now), stats.speed.percentiles(now)
    return {
        "uptime_last_5m": _percent(stats.minutes.share(now, 5 * MINUTE_S)),
        "uptime_last_30m": _percent(stats.minutes.share(now, 30 * MINUTE_S)),
        "uptime_last_1d": _percent(stats.hours.share(now, DAY_S)),
        "latency_last_30m": None
        if latency is None
        else {name: value * 1_000 for name, value in msgspec.structs.asdict(latency).items()},
        "throughput_last_30m": None if speed is None else msgspec.to_builtins(speed),
    }


def _percent(share: float | None) -> float | None:
    return None if share is None else round(100 * share, 3)
