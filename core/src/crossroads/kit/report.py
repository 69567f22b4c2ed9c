"""A pytest plugin: what the checks of a package's suites found, gathered by rule.

`python -m pytest -p crossroads.kit.report --kit-report FILE` writes it as JSON for the process that asked; the package
`crossroads-conformance` prints it.
"""

from __future__ import annotations

import json
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from crossroads.kit.rules import Result, Rule, State, all_rules, rule_of
from crossroads.testing.imports import ABSENT, NOT_APPLICABLE, TOLD

DETAIL_CHARS_MAX = 600
EXEMPT = "exempt: "
UNCHECKED: State = "not checked"


class RuleReport:
    """Registered with pytest's plugin manager; `results()` afterwards."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, Rule], list[tuple[State, str | None]]] = {}

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: Any) -> Generator[None, Any, Any]:
        report = yield
        plugin = getattr(getattr(item, "cls", None), "plugin_name", None)
        rule = rule_of(getattr(item, "originalname", item.name))
        told = report.when == "call" or not report.passed
        if plugin is not None and rule is not None and told and not _applies_not(report):
            self._found.setdefault((plugin, rule), []).append(_verdict(report))
        return report

    def results(self) -> list[Result]:
        """In the order of plugins, then of rules."""
        order = list(all_rules())
        keys = sorted(self._found, key=lambda key: (key[0], order.index(key[1].id)))
        return [Result(rule, plugin, *_worst(self._found[plugin, rule])) for plugin, rule in keys]


def _applies_not(report: Any) -> bool:
    return bool(report.skipped) and NOT_APPLICABLE in str(report.longrepr[2])


def _verdict(report: Any) -> tuple[State, str | None]:
    if report.passed:
        return "ok", dict(report.user_properties).get(TOLD)
    if report.skipped:
        why = str(report.longrepr[2]).removeprefix("Skipped: ")
        return ("exempt", why.removeprefix(EXEMPT)) if why.startswith(EXEMPT) else (UNCHECKED, why)
    crash = getattr(report.longrepr, "reprcrash", None)
    text = str(crash.message if crash is not None else report.longrepr)
    return "failed", f"{report.nodeid.rpartition('::')[2]}: {' '.join(text.split())[:DETAIL_CHARS_MAX]}"


def _worst(found: list[tuple[State, str | None]]) -> tuple[State, str | None]:
    """One failure fails the rule; what is absent leaves it unchecked; a check that does not apply changes nothing."""
    for state, detail in found:
        if state == "failed":
            return state, detail
    for state, detail in found:
        if state == UNCHECKED and (detail or "").startswith(ABSENT):
            return state, detail
    return next((one for one in found if one[0] == "ok"), found[0])


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--kit-report", metavar="FILE", help="Write what each rule found, as JSON.")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--kit-report"):
        config.pluginmanager.register(RuleReport(), "crossroads-rules")


def pytest_unconfigure(config: pytest.Config) -> None:
    report = config.pluginmanager.get_plugin("crossroads-rules")
    if isinstance(report, RuleReport):
        rows = [[result.rule.id, *result[1:]] for result in report.results()]
        Path(config.getoption("--kit-report")).write_text(json.dumps(rows), "utf-8")
