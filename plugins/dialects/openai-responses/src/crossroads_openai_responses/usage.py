"""The `usage` object of the Responses format <-> the canonical one: other names for the same counts.

Whatever else a host says there (costs, searches, sources) keeps its name on both ways.
Sources: openai 3.57 `ResponseUsage`; OpenRouter's recorded replies (`cost`, `cost_details`), read 2026-11-25.
"""

from __future__ import annotations

from typing import Any

import msgspec
from crossroads_openai_chat.usage import decoded, merged_usage, parse_usage

from crossroads.types.usage import Cost, Usage

SEARCHES_MAX = 2**20
"""Above this a count is a mistake."""

NAMES = {
    "input_tokens": "prompt_tokens",
    "output_tokens": "completion_tokens",
    "input_tokens_details": "prompt_tokens_details",
    "output_tokens_details": "completion_tokens_details",
}
COST_NAMES = {
    "upstream_inference_input_cost": "upstream_inference_prompt_cost",
    "upstream_inference_output_cost": "upstream_inference_completions_cost",
}
BACK = {canonical: name for name, canonical in NAMES.items()}
COST_BACK = {canonical: name for name, canonical in COST_NAMES.items()}


def canonical_usage(raw: Any) -> dict[str, Any]:
    """A host's `usage` (Raw or decoded) in canonical names; {} for anything else than an object."""
    return _renamed(decoded(raw), NAMES, COST_NAMES)


def read_usage(raw: Any, tool_usage: Any = None) -> Usage | None:
    """Disjoint token classes, and web searches. tool_usage: where OpenAI counts those, beside `usage`."""
    told = canonical_usage(raw)
    if (usage := parse_usage(told)) is None or usage.searches:
        return usage
    counts = (
        (told.get("server_side_tool_usage_details"), "web_search_calls"),
        (decoded(tool_usage).get("web_search"), "num_requests"),
    )
    for holder, name in counts:
        count = holder.get(name) if isinstance(holder, dict) else None
        if type(count) is int and 0 < count <= SEARCHES_MAX:
            return msgspec.structs.replace(usage, searches=count)
    return usage


def told_usage(canonical: Any, usage: Usage, cost: Cost) -> dict[str, Any]:
    """What a client reads: OpenRouter's `usage` of a response, over whatever else the host said."""
    return _renamed(merged_usage(canonical, usage, cost), BACK, COST_BACK)


def _renamed(usage: dict[str, Any], names: dict[str, str], cost_names: dict[str, str]) -> dict[str, Any]:
    renamed = {names.get(name, name): value for name, value in usage.items()}
    if isinstance(costs := renamed.get("cost_details"), dict):
        renamed["cost_details"] = {cost_names.get(name, name): value for name, value in costs.items()}
    return renamed
