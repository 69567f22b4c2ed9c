"""The rules of rules.toml, and what each found: one `Result` a rule, with the remedy where it does not hold."""

from __future__ import annotations

import functools
import tomllib
from importlib import resources
from typing import Literal, NamedTuple

State = Literal["ok", "failed", "not checked", "exempt"]
"""not checked: what it takes is not there (a dialect, a recorded exchange, pytest). That is no success."""

MANIFEST_RULE = "manifest.valid"
"""What it fails, the others can't look at."""


class Rule(NamedTuple):
    """tests: names of checks in the suites of `crossroads.testing`; none: the package's files are looked at."""

    id: str
    says: str
    remedy: str
    tests: tuple[str, ...] = ()


class Result(NamedTuple):
    """plugin: the entry point's name, or that of the distribution.

    detail: what was found, where it does not hold; else a figure, where there is one.
    """

    rule: Rule
    plugin: str
    state: State
    detail: str | None = None

    def row(self) -> dict[str, str | None]:
        """As it is printed."""
        return {
            "rule": self.rule.id,
            "plugin": self.plugin,
            "state": self.state,
            "says": self.rule.says,
            "detail": self.detail,
            "finding": self._finding(),
            "remedy": self._remedy(),
        }

    def _finding(self) -> str:
        if self.detail is None:
            return self.rule.says
        return f"{self.rule.says} ({self.detail})" if self.state == "ok" else self.detail

    def _remedy(self) -> str | None:
        if self.state in ("ok", "exempt"):
            return None
        if self.state == "not checked" and MANIFEST_RULE in (self.detail or ""):
            return "Correct the manifest, and check again."
        absent = self.state == "not checked" and "`pip install" in (self.detail or "")
        return "Install it, and check again." if absent else self.rule.remedy


@functools.cache
def all_rules() -> dict[str, Rule]:
    """By id, in the order in which they are told."""
    text = resources.files("crossroads.kit").joinpath("rules.toml").read_text("utf-8")
    return {
        words["id"]: Rule(words["id"], words["says"], words["remedy"], tuple(words.get("tests", ())))
        for words in tomllib.loads(text)["rules"]
    }


def rule_of(test: str) -> Rule | None:
    """The rule that a check of a suite belongs to."""
    return next((rule for rule in all_rules().values() if test in rule.tests), None)
