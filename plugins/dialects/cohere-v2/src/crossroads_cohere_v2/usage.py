"""Cohere's `usage` -> disjoint token classes, and back.

Law (MONEY-4): the classes sum to what Cohere bills, `billed_units`: its invoice counts neither the preamble nor the
markup that `tokens` counts (1,441 tokens against 41 billed, recorded 2026-11-25). `tokens` and `cached_tokens` (which
may exceed what is billed) stay beside them, in the `usage` of the reply.
"""

from __future__ import annotations

from typing import Any

from crossroads_openai_chat.usage import TOKENS_MAX

from crossroads.types.usage import Cost, Usage

Json = dict[str, Any]


def parse_usage(raw: Any) -> Usage | None:
    """None: it states neither billed units nor tokens."""
    usage = raw if isinstance(raw, dict) else {}
    billed, tokens = _object(usage.get("billed_units")), _object(usage.get("tokens"))
    used = _count(billed.get("input_tokens")), _count(billed.get("output_tokens"))
    if None in used:
        used = _count(tokens.get("input_tokens")), _count(tokens.get("output_tokens"))
    given, made = used
    if given is None or made is None:
        return None
    thought = min(_count(tokens.get("reasoning_tokens")) or 0, made)
    return Usage(
        input_tokens=given,
        output_tokens=made - thought,
        reasoning_tokens=thought,
        searches=_count(billed.get("search_units")) or 0,
    )


def canonical_usage(raw: Json, usage: Usage | None) -> Json:
    """OpenAI's counts, and Cohere's own beside them."""
    if usage is None:
        return raw
    return {
        **raw,
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens,
        "total_tokens": usage.prompt_tokens + usage.completion_tokens,
    }


def cohere_usage(theirs: Any, usage: Usage, cost: Cost) -> Json:
    """For a client of Cohere's. theirs: the `usage` of a canonical document, or Cohere's own."""
    kept = {k: v for k, v in _object(theirs).items() if k in ("billed_units", "tokens", "cached_tokens")}
    counts = {"input_tokens": usage.prompt_tokens, "output_tokens": usage.completion_tokens}
    thought = {"reasoning_tokens": usage.reasoning_tokens} if usage.reasoning_tokens else {}
    searched = {"search_units": usage.searches} if usage.searches else {}
    if usage.cache_read_tokens:
        kept.setdefault("cached_tokens", usage.cache_read_tokens)
    kept.setdefault("billed_units", counts | searched)
    kept.setdefault("tokens", counts | thought)
    return {**kept, "cost": cost.json()}


def _object(value: Any) -> Json:
    return value if isinstance(value, dict) else {}


def _count(value: Any) -> int | None:
    """Cohere's counts are numbers, not integers: 41.0 is 41."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if type(value) is int and 0 <= value <= TOKENS_MAX else None
