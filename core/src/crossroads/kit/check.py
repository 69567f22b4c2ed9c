"""The check of one package, installed or not: its files as data, then its suites in a process of their own.

Law: the code under check runs in another process, without the caller's configuration and within CHECK_S; what could not
be checked is said, and is no success.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from crossroads.config import cache_folder
from crossroads.engine.installed.index import newest_cache
from crossroads.kit.files import file_results, manifest_results, placeholder_result
from crossroads.kit.rules import MANIFEST_RULE, Result, all_rules
from crossroads.kit.source import SourcePackage, as_installed, read_package

CHECK_S = 300.0
TOLD_CHARS_MAX = 1_000
NEEDED = ("pytest", "pytest_asyncio", "hypothesis")
TEST_FILE = "from crossroads.kit.suites import suites_at\n\nglobals().update(suites_at({folder!r}))\n"
INI = "[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\n"
RUN_RULE = "contract.hooks"
"""The rule that says that the suites could not run at all."""


def check_package(folder: Path, *, check_s: float = CHECK_S) -> list[Result]:
    """One result for each rule that applies, in the order of rules.toml. Raises ConfigError: no package is there."""
    package = read_package(folder)
    results = [*file_results(package), *_run_suites(package, check_s)]
    for number, result in enumerate(results):
        if result.rule.id == "manifest.sources" and result.state == "ok":
            results[number] = placeholder_result(package, result.plugin) or result
    results = _without_echoes(results)
    order = list(all_rules())
    return sorted(results, key=lambda result: order.index(result.rule.id))


def _without_echoes(results: list[Result]) -> list[Result]:
    """A manifest that can't be read fails its own rule, and not every rule that needs it."""
    broken = {r.plugin for r in results if r.rule.id == MANIFEST_RULE and r.state == "failed"}
    return [
        Result(r.rule, r.plugin, "not checked", f"its manifest does not hold {MANIFEST_RULE}")
        if r.plugin in broken and r.state == "failed" and r.rule.id != MANIFEST_RULE
        else r
        for r in results
    ]


def _run_suites(package: SourcePackage, check_s: float) -> list[Result]:
    if missing := [name for name in NEEDED if importlib.util.find_spec(name) is None]:
        why = f'{", ".join(missing)} is not installed; `pip install "crossroads[testing]"` runs the suites'
        return [Result(all_rules()[RUN_RULE], package.name, "not checked", why), *manifest_results(package)]
    with as_installed(package) as site, TemporaryDirectory(prefix="crossroads-check-") as scratch:
        work, report = Path(scratch).resolve(), site / "report.json"
        (work / "test_conformance.py").write_text(TEST_FILE.format(folder=str(package.folder)), "utf-8")
        (work / "pytest.ini").write_text(INI, "utf-8")
        command = [sys.executable, "-m", "pytest", "-q", "--rootdir", str(work), "-c", str(work / "pytest.ini")]
        command += ["-p", "no:cacheprovider", "-p", "pytest_asyncio.plugin", "-p", "crossroads.kit.report"]
        command += ["--kit-report", str(report), "test_conformance.py"]
        try:
            done = subprocess.run(  # noqa: S603
                command, cwd=work, env=_environment(work), capture_output=True, text=True, timeout=check_s, check=False
            )
        except subprocess.TimeoutExpired:
            return [Result(all_rules()[RUN_RULE], package.name, "failed", f"it was not done after {check_s:.0f} s")]
        found = json.loads(report.read_text("utf-8")) if report.exists() else []
    if not found:
        told = " ".join((done.stdout + done.stderr).split())[-TOLD_CHARS_MAX:]
        return [
            Result(all_rules()[RUN_RULE], package.name, "failed", f"its suites ended with {done.returncode}: {told}")
        ]
    return [Result(all_rules()[rule], plugin, state, detail) for rule, plugin, state, detail in found]


def _environment(work: Path) -> dict[str, str]:
    """The caller's, without what would change the check: configuration, state, other plugins of pytest.

    The index of what is installed is a copy of the caller's: with many packages a new one takes seconds.
    """
    cache = work / "cache"
    cache.mkdir()
    if (newest := newest_cache(cache_folder())) is not None:
        with contextlib.suppress(OSError):
            shutil.copy2(newest, cache)
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("CROSSROADS_", "PYTEST_"))}
    own = {"CROSSROADS_HOME": str(work / "home"), "CROSSROADS_CACHE": str(cache)}
    return {**kept, **own, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
