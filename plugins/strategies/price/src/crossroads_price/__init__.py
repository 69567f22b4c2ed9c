"""The cheapest endpoint for this request first. Deterministic; an unknown price goes last.

    cost = tokens in x input + tokens out x output + request price,  at the endpoint's own tier

Tokens in: a quarter of the request's bytes. Tokens out: what the caller allows at most, else 1,000. The estimate is the
same for every endpoint, so its error moves the order only where one is cheaper in and the other cheaper out.
"""

from __future__ import annotations

import math

import msgspec

from crossroads.call import Call
from crossroads.hookspecs import hookimpl
from crossroads.money import cost_nano
from crossroads.route import Candidate, Endpoint

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


class Price:
    """See the module. Ties are left to the next strategy, then to the order of the configuration."""

    @hookimpl
    def strategy_score(self, call: Call, candidates: tuple[Candidate, ...]) -> list[float]:
        """Minus the estimated cost in nano-dollars; -inf where a price is not stated."""
        tokens_in = estimated_input_tokens(call)
        tokens_out = call.opened.max_output_tokens or OUTPUT_TOKENS
        costs = [estimated_cost_nano(c.endpoint, call.operation, tokens_in, tokens_out) for c in candidates]
        return [-math.inf if cost is None else -float(cost) for cost in costs]


def estimated_input_tokens(call: Call) -> int:
    """From the bytes of the request's fields, as they came."""
    size = sum(len(bytes(v)) if isinstance(v, msgspec.Raw) else len(str(v)) for v in call.opened.fields.values())
    return -(-size // BYTES_PER_TOKEN)


def estimated_cost_nano(endpoint: Endpoint, operation: str, tokens_in: int, tokens_out: int) -> int | None:
    """Nano-dollars; None: a price that is needed is not stated."""
    unit = OTHER_UNITS.get(operation)
    if unit is not None and (own := _price(endpoint, unit, tokens_in)) is not None:
        lines: list[tuple[int, int | None]] = [(1, own)]
    else:
        lines = [(tokens_in, _price(endpoint, "input", tokens_in))]
        if operation not in INPUT_ONLY:
            lines.append((tokens_out, _price(endpoint, "output", tokens_in)))
    lines.append((1, endpoint.prices.request or 0))
    stated = [(units, price) for units, price in lines if price is not None]
    return cost_nano(stated) if len(stated) == len(lines) else None


def _price(endpoint: Endpoint, name: str, tokens_in: int) -> int | None:
    """At the tier of a prompt of this length; tiers stand in ascending order."""
    found: int | None = getattr(endpoint.prices, name)
    for tier in endpoint.tiers:
        if tokens_in > tier.above_input_tokens and (own := getattr(tier.prices, name)) is not None:
            found = own
    return found
