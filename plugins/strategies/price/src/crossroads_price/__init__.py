"""The cheapest endpoint for this request first. Deterministic; an unknown price goes last.

    cost = fresh tokens in x input + cached tokens x cache read + tokens out x output + request price,
           at the endpoint's own tier

Tokens in: a quarter of the request's bytes. Tokens out: what the caller allows at most, else 1,000. The estimate is the
same for every endpoint, so its error moves the order only where one is cheaper in and the other cheaper out. Cached:
what this conversation left in the cache of the endpoint that served it last (`crossroads_price.warm`).

Behind all others whose price is stated: those in an outage (failed in the last 30 s, and not only by chance), so that
the cheapest that fails is not everybody's first try. Of equal costs, those that nobody has measured go behind while
several calls are under way there already, the idlest of them first: else the first of the list would take all calls
until it is known to be slow. Slow ones are the breaker's to eject.
"""

from __future__ import annotations

import msgspec

from crossroads.call import Call
from crossroads.hookspecs import hookimpl
from crossroads.money import cost_nano
from crossroads.route import Attempt, Candidate, Endpoint
from crossroads.types.usage import Usage
from crossroads_price.warm import Warm

BYTES_PER_TOKEN = 4
OUTPUT_TOKENS = 1_000
"""Where the caller sets no limit."""
OTHER_UNITS = {
    "images": "image",
    "rerank": "search",
    "speech": "character",
    "transcription": "second",
    "translation": "second",
    "video": "second",
}
"""Operations that are mostly priced by one unit: what a second costs decides, not how many there are."""
INPUT_ONLY = frozenset({"embeddings", "moderation"})
Place = tuple[bool, bool, int, int]


class Price:
    """See the module. Ties are left to the next strategy, then to the order of the configuration."""

    def __init__(self) -> None:
        self._warm = Warm()

    @hookimpl
    def strategy_score(self, call: Call, candidates: tuple[Candidate, ...]) -> list[float]:
        """Places as scores; equal ones are ties."""
        tokens_in = estimated_input_tokens(call)
        tokens_out = call.opened.max_output_tokens or OUTPUT_TOKENS
        warm, cached = self._warm.find(call)
        places: list[Place] = []
        for candidate in candidates:
            endpoint = candidate.endpoint
            held = min(cached, tokens_in) if endpoint.id == warm else 0
            cost = estimated_cost_nano(
                endpoint, call.operation, tokens_in, tokens_out, at=call.received_at, cached=held
            )
            outage = candidate.stats.in_outage(call.began)
            places.append((cost is None, outage, cost or 0, candidate.stats.crowd))
        ranks = {place: -float(rank) for rank, place in enumerate(sorted(set(places)))}
        return [ranks[place] for place in places]

    @hookimpl
    def policy_settle(self, call: Call, usages: tuple[tuple[Attempt, Usage], ...]) -> None:
        """What the call left in whose cache."""
        self._warm.settle(call, usages)


def estimated_input_tokens(call: Call) -> int:
    """From the bytes of the request's fields, as they came."""
    fields = call.opened.fields.values()
    size = sum(len(memoryview(v)) if isinstance(v, msgspec.Raw) else len(str(v)) for v in fields)
    return -(-size // BYTES_PER_TOKEN)


def estimated_cost_nano(
    endpoint: Endpoint, operation: str, tokens_in: int, tokens_out: int, *, at: float, cached: int = 0
) -> int | None:
    """Nano-dollars; None: a price that is needed is not stated. at: UTC seconds. cached: of the tokens in."""
    prices = endpoint.prices_for(tokens_in, at)
    unit = OTHER_UNITS.get(operation)
    if unit is not None and (own := getattr(prices, unit)) is not None:
        lines: list[tuple[int, int | None]] = [(1, own)]
    else:
        fresh, read = prices.input, prices.cache_read
        lines = [(tokens_in - cached, fresh), (cached, fresh if read is None else read)]
        if operation not in INPUT_ONLY:
            lines.append((tokens_out, prices.output))
    lines.append((1, prices.request or 0))
    stated = [(units, price) for units, price in lines if price is not None]
    return cost_nano(stated) if len(stated) == len(lines) else None
