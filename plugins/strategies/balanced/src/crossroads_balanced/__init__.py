"""Share calls among endpoints by what a good response is expected to cost there; endpoints in an outage go behind.

A failed try costs about what a good one does (often it is billed, always it is waited for), and tries are independent
enough, so with success probability s and price p the expected price of one success is c = p / s (geometric law). Then

    weight   w_i = c_i ** -2                                    ($1 against $3: nine to one)
    share    (1 - e) x w_i / sum_j w_j + e / n                   e = 0.02: everybody is tried, so improvement is seen

of being tried first, and the retries are drawn likewise from what is left. Drawing without replacement by shares is
sorting by log(u_i) / share_i, with u_i uniform in (0, 1] (Efraimidis and Spirakis, "Weighted random sampling with a
reservoir", Information Processing Letters 97, 2006).

    p   prices at a typical mix of units, plus the value of the time that the reply takes; free counts as a tenth of the
        cheapest price, unknown as twice the dearest
        of the input, the share that this endpoint was seen to read from its cache is priced as cache reads
        time: median seconds to the first token + typical output / median tokens per second, at `usd_per_hour` (default
        0: only price counts); where nothing was measured, the mean of the others
    s   (successes + a) / (successes + failures + a + b), counts decayed to now, prior a = 9.5, b = 0.5; a 429 too

An endpoint is in an outage when it failed in the last 30 s and s < 0.9. Nobody is ever left out: the last of the order
is a fallback still.
Source of the law and the 30 s: OpenRouter, "Provider routing", load balancing by price, read 2026-11-24; the mix, the
prior, the value of time and the bounds are ours. The price of today's algorithm there is not published.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import log

from pydantic import BaseModel, ConfigDict, Field

from crossroads.call import Call
from crossroads.hookspecs import hookimpl
from crossroads.route import Candidate, Endpoint, EndpointStats, Prices

OUTAGE_S = 30.0
OUTAGE_BELOW = 0.9
HALF_LIFE_S = 60.0
"""Of evidence, as the engine's own: what nobody has tried for a while is judged by the prior again."""
PRIOR_SUCCESSES, PRIOR_FAILURES = 9.5, 0.5
FREE_SHARE = 0.1
"""Free counts as this share of the cheapest price: a hundred to one, so that a paid one is still looked at."""
UNKNOWN_FACTOR = 2.0
"""Unknown counts as this multiple of the dearest price: behind all that are known, and never starved."""

EXPLORED = 0.02
"""Share of first tries that is drawn evenly."""
BEHIND = 1e9
"""More than log(u) / share can be: an outage goes behind all that have none."""
OUTPUT_TOKENS = 1_000
"""Whose time is valued."""

Mix = Mapping[str, int]
TYPICAL_INPUT = 3_000
CHAT: tuple[Mix, ...] = ({"input": TYPICAL_INPUT, "output": 1_000},)
MIXES: dict[str, tuple[Mix, ...]] = {
    "embeddings": ({"input": 1_000},),
    "rerank": ({"search": 1}, {"input": 1_000}),
    "images": ({"image": 1}, {"input": 1_000, "image_output": 4_000}),
    "speech": ({"character": 1_000}, {"input": 300, "audio_output": 1_000}),
    "transcription": ({"second": 60}, {"audio_input": 1_500, "output": 300}),
    "translation": ({"second": 60}, {"audio_input": 1_500, "output": 300}),
    "video": ({"second": 5},),
    "moderation": ({"input": 1_000},),
}
"""Units of a typical call by operation; of several, the first whose prices are all stated."""


class Balanced:
    """The default strategy."""

    class Settings(BaseModel):
        """usd_per_hour: what an hour of waiting is worth."""

        model_config = ConfigDict(extra="forbid")
        usd_per_hour: float = Field(default=0.0, ge=0, le=1e6, allow_inf_nan=False)

    def __init__(self, settings: Settings | None = None) -> None:
        self._per_second = (settings.usd_per_hour if settings else 0.0) / 3_600 * 10**15
        """In the unit of `typical_cost`."""
        self._typical: dict[str, dict[str, tuple[Endpoint, float | None, float]]] = {}
        """By operation and endpoint: what a typical call costs, and what a prompt that is all cached would save."""

    @hookimpl
    def strategy_score(self, call: Call, candidates: tuple[Candidate, ...]) -> list[float]:
        """Places as scores: the first drawn has the highest. Dice from `call.random`."""
        now, dice = call.began, call.random.random
        prices = self._prices(candidates, call.operation, call.received_at)
        if self._per_second:
            waits = self._waits(candidates, now)
            prices = [None if p is None else p + wait for p, wait in zip(prices, waits, strict=True)]
        chances = [success_probability(c.stats, now) for c in candidates]
        costs = prices if all(prices) else comparable(prices)
        weights = [(chance / cost) ** 2 for chance, cost in zip(chances, costs, strict=True)]
        scale, even = (1 - EXPLORED) / sum(weights), EXPLORED / len(candidates)
        keys = [log(1.0 - dice()) / (weight * scale + even) for weight in weights]
        for i, candidate in enumerate(candidates):
            if candidate.stats.failed_at is not None and in_outage(candidate.stats, chances[i], now):
                keys[i] -= BEHIND
        scores = [0.0] * len(keys)
        for place, i in enumerate(sorted(range(len(keys)), key=keys.__getitem__)):
            scores[i] = float(place)
        return scores

    def _prices(self, candidates: Sequence[Candidate], operation: str, at: float) -> list[float | None]:
        """`typical_cost` of each; what does not depend on the statistics is worked out once."""
        known = self._typical.setdefault(operation, {})
        prices: list[float | None] = []
        for candidate in candidates:
            endpoint = candidate.endpoint
            found = known.get(endpoint.id)
            if found is None or found[0] is not endpoint:
                prices_now = endpoint.prices_for(TYPICAL_INPUT, at)
                whole, cached = typical_cost(prices_now, operation), typical_cost(prices_now, operation, 1.0)
                saved = 0.0 if whole is None or cached is None else whole - cached
                found = (endpoint, whole, saved)
                if not endpoint.is_timed:
                    known[endpoint.id] = found
            _, price, saved = found
            if saved and price is not None:
                price -= saved * candidate.stats.cache_hit_rate
            prices.append(price)
        return prices

    def _waits(self, candidates: Sequence[Candidate], now: float) -> list[float]:
        """The value of each one's time, in the unit of `typical_cost`."""
        seconds = [typical_seconds(c.stats, now) for c in candidates]
        known = [value for value in seconds if value is not None]
        mean = sum(known) / len(known) if known else 0.0
        return [self._per_second * (mean if value is None else value) for value in seconds]


def typical_seconds(stats: EndpointStats, now: float) -> float | None:
    """Of a reply of OUTPUT_TOKENS; None: not measured in the last 30 minutes."""
    first, speed = stats.first_token.percentiles(now), stats.speed.percentiles(now)
    return None if first is None or speed is None else first.p50 + OUTPUT_TOKENS / speed.p50


def typical_cost(prices: Prices, operation: str, cache_hit_rate: float = 0.0) -> float | None:
    """Of a typical call, in nano-dollars x 10^6; None where a price is not stated."""
    for mix in MIXES.get(operation, CHAT):
        lines = [(units, getattr(prices, name)) for name, units in mix.items()]
        if all(amount is not None for _, amount in lines):
            cost = float(sum(units * amount for units, amount in lines) + (prices.request or 0))
            if prices.input and prices.cache_read is not None:
                cost -= mix.get("input", 0) * cache_hit_rate * (prices.input - prices.cache_read)
            return cost
    return None


def comparable(costs: Sequence[float | None]) -> list[float]:
    """Positive numbers in the ratio of the costs; free and unknown ones stand where the module says.

    costs: shape (n,), n >= 1, >= 0 or None. Returns shape (n,), all > 0, the dearest known at 1.
    """
    paid = [cost for cost in costs if cost]
    cheapest, dearest = (min(paid), max(paid)) if paid else (1, 1)
    return [UNKNOWN_FACTOR if cost is None else (cost or cheapest * FREE_SHARE) / dearest for cost in costs]


def success_probability(stats: EndpointStats, now: float) -> float:
    """In (0, 1): observed, shrunk towards the prior. now: monotonic seconds."""
    age = now - stats.updated_at
    decay = 0.5 ** (age / HALF_LIFE_S) if age > 0 else 1.0
    good, bad = stats.successes * decay + PRIOR_SUCCESSES, stats.failures * decay + PRIOR_FAILURES
    return good / (good + bad)


def in_outage(stats: EndpointStats, chance: float, now: float) -> bool:
    """Did it fail just now, and not only by chance?"""
    return stats.failed_at is not None and now - stats.failed_at < OUTAGE_S and chance < OUTAGE_BELOW
