"""Which models may be called, in general and by key. Fails closed: what no pattern allows is denied.

    [policies.allowed-models]
    allowed = ["anthropic/*", "openai/gpt-5*"]
    denied = ["openai/gpt-5-pro"]
    keys.ci = { allowed = ["*/*-mini"] }

A pattern is a canonical name, in which `*` stands for any characters; case does not matter. A denial wins over a
permission, and holds for the variants of a model too (`a/b` denies `a/b:free`; it does not allow it). What stands for a
key (by its name) narrows what holds in general, and never widens it. Aliases and fallbacks are resolved before.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from crossroads.call import Call
from crossroads.hookspecs import hookimpl
from crossroads.route import Candidate

Pattern = Annotated[str, StringConstraints(pattern=r"^[^\s/?\[\]]+/[^\s?\[\]]+$", to_lower=True)]


class Rule(BaseModel):
    """What is allowed; of that, what is denied after all."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    allowed: tuple[Pattern, ...] = Field(min_length=1, description="Models that may be called, e.g. `anthropic/*`.")
    denied: tuple[Pattern, ...] = Field(default=(), description="Models that may not, whatever `allowed` says.")


class Settings(Rule):
    """`[policies.allowed-models]`. An unknown key is an error that names it."""

    keys: dict[str, Rule] = Field(default={}, description="Narrower rules by the name of the caller's key.")


class AllowedModels:
    """See the module."""

    Settings = Settings

    def __init__(self, settings: Settings) -> None:
        self._general = Compiled("allowed-models", settings)
        self._keys = {name: Compiled(f"allowed-models.keys.{name}", rule) for name, rule in settings.keys.items()}

    @hookimpl
    def policy_permit(self, call: Call, candidates: tuple[Candidate, ...]) -> dict[str, str]:
        """A reason for each endpoint of a model that is outside; absent means permitted."""
        own = self._keys.get(call.principal.name)
        rules = (self._general,) if own is None else (self._general, own)
        reasons = {}
        for candidate in candidates:
            model = candidate.endpoint.model
            for rule in rules:
                if (why := rule.objection(model)) is not None:
                    reasons[candidate.endpoint.id] = why
                    break
        return reasons


class Compiled:
    """One rule, ready to ask. name: how reasons call it."""

    def __init__(self, name: str, rule: Rule) -> None:
        self._name = name
        self._allowed, self._denied = _any_of(rule.allowed), _any_of(rule.denied)

    def objection(self, model: str) -> str | None:
        """Why not this model, or None."""
        model = model.lower()
        if self._denied.fullmatch(model) or self._denied.fullmatch(model.partition(":")[0]):
            return f"{self._name} denies {model}"
        if not self._allowed.fullmatch(model):
            return f"{self._name} does not allow {model}"
        return None


def _any_of(patterns: Iterable[str]) -> re.Pattern[str]:
    """`*` is any run of characters. Without patterns it matches nothing."""
    each = [".*".join(map(re.escape, re.split(r"\*+", pattern))) for pattern in patterns]
    return re.compile("|".join(each) or r"(?!)")
