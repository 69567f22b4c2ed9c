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
    prompt = _due(
        (usage.input_tokens, prices.input, None),
        (usage.cache_read_tokens, prices.cache_read, prices.input),
        (usage.cache_write_tokens, prices.cache_write, prices.input),
        (usage.audio_input_tokens, prices.audio_input, prices.input),
        (1, prices.request or 0, None),
    )
    completion = _due(
        (usage.output_tokens, prices.output, None),
        (usage.reasoning_tokens, prices.reasoning, prices.output),
        (usage.audio_output_tokens, prices.audio_output, prices.output),
        (usage.image_output_tokens, prices.image_output, prices.output),
        (usage.images, prices.image, None),
        (usage.seconds, prices.second, None),
        (usage.characters, prices.character, None),
        (usage.searches, prices.search, None),
    )
    return Cost(
        total_nano=None if prompt is None or completion is None else cost_nano((*prompt, *completion)),
        prompt_nano=None if prompt is None else cost_nano(prompt),
        completion_nano=None if completion is None else cost_nano(completion),
    )


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


def _due(*lines: tuple[int, int | None, int | None]) -> list[tuple[int, int]] | None:
    """(units, own price, parent's price) -> (units, price) of what was used at all; None where one is unknown."""
    due = []
    for units, own, parent in lines:
        if units:
            amount = parent if own is None else own
            if amount is None:
                return None
            due.append((units, amount))
    return due
