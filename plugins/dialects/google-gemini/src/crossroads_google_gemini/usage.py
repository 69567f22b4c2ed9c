"""`usageMetadata` -> disjoint token classes, and back.

Google counts the cache inside the prompt, thoughts and the results of its own tools beside prompt and candidates; the
total is all of it. Details by modality lie inside their counts.
Law (MONEY-4): classes never overlap and sum to the total that Google states; what it states in no part was thinking.
Source: google-genai 3.4, `types.UsageMetadata` (its field descriptions), read 2026-11-25.
"""

from __future__ import annotations

from crossroads.types.usage import Cost, Usage
from crossroads_google_gemini.shape import Json, Misshapen, a_count, objects

TOKENS_MAX = 2**40
"""Above this a count is a mistake; no model has read as much."""
MODALITIES = {1: "TEXT", 2: "IMAGE", 3: "VIDEO", 4: "AUDIO", 5: "DOCUMENT"}


def parse_usage(raw: Json, *, searches: int = 0) -> Usage | None:
    """None: Google counted nothing (a null, negative or absurd count is no count, MONEY-5)."""
    prompt, total = _count(raw, "promptTokenCount"), _count(raw, "totalTokenCount")
    if prompt is None and total is None:
        return None
    prompt = prompt or 0
    tools, thoughts = _count(raw, "toolUsePromptTokenCount") or 0, _count(raw, "thoughtsTokenCount") or 0
    answer = _count(raw, "candidatesTokenCount") or _count(raw, "responseTokenCount") or 0
    thoughts += max(0, (total or 0) - prompt - tools - answer - thoughts)
    cached = min(_count(raw, "cachedContentTokenCount") or 0, prompt)
    heard = _of(raw, "promptTokensDetails", "AUDIO") - _of(raw, "cacheTokensDetails", "AUDIO")
    heard = min(max(heard, 0), prompt - cached)
    spoken = min(_of(raw, "candidatesTokensDetails", "AUDIO"), answer)
    drawn = min(_of(raw, "candidatesTokensDetails", "IMAGE"), answer - spoken)
    return Usage(
        input_tokens=prompt + tools - cached - heard,
        cache_read_tokens=cached,
        audio_input_tokens=heard,
        output_tokens=answer - spoken - drawn,
        reasoning_tokens=thoughts,
        audio_output_tokens=spoken,
        image_output_tokens=drawn,
        searches=searches,
    )


def google_usage(usage: Usage, cost: Cost) -> Json:
    """`usageMetadata` as a Gemini client reads it, and `cost` in US dollars beside it."""
    answer = usage.output_tokens + usage.audio_output_tokens + usage.image_output_tokens
    found: Json = {
        "promptTokenCount": usage.prompt_tokens,
        "candidatesTokenCount": answer,
        "totalTokenCount": usage.prompt_tokens + usage.completion_tokens,
    }
    if usage.cache_read_tokens:
        found["cachedContentTokenCount"] = usage.cache_read_tokens
    if usage.reasoning_tokens:
        found["thoughtsTokenCount"] = usage.reasoning_tokens
    if usage.audio_input_tokens:
        found["promptTokensDetails"] = _details(usage.prompt_tokens, AUDIO=usage.audio_input_tokens)
    if usage.audio_output_tokens or usage.image_output_tokens:
        made = {"AUDIO": usage.audio_output_tokens, "IMAGE": usage.image_output_tokens}
        found["candidatesTokensDetails"] = _details(answer, **made)
    return {**found, "cost": cost.json()}


def _details(all_tokens: int, **counts: int) -> list[Json]:
    counts = {"TEXT": all_tokens - sum(counts.values()), **counts}
    return [{"modality": name, "tokenCount": count} for name, count in counts.items() if count]


def _of(raw: Json, name: str, modality: str) -> int:
    try:
        details = objects(raw, name)
    except Misshapen:
        return 0
    return sum(_count(detail, "tokenCount") or 0 for detail in details if _modality(detail) == modality)


def _modality(detail: Json) -> object:
    stated = detail.get("modality")
    return MODALITIES.get(stated) if isinstance(stated, int) else stated


def _count(holder: Json, name: str) -> int | None:
    try:
        found = a_count(holder, name)
    except Misshapen:
        return None
    return found if found is None or found <= TOKENS_MAX else None
