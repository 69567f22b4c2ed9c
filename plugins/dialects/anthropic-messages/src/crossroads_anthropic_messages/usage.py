"""Anthropic's `usage` -> disjoint token classes, canonical usage, and back.

Laws (MONEY-4, MONEY-5): input, cache reads and cache writes lie beside each other, thinking inside output; a null,
negative or absurd count is no count; without input and output counts there is no usage (it will be estimated).
A compaction that the host did on the way is billed, and not in the totals: it is added.
Sources: `anthropic` 2.12, types/usage.py; Anthropic's docs, "Compaction" (usage.iterations), read 2026-11-25.
"""

from __future__ import annotations

from typing import Any

from crossroads_openai_chat.usage import TOKENS_MAX

from crossroads.types.usage import Cost, Usage, cost_fields, openai_usage

COUNTS = ("input_tokens", "output_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")
OPENAI_COUNTS = ("prompt_tokens", "completion_tokens", "total_tokens")
DETAILS = ("prompt_tokens_details", "completion_tokens_details")
COST = ("cost", "cost_details", "is_byok")


def parse_usage(raw: Any) -> Usage | None:
    """A decoded `usage` object."""
    if not isinstance(raw, dict) or _count(raw, "input_tokens") is None or _count(raw, "output_tokens") is None:
        return None
    fresh, out, read, written = (sum(part) for part in zip(_counts(raw), _compactions(raw), strict=True))
    details, tools = raw.get("output_tokens_details"), raw.get("server_tool_use")
    thought = (_count(details, "thinking_tokens") or 0) if isinstance(details, dict) else 0
    thought = min(thought, out)
    return Usage(
        input_tokens=fresh,
        cache_read_tokens=read,
        cache_write_tokens=written,
        output_tokens=out - thought,
        reasoning_tokens=thought,
        searches=(_count(tools, "web_search_requests") or 0) if isinstance(tools, dict) else 0,
    )


def canonical_usage(raw: dict[str, Any], usage: Usage | None) -> dict[str, Any]:
    """OpenAI's words for the counts, if there are any; what else the host said stands beside them."""
    told = {name: value for name, value in raw.items() if name not in COUNTS and name != "output_tokens_details"}
    if isinstance(searched := told.pop("server_tool_use", None), dict):
        told["server_tool_use_details"] = searched
    if usage is None:
        return told
    counts = openai_usage(usage, Cost(total_nano=None))
    return {**told, **{name: counts[name] for name in (*OPENAI_COUNTS, *DETAILS)}}


def encoded_usage(told: Any, usage: Usage, cost: Cost) -> dict[str, Any]:
    """Anthropic's `usage`, priced, from token classes; `told`: the canonical usage that it came in."""
    extra = dict(told) if isinstance(told, dict) else {}
    for name in (*OPENAI_COUNTS, *DETAILS, *COST):
        extra.pop(name, None)
    if isinstance(searched := extra.pop("server_tool_use_details", None), dict):
        extra["server_tool_use"] = searched
    fresh, out, read, written = _compactions(extra)
    counts: dict[str, Any] = {
        "input_tokens": usage.input_tokens + usage.audio_input_tokens - fresh,
        "cache_creation_input_tokens": usage.cache_write_tokens - written,
        "cache_read_input_tokens": usage.cache_read_tokens - read,
        "output_tokens": usage.completion_tokens - out,
    }
    if usage.reasoning_tokens:
        counts["output_tokens_details"] = {"thinking_tokens": usage.reasoning_tokens}
    return priced(extra | counts, cost)


def priced(told: dict[str, Any], cost: Cost) -> dict[str, Any]:
    """The same, with OpenRouter's cost fields."""
    return told | cost_fields(cost)


def _compactions(raw: dict[str, Any]) -> tuple[int, ...]:
    """What compactions used, in the order of COUNTS; never more than makes sense of the totals."""
    rounds = raw.get("iterations")
    if not isinstance(rounds, list):
        return 0, 0, 0, 0
    of = [_counts(one) for one in rounds if isinstance(one, dict) and one.get("type") == "compaction"]
    return tuple(sum(column) for column in zip(*of, strict=True)) or (0, 0, 0, 0)


def _counts(raw: dict[str, Any]) -> tuple[int, ...]:
    return tuple(_count(raw, name) or 0 for name in COUNTS)


def _count(holder: dict[str, Any], name: str) -> int | None:
    value = holder.get(name)
    return value if type(value) is int and 0 <= value <= TOKENS_MAX else None
