"""Shares by the inverse square of the list price; endpoints with a significant outage in the last 30 s go behind.

    weight of endpoint i = p_i ** -2          $1 against $3: nine to one
    p_i = 3 x input price + output price;     free counts as a tenth of the cheapest, unknown as twice the dearest

A significant outage: it failed in the last 30 s, and of its recent calls (half-life 60 s) more than one in five.
Source of the law and the 30 s: OpenRouter, "Provider routing", load balancing, read 2026-11-24; the mix and
the one in five are ours. `balanced` is the newer rule.
"""

from __future__ import annotations

import math

from crossroads.call import Call
from crossroads.hookspecs import hookimpl
from crossroads.route import Candidate, EndpointStats, Prices

OUTAGE_S = 30.0
OUTAGE_SHARE = 0.2
FREE_SHARE, UNKNOWN_FACTOR = 0.1, 2.0


class InverseSquare:
    """See the module."""

    @hookimpl
    def strategy_score(self, call: Call, candidates: tuple[Candidate, ...]) -> list[float]:
        """Places as scores: the first drawn has the highest."""
        prices = [mixed(c.endpoint.prices) for c in candidates]
        paid = [price for price in prices if price]
        cheapest, dearest = (min(paid), max(paid)) if paid else (1, 1)
        keys = []
        for candidate, price in zip(candidates, prices, strict=True):
            relative = UNKNOWN_FACTOR if price is None else (price or cheapest * FREE_SHARE) / dearest
            drawn = math.log(1.0 - call.random.random()) * relative**2
            keys.append((not in_outage(candidate.stats, call.began), drawn))
        scores = [0.0] * len(keys)
        for place, i in enumerate(sorted(range(len(keys)), key=keys.__getitem__)):
            scores[i] = float(place)
        return scores


def mixed(prices: Prices) -> int | None:
    """Three parts of input to one of output; None: not stated."""
    return None if prices.input is None or prices.output is None else 3 * prices.input + prices.output


def in_outage(stats: EndpointStats, now: float) -> bool:
    """now: monotonic seconds."""
    recent = stats.failed_at is not None and now - stats.failed_at < OUTAGE_S
    return recent and stats.failures > OUTAGE_SHARE * (stats.failures + stats.successes)
