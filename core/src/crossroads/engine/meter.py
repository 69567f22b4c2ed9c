"""Usage and cost of an attempt, in exact money.

Law (MONEY-4): every unit is priced once, at the price of its own endpoint and tier. An unknown price makes an unknown
cost, never 0; a class without a price of its own costs what its parent costs (reasoning as output, cached as input).
"""

from __future__ import annotations

from functools import lru_cache
from operator import attrgetter

import msgspec

from crossroads.money import cost_nano
from crossroads.route import Attempt, Endpoint, Prices
from crossroads.types.usage import Cost, Usage

BYTES_PER_TOKEN = 4
"""For estimates only (a provider that reports no usage); never for a bound: real text needs up to 4 tokens more."""


SPOKEN_TOKENS, SPOKEN_CHARACTERS = 4, 3
"""Tokens of sound per so many characters of text: OpenAI's 12 USD per million and 0.015 USD per minute make 1,250 a
minute (pkg:pypi/litellm@1.109.1, gpt-4o-mini-tts, read 2026-11-25), in which some 940 characters are read aloud."""


PROMPT = ("input_tokens", "cache_read_tokens", "cache_write_tokens", "audio_input_tokens", "image_input_tokens")
COMPLETION = (
    "output_tokens", "reasoning_tokens", "audio_output_tokens", "image_output_tokens",
    "images", "seconds", "characters", "searches",
)  # fmt: skip
_prompt_units, _completion_units = attrgetter(*PROMPT), attrgetter(*COMPLETION)


@lru_cache(maxsize=4096)
def _rates(p: Prices) -> tuple[tuple[int | None, ...], tuple[int | None, ...]]:
    """What each class of PROMPT and of COMPLETION costs, its parent's price standing in for one of its own."""
    more_in = (p.cache_read, p.cache_write, p.audio_input, p.image_input)
    rest = (p.input if own is None else own for own in more_in)
    more = (p.output if own is None else own for own in (p.reasoning, p.audio_output, p.image_output))
    return (p.input, *rest), (p.output, *more, p.image, p.second, p.character, p.search)


def price(endpoint: Endpoint, usage: Usage, at: float) -> Cost:
    """What `usage` costs at this endpoint. at: start of the attempt, UTC seconds."""
    prices = endpoint.prices_for(usage.prompt_tokens, at)
    prompt_rates, completion_rates = _rates(prices)
    prompt = _due(_prompt_units(usage), prompt_rates)
    completion = _due(_completion_units(usage), completion_rates)
    if prompt is not None and prices.request:
        prompt.append((1, prices.request))
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


def cut_short(reported: Usage, seen_tokens: int) -> Usage:
    """Of a stream that did not end: what was reported by then, and at least the content that arrived.

    Some providers count before there is anything to count (Anthropic's `message_start`), and correct it at the end.
    """
    missing = seen_tokens - reported.completion_tokens
    if missing <= 0:
        return reported
    return msgspec.structs.replace(reported, output_tokens=reported.output_tokens + missing, quality="estimated")


def asked(attempt: Attempt, usage: Usage | None, seen_tokens: int) -> Usage | None:
    """Of an attempt that reports none: what the request itself says it costs, where the endpoint is priced that way.

    Speech is sold by the character of its input, which no reply repeats, hearing by the second of it, which not every
    reply tells; where a sound is sold by the token and nobody counts them, its text tells how long it is.
    """
    estimate = measured(attempt, None, 0 if usage is not None and usage.characters else seen_tokens)
    prices = attempt.endpoint.prices
    if estimate is None or usage is None:
        return estimate
    if (usage.characters and prices.character is not None) or (usage.seconds and prices.second is not None):
        return usage
    if usage.characters and prices.audio_output is not None:
        return Usage(
            input_tokens=-(-usage.characters // BYTES_PER_TOKEN),
            audio_output_tokens=-(-usage.characters * SPOKEN_TOKENS // SPOKEN_CHARACTERS),
            quality="estimated",
        )
    return estimate


def _due(units: tuple[int, ...], rates: tuple[int | None, ...]) -> list[tuple[int, int]] | None:
    """(units, price) of what was used at all; None where a price is unknown."""
    due = []
    for count, rate in zip(units, rates, strict=True):
        if count:
            if rate is None:
                return None
            due.append((count, rate))
    return due
