"""How much a model thinks: OpenRouter's `reasoning` <-> `thinkingConfig`, by what the model takes.

    effort            Gemini 3: the nearest level it has; 2.5: a share of max_tokens, without one Google's own figures
    max_tokens        `thinkingBudget`, moved into the model's range
    effort none       no thinking, or the least of which the model is capable
    enabled           as much as the model likes (-1)
    exclude           `includeThoughts` false; thoughts are asked for in every other case

Sources: OpenRouter API reference, "Reasoning tokens" (shares), read 2026-11-24; Gemini API documentation, "Thinking"
and "OpenAI compatibility" (figures without max_tokens), read 2026-11-25.
"""

from __future__ import annotations

from crossroads.errors import BadRequest
from crossroads_google_gemini.lost import Ledger
from crossroads_google_gemini.models import Traits
from crossroads_google_gemini.shape import Json, a_text

SHARES = {"max": 0.95, "xhigh": 0.95, "high": 0.8, "medium": 0.5, "low": 0.2, "minimal": 0.1}
FIGURES = {"max": 24576, "xhigh": 24576, "high": 24576, "medium": 8192, "low": 1024, "minimal": 1024}
RISING = ("minimal", "low", "medium", "high", "xhigh", "max")
DYNAMIC = -1


def to_google(request: Json, model: Traits, ledger: Ledger) -> Json | None:
    """`reasoning` and its older spellings -> `thinkingConfig`. Raises BadRequest."""
    reasoning = _asked(request)
    if reasoning is None:
        return None
    if model.budget is None:
        if reasoning.get("effort") != "none" and reasoning.get("enabled") is not False:
            ledger.dropped("reasoning", "the model does not think")
        return None
    if reasoning.get("summary") not in (None, "auto"):
        ledger.dropped("reasoning.summary", "Gemini's thoughts have one length")
    effort, budget = reasoning.get("effort"), reasoning.get("max_tokens")
    found: Json = {"includeThoughts": reasoning.get("exclude") is not True}
    if effort == "none" or (effort is None and budget is None and reasoning.get("enabled") is False):
        return {**found, "includeThoughts": False, **_least(model, ledger)}
    if budget is not None:
        return {**found, "thinkingBudget": _in_range(budget, model, ledger, "reasoning.max_tokens")}
    if effort is None:
        return {**found, "thinkingBudget": DYNAMIC} if reasoning.get("enabled") else found
    if effort not in SHARES:
        raise BadRequest(
            "it is no effort.", field="reasoning.effort", value=effort, remedy=f"Use one of {', '.join(RISING)}, none."
        )
    if model.levels:
        return {**found, "thinkingLevel": _level(effort, model, ledger)}
    limit = request.get("max_completion_tokens") or request.get("max_tokens")
    tokens = int(limit * SHARES[effort]) if limit else FIGURES[effort]
    lowest, highest = model.budget
    return {**found, "thinkingBudget": min(max(tokens, lowest), highest)}


def _asked(request: Json) -> Json | None:
    reasoning: Json | None = request.get("reasoning")
    shown, effort = request.get("include_reasoning"), request.get("reasoning_effort")
    if reasoning is None and shown is None and effort is None:
        return None
    asked = dict(reasoning or {})
    if effort is not None:
        if asked.get("effort") not in (None, effort):
            raise BadRequest(
                "it differs from reasoning.effort.",
                field="reasoning_effort",
                value=effort,
                remedy="Send one of the two.",
            )
        asked["effort"] = effort
    if shown is False:
        asked["exclude"] = True
    return asked


def _least(model: Traits, ledger: Ledger) -> Json:
    if model.can_stop:
        return {"thinkingBudget": 0}
    ledger.clamped("reasoning.effort", "the model can't stop thinking: the least that it can")
    if model.levels:
        return {"thinkingLevel": model.levels[0].upper()}
    return {"thinkingBudget": model.budget[0] if model.budget else 0}


def _in_range(tokens: int, model: Traits, ledger: Ledger, field: str) -> int:
    lowest, highest = model.budget or (0, tokens)
    if tokens == 0 and model.can_stop:
        return 0
    if not lowest <= tokens <= highest:
        ledger.clamped(field, f"the model takes {lowest} to {highest}")
    return min(max(tokens, lowest), highest)


def _level(effort: str, model: Traits, ledger: Ledger) -> str:
    if effort in model.levels:
        return effort.upper()
    wanted = RISING.index(effort)
    nearest = min(model.levels, key=lambda level: (abs(RISING.index(level) - wanted), -RISING.index(level)))
    ledger.clamped("reasoning.effort", f"the nearest that the model has is {nearest}")
    return nearest.upper()


def to_canonical(config: Json) -> Json | None:
    """`thinkingConfig` -> `reasoning`. Raises Misshapen."""
    budget, level = config.get("thinkingBudget"), a_text(config, "thinkingLevel")
    if not config:
        return None
    found: Json = {} if config.get("includeThoughts") is True else {"exclude": True}
    if level and level.upper() != "THINKING_LEVEL_UNSPECIFIED":
        return {"effort": level.lower(), **found}
    if type(budget) is not int:
        return found or {"exclude": False}
    if budget == 0:
        return {"effort": "none"}
    return {"enabled": True, **found} if budget < 0 else {"max_tokens": budget, **found}
