"""Share calls among endpoints by what a good response is expected to cost there; endpoints in an outage go behind.

A failed try costs about what a good one does (often it is billed, always it is waited for), and tries are independent
enough, so with success probability s and price p the expected price of one success is c = p / s (geometric law). Then

    chance of endpoint i to be tried first:  w_i / sum_j w_j,   w_i = c_i ** -2       ($1 against $3: nine to one)

and the retries are drawn likewise from what is left. Drawing without replacement by weights is sorting by
log(u_i) / w_i, with u_i uniform in (0, 1] (Efraimidis and Spirakis, "Weighted random sampling with a reservoir",
Information Processing Letters 97, 2006).

    p   prices at a typical mix of units; free counts as a tenth of the cheapest price, unknown as twice the dearest
    s   (successes + a) / (successes + failures + a + b), counts decayed to now, prior a = 9.5, b = 0.5

An endpoint is in an outage when it failed in the last 30 s and s < 0.9. Nobody is ever left out: the last of the order
is a fallback still.
Source of the law and the 30 s: OpenRouter, "Provider routing", load balancing by price, read 2026-11-24; the mix, the
prior and the bounds are ours.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from crossroads.call import Call
from crossroads.hookspecs import hookimpl
from crossroads.route import Candidate, EndpointStats, Prices

OUTAGE_S = 30.0
OUTAGE_BELOW = 0.9
HALF_LIFE_S = 60.0
"""Of evidence, as the engine's own: what nobody has tried for a while is judged by the prior again."""
PRIOR_SUCCESSES, PRIOR_FAILURES = 9.5, 0.5
FREE_SHARE = 0.1
"""Free counts as this share of the cheapest price: a hundred to one, so that a paid one is still looked at."""
UNKNOWN_FACTOR = 2.0
"""Unknown counts as this multiple of the dearest price: behind all that are known, and never starved."""

Mix = Mapping[str, int]
CHAT: tuple[Mix, ...] = ({"input": 3_000, "output": 1_000},)
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

    @hookimpl
    def strategy_score(self, call: Call, candidates: tuple[Candidate, ...]) -> list[float]:
        """Places as scores: the first drawn has the highest. Dice from `call.random`."""
        costs = comparable([typical_cost(c.endpoint.prices, call.operation) for c in candidates])
        keys = []
        for candidate, cost in zip(candidates, costs, strict=True):
            chance = success_probability(candidate.stats, call.began)
            weight = (chance / cost) ** 2
            drawn = math.log(1.0 - call.random.random()) / weight
            keys.append((not in_outage(candidate.stats, chance, call.began), drawn))
        order = sorted(range(len(keys)), key=keys.__getitem__)
        scores = [0.0] * len(keys)
        for place, i in enumerate(order):
            scores[i] = float(place)
        return scores


def typical_cost(prices: Prices, operation: str) -> int | None:
    """Of a typical call, in nano-dollars x 10^6; None where a price is not stated."""
    for mix in MIXES.get(operation, CHAT):
        lines = [(units, getattr(prices, name)) for name, units in mix.items()]
        if all(amount is not None for _, amount in lines):
            return sum(units * amount for units, amount in lines) + (prices.request or 0)
    return None


def comparable(costs: Sequence[int | None]) -> list[float]:
    """Positive numbers in the ratio of the costs; free and unknown ones stand where the module says.

    costs: shape (n,), n >= 1, >= 0 or None. Returns shape (n,), all > 0, the dearest known at 1.
    """
    paid = [cost for cost in costs if cost]
    cheapest, dearest = (min(paid), max(paid)) if paid else (1, 1)
    return [UNKNOWN_FACTOR if cost is None else (cost or cheapest * FREE_SHARE) / dearest for cost in costs]


def success_probability(stats: EndpointStats, now: float) -> float:
    """In (0, 1): observed, shrunk towards the prior. now: monotonic seconds."""
    decay = 0.5 ** (max(0.0, now - stats.updated_at) / HALF_LIFE_S)
    good, bad = stats.successes * decay + PRIOR_SUCCESSES, stats.failures * decay + PRIOR_FAILURES
    return good / (good + bad)


def in_outage(stats: EndpointStats, chance: float, now: float) -> bool:
    """Did it fail just now, and not only by chance?"""
    return stats.failed_at is not None and now - stats.failed_at < OUTAGE_S and chance < OUTAGE_BELOW
