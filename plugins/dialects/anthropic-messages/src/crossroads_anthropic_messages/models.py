"""What Claude's generations take, by the upstream's model name: thinking, effort, sampling, schemas, system turns.

Only a request that was not written for Anthropic's format is fitted to this; its own clients get its own errors.
A name without a version is no Claude (a host that imitates the format): the oldest common ground.
Sources, read 2026-11-25: Anthropic's docs "Adaptive thinking", "Effort", "Structured outputs", "Migration guide",
"Mid-conversation system messages", "Models overview"; OpenRouter, "Claude 4.7 Migration Guide"; recorded refusals.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, NamedTuple

VERSION = re.compile(r"claude-(?:([a-z]+)-)?(\d)(?:[-.](\d{1,2}))?(?!\d)(?:-([a-z]+))?")
NEWEST = (9, 0)

EFFORTS = ("low", "medium", "high", "xhigh", "max")


class Generation(NamedTuple):
    """manual: thinking by budget; adaptive: thinking as the model sees fit. sampling: temperature, top_p, top_k.

    both_ps: temperature and top_p in one request. efforts: levels of output_config.effort.
    schema: output_config.format. system_turns: a system message after the first turn.
    thinks_unasked: unless it is told not to; thinks_always: whatever it is told.
    default_max_tokens: sent where the caller names no limit, which the format insists on.
    """

    manual: bool = True
    adaptive: bool = False
    sampling: bool = True
    both_ps: bool = True
    efforts: tuple[str, ...] = ()
    schema: bool = False
    system_turns: bool = False
    thinks_unasked: bool = False
    thinks_always: bool = False
    default_max_tokens: int = 8192


ANSWER_TOKENS = 1024
"""What a default limit leaves for the answer, beside a budget of thinking that the caller named."""


def default_limit(generation: Generation, budget: Any) -> int:
    """max_tokens of a caller who names none. budget: of thinking, if it is a number."""
    thinking = budget if type(budget) is int and generation.manual else 0
    return max(generation.default_max_tokens, thinking + ANSWER_TOKENS)


@lru_cache(maxsize=1024)
def generation(upstream: str) -> Generation:
    """What a model of this name takes."""
    version = _version(upstream.lower())
    if version is None:
        return Generation()
    family, number = version
    efforts: tuple[str, ...] = ()
    if number >= (4, 7):
        efforts = EFFORTS
    elif number >= (4, 6):
        efforts = ("low", "medium", "high", "max")
    elif number >= (4, 5) and family == "opus":
        efforts = ("low", "medium", "high")
    return Generation(
        manual=number < (4, 7),
        adaptive=number >= (4, 6),
        sampling=number < (4, 7),
        both_ps=number < (4, 1),
        efforts=efforts,
        schema=number >= (4, 5),
        system_turns=number >= (4, 8) and family in ("opus", "fable", "mythos"),
        thinks_unasked=number >= (5, 0),
        thinks_always=family in ("fable", "mythos") or (family == "opus" and number >= (5, 5)),
        default_max_tokens=4096 if number < (3, 5) else 8192 if number < (3, 7) else 32_000,
    )


def nearest_effort(effort: str, known: tuple[str, ...]) -> str:
    """The level that comes closest; of two the lower one."""
    wanted = EFFORTS.index(effort) if effort in EFFORTS else 0  # minimal
    return min(known, key=lambda level: (abs(EFFORTS.index(level) - wanted), EFFORTS.index(level)))


def _version(name: str) -> tuple[str, tuple[int, int]] | None:
    found = VERSION.search(name)
    if found is None:
        return ("", NEWEST) if "claude-mythos" in name or "claude-fable" in name else None
    before, major, minor, after = found.groups()
    return before or after or "", (int(major), int(minor or 0))
