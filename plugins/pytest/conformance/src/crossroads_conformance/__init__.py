"""`pytest --conformance FOLDER`: the checks of a plugin package beside its own tests, and one line for each rule.

The suites are `crossroads.testing`'s and the rules `crossroads.kit`'s, as `crossroads plugin check` has them. Without
the option nothing of Crossroads is imported, so that a run of other tests costs and covers what it did before.
"""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from crossroads.kit.report import RuleReport
    from crossroads.kit.source import SourcePackage


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("crossroads")
    group.addoption("--conformance", metavar="FOLDER", help="Check the plugin package of Crossroads in this folder.")


def pytest_configure(config: pytest.Config) -> None:
    if not config.getoption("--conformance"):
        return
    from crossroads.errors import ConfigError
    from crossroads.kit.report import RuleReport
    from crossroads.kit.source import read_package

    try:
        package = read_package(Path(config.getoption("--conformance")))
    except ConfigError as error:
        raise pytest.UsageError(str(error)) from None
    config.pluginmanager.register(Conformance(package, RuleReport(), config), "crossroads-conformance")


class Conformance:
    """One package at work: from its source it is there as if installed, until the run is over."""

    def __init__(self, package: SourcePackage, report: RuleReport, config: pytest.Config) -> None:
        from crossroads.kit.check import TEST_FILE
        from crossroads.kit.source import as_installed

        self._package, self._report, self._life = package, report, ExitStack()
        site = self._life.enter_context(as_installed(package))
        file = site / "test_conformance.py"
        file.write_text(TEST_FILE.format(folder=str(package.folder)), "utf-8")
        config.args.append(str(file))
        config.pluginmanager.register(report, "crossroads-rules")

    def pytest_unconfigure(self) -> None:
        self._life.close()

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        from crossroads.kit.files import file_results

        terminalreporter.section(f"conformance of {self._package.name}")
        for result in [*file_results(self._package), *self._report.results()]:
            row = result.row()
            line = f"{result.state:<12} {result.rule.id:<22} {result.plugin:<24} {row['finding']}"
            remedy = f" -> {row['remedy']}" if row["remedy"] else ""
            terminalreporter.write_line(line + remedy, red=result.state == "failed")
