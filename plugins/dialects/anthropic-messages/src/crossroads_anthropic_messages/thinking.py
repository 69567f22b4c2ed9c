"""How much to think: canonical `reasoning` and `verbosity` <-> Anthropic's `thinking` and `output_config.effort`.

Sources: OpenRouter API reference, "Reasoning tokens" (effort to budget) and "Claude 4.7 Migration Guide" (effort and
verbosity to output_config.effort; verbosity wins); Anthropic's docs, "Extended thinking"; read 2026-11-25.
"""

from __future__ import annotations

from typing import Any

from crossroads.call import Lost
from crossroads.errors import Unsupported
from crossroads_anthropic_messages.models import Generation, nearest_effort

BUDGET_MIN, BUDGET_MAX = 1024, 128_000
SHARE = {"max": 0.95, "xhigh": 0.95, "high": 0.8, "medium": 0.5, "low": 0.2, "minimal": 0.1}
"""Of max_tokens, by effort."""


def canonical_reasoning(thinking: Any, effort: Any) -> dict[str, Any] | None:
    """The canonical `reasoning` of a client of Anthropic's; None: it said nothing of thinking."""
    if not isinstance(thinking, dict):
        return None
    kind = thinking.get("type")
    if kind == "disabled":
        return {"enabled": False}
    made: dict[str, Any] = {"enabled": True}
    if kind == "enabled" and type(thinking.get("budget_tokens")) is int:
        made = {"max_tokens": thinking["budget_tokens"]}
    elif isinstance(effort, str):
        made = {"effort": effort}
    if thinking.get("display") == "omitted":
        made["exclude"] = True
    return made


class Wish:
    """What a canonical request says of reasoning, in all its spellings."""

    def __init__(self, request: dict[str, Any]) -> None:
        reasoning = request.get("reasoning") or {}
        told = request.get("include_reasoning")
        self.effort: str | None = reasoning.get("effort") or request.get("reasoning_effort")
        self.budget: int | None = reasoning.get("max_tokens")
        self.hidden = bool(reasoning.get("exclude")) or told is False
        self.off = reasoning.get("enabled") is False or self.effort == "none" or self.budget == 0
        asked = (
            reasoning.get("enabled")
            or self.effort
            or self.budget
            or told
            or ("reasoning" in request and request["reasoning"] is not None)
        )
        self.on = bool(asked) and not self.off


def think(document: dict[str, Any], request: dict[str, Any], generation: Generation, lost: list[Lost]) -> None:
    """Put it into an Anthropic document that has its other fields, and take out what thinking does not bear."""
    wish = Wish(request)
    _effort(document, request.get("verbosity"), wish, generation, lost)
    if wish.off and generation.thinks_always:
        raise Unsupported(
            "this model always thinks.",
            remedy="Ask for less effort, or choose another model.",
            field="reasoning",
            value=request.get("reasoning"),
        )
    if wish.off and generation.thinks_unasked:
        document["thinking"] = {"type": "disabled"}
    if not wish.on:
        return
    refusal = _obstacle(document, generation)
    if refusal is not None:
        lost.append(Lost("reasoning", "dropped", refusal))
        return
    if generation.adaptive and (wish.budget is None or not generation.manual):
        thinking: dict[str, Any] = {"type": "adaptive"}
        if wish.budget is not None:
            lost.append(Lost("reasoning.max_tokens", "dropped", "this model decides itself how much to think"))
        thinking["display"] = "omitted" if wish.hidden else "summarized"
    else:
        budget = _budget(wish, document, lost)
        if budget is None:
            return
        thinking = {"type": "enabled", "budget_tokens": budget}
        if wish.hidden:
            thinking["display"] = "omitted"
    document["thinking"] = thinking
    _without_sampling(document, lost)


def _effort(document: dict[str, Any], verbosity: Any, wish: Wish, generation: Generation, lost: list[Lost]) -> None:
    wanted = verbosity if isinstance(verbosity, str) else wish.effort if wish.on else None
    if wanted is None:
        return
    if not generation.efforts or (wanted is wish.effort and not generation.adaptive):
        if wanted is verbosity:
            lost.append(Lost("verbosity", "dropped", "this model takes no effort"))
        return
    level = nearest_effort(wanted, generation.efforts)
    if level != wanted:
        lost.append(Lost("verbosity" if wanted is verbosity else "reasoning.effort", "clamped", f"to {level}"))
    document["output_config"] = {**document.get("output_config", {}), "effort": level}


def _obstacle(document: dict[str, Any], generation: Generation) -> str | None:
    """Why this conversation can't be thought about."""
    if generation.adaptive:
        return None
    if (document.get("tool_choice") or {}).get("type") in ("any", "tool"):
        return "this model doesn't think when a tool is forced"
    for message in reversed(document["messages"]):
        content = message["content"]
        if message["role"] == "assistant":
            kinds = [block.get("type") for block in content] if isinstance(content, list) else []
            if "tool_use" in kinds and kinds[0] not in ("thinking", "redacted_thinking"):
                return "a tool is being used by a turn that began without thinking"
            return None
        if not isinstance(content, list) or all(block.get("type") != "tool_result" for block in content):
            return None
    return None


def _budget(wish: Wish, document: dict[str, Any], lost: list[Lost]) -> int | None:
    limit: int = document["max_tokens"]
    if wish.budget is not None:
        wanted = wish.budget
    else:
        wanted = int(limit * SHARE.get(wish.effort or "medium", SHARE["medium"]))
    budget = max(min(wanted, BUDGET_MAX, limit - 1), BUDGET_MIN)
    if budget >= limit:
        lost.append(Lost("reasoning", "dropped", f"max_tokens must be more than {BUDGET_MIN}"))
        return None
    if wish.budget is not None and budget != wish.budget:
        lost.append(Lost("reasoning.max_tokens", "clamped", f"from {BUDGET_MIN} to below max_tokens"))
    return budget


def _without_sampling(document: dict[str, Any], lost: list[Lost]) -> None:
    for name in ("temperature", "top_k", "top_p"):
        if name in document and not (name == "temperature" and document[name] == 1):
            del document[name]
            lost.append(Lost(name, "dropped", "Anthropic takes it only without thinking"))
