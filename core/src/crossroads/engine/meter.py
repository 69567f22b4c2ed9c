"""Usage and cost of an attempt, in exact money.

Law (MONEY-4): every unit is priced once, at the price of its own endpoint and tier. An unknown price makes an unknown
cost, never 0; a class without a price of its own costs what its parent costs (reasoning as output, cached as input).
"""

from __future__ import annotations

from crossroads.money import cost_nano
from crossroads.route import Attempt, Endpoint, Prices
from crossroads.types.usage import Cost, Usage

BYTES_PER_TOKEN = 4
"""For estimates only (a provider that reports no usage); never for a bound: real text needs up to 4 tokens more."""


def price(endpoint: Endpoint, usage: Usage) -> Cost:
    """What `usage` costs at this endpoint now."""
    prices = _tier(endpoint, usage.prompt_tokens)
    prompt = [
        (usage.input_tokens, prices.input),
        (usage.cache_read_tokens, _or(prices.cache_read, prices.input)),
        (usage.cache_write_tokens, _or(prices.cache_write, prices.input)),
        (usage.audio_input_tokens, _or(prices.audio_input, prices.input)),
        (1, prices.request or 0),
    ]
    completion = [
        (usage.output_tokens, prices.output),
        (usage.reasoning_tokens, _or(prices.reasoning, prices.output)),
        (usage.audio_output_tokens, _or(prices.audio_output, prices.output)),
        (usage.image_output_tokens, _or(prices.image_output, prices.output)),
        (usage.images, prices.image),
        (usage.seconds, prices.second),
        (usage.characters, prices.character),
        (usage.searches, prices.search),
    ]
    return Cost(total_nano=_sum([*prompt, *completion]), prompt_nano=_sum(prompt), completion_nano=_sum(completion))


def measured(attempt: Attempt, reported: Usage | None, seen_tokens: int) -> Usage | None:
    """The usage to charge: what was reported, else an estimate of what was sent and seen; None: nothing can be due.

    seen_tokens: content that arrived. Source: INVARIANTS, "Which upstream outcomes are billed".
    """
    if reported is not None:
        return reported
    if attempt.bytes_out == 0 or (attempt.error is not None and attempt.error.billing == "no"):
        return None
    sure = attempt.outcome == "ok" or seen_tokens > 0
    return Usage(
        input_tokens=-(-attempt.bytes_out // BYTES_PER_TOKEN),
        output_tokens=seen_tokens,
        quality="estimated" if sure else "uncertain",
    )


def _tier(endpoint: Endpoint, prompt_tokens: int) -> Prices:
    prices = endpoint.prices
    for tier in endpoint.tiers:  # ascending
        if prompt_tokens <= tier.above_input_tokens:
            break
        stated = {name: value for name in Prices.__struct_fields__ if (value := getattr(tier.prices, name)) is not None}
        prices = Prices(**{**{name: getattr(prices, name) for name in Prices.__struct_fields__}, **stated})
    return prices


def _or(own: int | None, parent: int | None) -> int | None:
    return parent if own is None else own


def _sum(lines: list[tuple[int, int | None]]) -> int | None:
    used = [(units, amount) for units, amount in lines if units]
    if any(amount is None for _, amount in used):
        return None
    return cost_nano((units, amount) for units, amount in used if amount is not None)
