"""A package's test classes: for each of its entry points the suite of `crossroads.testing` for that kind.

Runs inside pytest, where the package is installed or laid out (`source.as_installed`). What a suite has to know stands
in pyproject.toml under `[tool.crossroads.check.<entry point>]`:

    settings, denies, vectors, recordings, may_import, exempt       see spec/entry-points.md, "The check"
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest

from crossroads.kit.rules import all_rules
from crossroads.kit.source import Entry, SourcePackage, read_package
from crossroads.store import Store
from crossroads.surface import Surface
from crossroads.testing.conformance import policy_conformance, sink_conformance
from crossroads.testing.dialect import dialect_conformance
from crossroads.testing.imports import mixed_with_imports
from crossroads.testing.laws import fulfils
from crossroads.testing.provider import provider_conformance
from crossroads.testing.strategy import strategy_conformance

Words = Mapping[str, Any]
RUN_ALONE = frozenset({"commands", "surfaces", "stores"})
"""Kinds of which a process loads the one that it is told to run, and no other."""
FOLDER_WORD = "{folder}"


def suites_at(folder: str) -> dict[str, type]:
    """The test classes of the package in that folder, by name; each knows its plugin's as `plugin_name`."""
    package = read_package(Path(folder))
    return {f"Test{number}": _suite(package, entry) for number, entry in enumerate(package.plugins)}


def _suite(package: SourcePackage, entry: Entry) -> type:
    words = package.words.get(entry.name, {})
    may_import = words.get("may_import", ())
    exempt = _exempt_tests(words.get("exempt", {}))
    if entry.kind == "providers":
        recordings = package.folder / words["recordings"] if "recordings" in words else None
        suite = provider_conformance(
            entry.name, recordings, settings=words.get("settings"), may_import=may_import, exempt=exempt
        )
        return type(suite.__name__, (suite,), {"plugin_name": entry.name})
    try:
        loaded = EntryPoint(entry.name, entry.value, f"crossroads.{entry.kind}").load()
        suite = _MAKERS.get(entry.kind, _other)(loaded, words, package.folder)
    except (Exception, SystemExit) as error:
        suite = _broken(f"{entry.value} can't be loaded: {type(error).__name__}: {error}")
    skips = {check: _exempted(why) for check, why in exempt.items()}
    light = entry.kind not in RUN_ALONE
    mixed = mixed_with_imports(suite, entry.module.split(".")[0], may_import, light=light)
    return type(suite.__name__, (mixed,), {"plugin_name": entry.name, **skips})


def _exempt_tests(words: Mapping[str, str]) -> dict[str, str]:
    """Rule -> reason, as check -> reason."""
    exempt: dict[str, str] = {}
    for rule, why in words.items():
        exempt |= dict.fromkeys(all_rules()[rule].tests, why)
    return exempt


def _broken(why: str) -> type:
    def check(self: Any) -> None:
        raise AssertionError(why)

    return type("TestBroken", (), {"test_its_hooks_fit_the_contract": check})


def _exempted(why: str) -> Callable[[Any], None]:
    def check(self: Any) -> None:
        pytest.skip(f"exempt: {why}")

    return check


def _dialect(plugin: Any, words: Words, folder: Path) -> type:
    return dialect_conformance(plugin, folder / words["vectors"] if "vectors" in words else None)


def _strategy(plugin: Any, words: Words, folder: Path) -> type:
    return strategy_conformance(plugin, words.get("settings"))


def _policy(plugin: Any, words: Words, folder: Path) -> type:
    return policy_conformance(plugin, words.get("settings"), denies=words.get("denies", False))


def _sink(plugin: Any, words: Words, folder: Path) -> type:
    return sink_conformance(plugin, lambda empty: _filled(words.get("settings", {}), str(empty)))


def _store(plugin: Any, words: Words, folder: Path) -> type:
    return _driver(plugin, Store)


def _surface(plugin: Any, words: Words, folder: Path) -> type:
    return _driver(plugin, Surface)


def _other(plugin: Any, words: Words, folder: Path) -> type:
    """A command, a catalog: what there is to check of it, its package shows."""
    return type("TestOther", (), {})


def _driver(plugin: Any, protocol: type) -> type:
    """Of what is chosen by name; it is not made, for that may take a database."""

    def check(self: Any) -> None:
        fulfils(plugin, protocol)

    return type(f"Test{protocol.__name__}", (), {"test_its_hooks_fit_the_contract": check})


def _filled(value: Any, folder: str) -> Any:
    """Settings with the name of an empty folder in them."""
    if isinstance(value, Mapping):
        return {key: _filled(inner, folder) for key, inner in value.items()}
    return value.replace(FOLDER_WORD, folder) if isinstance(value, str) else value


_MAKERS: dict[str, Callable[[Any, Words, Path], type]] = {
    "dialects": _dialect,
    "strategies": _strategy,
    "policies": _policy,
    "sinks": _sink,
    "stores": _store,
    "surfaces": _surface,
}
