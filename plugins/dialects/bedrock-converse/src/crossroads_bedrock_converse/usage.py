"""Bedrock's `usage` -> disjoint token classes, canonical usage, and back.

Law (MONEY-4): inputTokens holds neither what was read from a cache nor what was written to one; totalTokens holds all.
Source: Amazon Bedrock API reference, "TokenUsage", and its user guide, "Prompt caching", read 2026-11-25.
"""

from __future__ import annotations

from typing import Any

from crossroads_openai_chat.usage import TOKENS_MAX

from crossroads.types.usage import Cost, Usage, cost_fields, openai_usage
from crossroads.wire import Headers, find_header

Json = dict[str, Any]
COUNTS = ("prompt_tokens", "completion_tokens", "total_tokens", "prompt_tokens_details", "completion_tokens_details")
HEADERS = (b"x-amzn-bedrock-input-token-count", b"x-amzn-bedrock-output-token-count")
OWN = ("cacheDetails", "serverToolUsage")
"""What it says beside the counts, kept under its own name."""


def parse_usage(raw: Any) -> Usage | None:
    """None: it states no counts of what went in and came out."""
    if not isinstance(raw, dict):
        return None
    fresh, out = _count(raw, "inputTokens"), _count(raw, "outputTokens")
    if fresh is None or out is None:
        return None
    return Usage(
        input_tokens=fresh,
        cache_read_tokens=_count(raw, "cacheReadInputTokens") or 0,
        cache_write_tokens=_count(raw, "cacheWriteInputTokens") or 0,
        output_tokens=out,
    )


def header_usage(headers: Headers) -> Usage | None:
    """What InvokeModel counts beside a body that says nothing."""
    counts = [find_header(headers, name) for name in HEADERS]
    told = [int(count) if count is not None and count.isdigit() else -1 for count in counts]
    if not all(0 <= count <= TOKENS_MAX for count in told):
        return None
    return Usage(input_tokens=told[0], output_tokens=told[1])


def canonical_usage(raw: Any, usage: Usage) -> Json:
    """OpenAI's words for the counts, and Bedrock's own beside them."""
    counts = openai_usage(usage, Cost(total_nano=None))
    own = {name: raw[name] for name in OWN if isinstance(raw, dict) and raw.get(name)}
    return {**own, **{name: counts[name] for name in COUNTS}}


def bedrock_usage(told: Any, usage: Usage, cost: Cost) -> Json:
    """For a client of Bedrock's, priced. told: the canonical usage that it came in, or Bedrock's own."""
    own = {name: told[name] for name in OWN if isinstance(told, dict) and told.get(name)}
    counts: Json = {
        "inputTokens": usage.input_tokens + usage.audio_input_tokens,
        "outputTokens": usage.completion_tokens,
        "totalTokens": usage.prompt_tokens + usage.completion_tokens,
        "cacheReadInputTokens": usage.cache_read_tokens,
        "cacheWriteInputTokens": usage.cache_write_tokens,
    }
    return {**counts, **own, **cost_fields(cost)}


def _count(holder: Json, name: str) -> int | None:
    value = holder.get(name)
    return value if type(value) is int and 0 <= value <= TOKENS_MAX else None
