"""What a run came to: cost, success, latency, fairness between keys."""

from __future__ import annotations

from typing import Any

from crossroads_simulate.arrival import Arrival

NANO = 10**9


class Taken:
    """What one call came to."""

    __slots__ = ("arrival", "cost_nano", "endpoint", "first_s", "ok", "total_s")

    def __init__(self, arrival: Arrival) -> None:
        self.arrival = arrival
        self.ok, self.endpoint, self.cost_nano = False, "", 0
        self.first_s = self.total_s = 0.0


def summary(strategy: str, taken: list[Taken], calls: dict[str, int], refused: int) -> dict[str, Any]:
    """keys: the figures of each; worst_key: whose success is lowest, then whose first tokens are slowest.

    refused: calls that were beyond the limits of an endpoint.
    fairness: Jain's index of the keys' success rates; 1: all are served alike.
    """
    keys = by_key(taken)
    rates = [key["success"] for key in keys]
    squares = len(rates) * sum(rate * rate for rate in rates)
    whole = figures_of(taken)
    worst = min(keys, key=lambda key: (key["success"], -key["first_token_p99_s"]), default=None)
    asked = sum(calls.values())
    return {
        "strategy": strategy,
        **whole,
        "upstream_calls": asked,
        "refused": refused,
        "extra_calls": round(asked / max(1, len(taken)) - 1, 4),
        "fairness": round(sum(rates) ** 2 / squares, 4) if squares else 0.0,
        "worst_key": None if worst is None else f"{worst['key']} {worst['success']:.2%}",
        "shares": {name: round(count / max(1, asked), 4) for name, count in calls.items()},
        "keys": keys,
    }


def by_key(taken: list[Taken]) -> list[dict[str, Any]]:
    """One row for each key, by name."""
    found: dict[str, list[Taken]] = {}
    for one in taken:
        found.setdefault(one.arrival.key, []).append(one)
    return [{"key": name, **figures_of(found[name])} for name in sorted(found)]


def figures_of(taken: list[Taken]) -> dict[str, Any]:
    """Latencies are of the calls that succeeded."""
    good = [one for one in taken if one.ok]
    firsts, totals = sorted(one.first_s for one in good), sorted(one.total_s for one in good)
    return {
        "calls": len(taken),
        "success": len(good) / len(taken) if taken else 1.0,
        "cost_usd": round(sum(one.cost_nano for one in taken) / NANO, 6),
        **{f"first_token_p{p}_s": round(percentile(firsts, p), 4) for p in (50, 95, 99)},
        **{f"total_p{p}_s": round(percentile(totals, p), 4) for p in (50, 99)},
    }


def percentile(ordered: list[float], percent: int) -> float:
    """The nearest rank; 0 of nothing."""
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)] if ordered else 0.0
