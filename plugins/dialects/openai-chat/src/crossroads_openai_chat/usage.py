"""The `usage` object of OpenAI-like hosts -> disjoint token classes, and back.

Law (MONEY-4): classes never overlap and sum to what the host reported. Law (MONEY-5): a null, negative, fractional
or absurd count is no count; without prompt and completion counts there is no usage (it will be estimated).

Hosts disagree on what lies inside what; `total_tokens` decides (recordings of each, read 2026-11-24):
  OpenAI, DeepSeek    cached inside prompt, reasoning inside completion
  xAI                 reasoning outside completion, inside total
  Gemini              reasoning outside completion, inside total, and named nowhere
  Claude on hosts     cache reads and writes beside prompt, or inside it
  Mistral             audio beside prompt, inside total
  Voyage              a total alone
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from crossroads.jsonbody import MALFORMED
from crossroads.types.usage import Cost, Usage, openai_usage

TOKENS_MAX = 2**40
"""Above this a count is a mistake; no model has read as much."""

DETAILS = ("prompt_tokens_details", "completion_tokens_details", "cost_details")
CACHE_READ = ("prompt_cache_hit_tokens", "cache_read_input_tokens", "cached_tokens", "num_cached_tokens")
COMPLETION = {"completion_tokens", "output_tokens"}
CACHE_WRITE = ("cache_creation_input_tokens", "cache_write_tokens")


Count = Annotated[int, msgspec.Meta(ge=0, le=TOKENS_MAX)]


class _Prompt(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    cached_tokens: Count = 0
    audio_tokens: Count = 0
    cache_write_tokens: Count = 0


class _Completion(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    reasoning_tokens: Count = 0
    audio_tokens: Count = 0
    accepted_prediction_tokens: Count = 0
    rejected_prediction_tokens: Count = 0


class _Usual(msgspec.Struct, forbid_unknown_fields=True):
    """OpenAI's own `usage`, and that of most hosts: all of it known, so nothing has to be reconciled."""

    prompt_tokens: Count
    completion_tokens: Count
    total_tokens: Count
    prompt_tokens_details: _Prompt = _Prompt()
    completion_tokens_details: _Completion = _Completion()


def _usual(usage: dict[str, Any]) -> Usage | None:
    """Usage of the usual shape whose parts lie inside their wholes; None: look closer. One call of C."""
    try:
        told = msgspec.convert(usage, _Usual)
    except msgspec.ValidationError:
        return None
    inside, outside = told.prompt_tokens_details, told.completion_tokens_details
    fresh = told.prompt_tokens - inside.cached_tokens - inside.cache_write_tokens - inside.audio_tokens
    visible = told.completion_tokens - outside.reasoning_tokens - outside.audio_tokens
    if fresh < 0 or visible < 0 or told.total_tokens != told.prompt_tokens + told.completion_tokens:
        return None
    return Usage(
        input_tokens=fresh,
        cache_read_tokens=inside.cached_tokens,
        cache_write_tokens=inside.cache_write_tokens,
        audio_input_tokens=inside.audio_tokens,
        output_tokens=visible,
        reasoning_tokens=outside.reasoning_tokens,
        audio_output_tokens=outside.audio_tokens,
    )


def parse_usage(raw: Any, *, completion: int | None = None) -> Usage | None:
    """`raw`: a decoded or Raw `usage` value. completion: taken where the host states none (embeddings: 0)."""
    usage = decoded(raw)
    if (usual := _usual(usage)) is not None:
        return usual
    counts = _counts(usage)
    prompt = counts.get("prompt_tokens", counts.get("input_tokens"))
    answer = counts.get("completion_tokens", counts.get("output_tokens", completion))
    if answer is None and counts.get("total_tokens") == prompt and not COMPLETION & usage.keys():
        answer = 0  # OpenAI's completions leave it out where nothing was written: the total proves it
    if prompt is None and completion == 0:
        prompt = counts.get("total_tokens")  # Voyage's embeddings: nothing is written, so that the total was read
    if prompt is None or answer is None:
        return None
    inside, outside = _counts(usage.get("prompt_tokens_details")), _counts(usage.get("completion_tokens_details"))
    read = inside.get("cached_tokens") or _first(counts, CACHE_READ)
    write = inside.get("cache_write_tokens") or inside.get("cache_creation_tokens") or _first(counts, CACHE_WRITE)
    heard = inside.get("audio_tokens") or counts.get("audio_prompt_tokens", 0)
    thought = outside.get("reasoning_tokens") or counts.get("reasoning_tokens", 0)
    spoken, drawn = outside.get("audio_tokens", 0), outside.get("image_tokens", 0)

    total = counts.get("total_tokens")
    beyond = 0 if total is None else max(0, total - prompt - answer)
    if heard and beyond == heard:
        prompt, beyond = prompt + heard, 0
    if total is None or beyond:
        cached = read + write
        if cached and (beyond == cached or (cached + heard > prompt and (total is None or beyond > cached))):
            prompt += cached
            beyond = max(0, beyond - cached)
        if beyond >= thought:
            thought = beyond  # named or not: what is in the total and in neither part was thinking
        elif total is None and thought > answer:
            beyond = thought
        answer += beyond
    read = min(read, prompt)
    write = min(write, prompt - read)
    heard = min(heard, prompt - read - write)
    thought = min(thought, answer)
    spoken = min(spoken, answer - thought)
    drawn = min(drawn, answer - thought - spoken)
    return Usage(
        input_tokens=prompt - read - write - heard,
        cache_read_tokens=read,
        cache_write_tokens=write,
        audio_input_tokens=heard,
        output_tokens=answer - thought - spoken - drawn,
        reasoning_tokens=thought,
        audio_output_tokens=spoken,
        image_output_tokens=drawn,
        searches=_searches(usage, counts),
    )


def merged_usage(raw: Any, usage: Usage, cost: Cost) -> dict[str, Any]:
    """OpenRouter's `usage`, over whatever else the host said there."""
    theirs, ours = decoded(raw), openai_usage(usage, cost)
    for key in DETAILS:
        if isinstance(found := theirs.get(key), dict):
            ours[key] = {**found, **ours[key]}
    return {**theirs, **ours}


def decoded(raw: Any) -> dict[str, Any]:
    """A `usage` value as an object; {} for anything else."""
    if isinstance(raw, msgspec.Raw):
        try:
            raw = msgspec.json.decode(raw)
        except MALFORMED:
            return {}
    return raw if isinstance(raw, dict) else {}


def _searches(usage: dict[str, Any], counts: dict[str, int]) -> int:
    tools = usage.get("server_tool_use_details") or usage.get("server_tool_use")
    return _counts(tools).get("web_search_requests") or counts.get("num_search_queries", 0)


def _counts(holder: Any) -> dict[str, int]:
    """The fields that are counts; nothing for what is no object."""
    if not isinstance(holder, dict):
        return {}
    return {name: value for name, value in holder.items() if type(value) is int and 0 <= value <= TOKENS_MAX}


def _first(counts: dict[str, int], names: tuple[str, ...]) -> int:
    return next((counts[name] for name in names if counts.get(name)), 0)
