"""What every provider package must hold, as a test class: `provider_conformance("northwind")` is a whole test file.

Offline. Here: the facts of the manifest, and what importing the package does. The wire stands in `provider_wire`.
"""

from __future__ import annotations

import datetime
import inspect
import tomllib
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

from crossroads.addresses import host_of
from crossroads.engine.index import DIALECTS, PROVIDERS, load_index
from crossroads.engine.plugins import Plugins
from crossroads.testing.conformance import with_asyncio
from crossroads.testing.imports import ABSENT, ImportChecks, declared
from crossroads.testing.provider_wire import Package, WireChecks
from crossroads.testing.recordings import Recorded, recorded_in


def provider_conformance(
    name: str,
    recordings: str | Path | None = None,
    *,
    settings: Mapping[str, Any] | None = None,
    may_import: Iterable[str] = (),
    exempt: Mapping[str, str] | None = None,
) -> type:
    """The test class of provider `name`.

    recordings: a folder of recorded exchanges (`testing.recordings`), relative to the calling file.
    settings: its own, where it needs some. may_import: further light packages that its import loads.
    exempt: name of a test -> why this package can't hold it (skipped, and says so).
    """
    frame = inspect.currentframe()
    assert frame is not None
    assert frame.f_back is not None
    here = Path(frame.f_back.f_code.co_filename)
    if not any(plugin.name == name for plugin in load_index(None).all(PROVIDERS)):
        _from_source(name, here)
    body: dict[str, Any] = {"name": name, "settings": dict(settings or {}), "may_import": frozenset(may_import)}
    if recordings is not None:
        folder = here.parent / recordings
        body["test_a_recorded_exchange_is_understood"] = _recorded_test(folder)
    for check, why in (exempt or {}).items():
        if not hasattr(PackageChecks, check) and not hasattr(WireChecks, check):
            raise ValueError(f"exempt: there is no check {check!r}")
        body[check] = _skipped(why)
    return with_asyncio(type(f"Test{name.title().replace('-', '')}", (PackageChecks, WireChecks), body))


def _from_source(name: str, test_file: Path) -> None:
    """The package whose own test this is need not be installed first."""
    from crossroads.kit.source import keep_installed, source_of

    if (package := source_of("providers", name, test_file)) is not None:
        keep_installed(package)


def _recorded_test(folder: Path) -> Any:
    records = recorded_in(folder)
    if not records:
        raise ValueError(f"{folder}: no recorded exchange (*.json) is there")

    @pytest.mark.parametrize("record", records, ids=[record.name for record in records])
    async def check(self: WireChecks, record: Recorded) -> None:
        await self.check_recorded(record)

    return check


def _skipped(why: str) -> Any:
    def check(self: Any) -> None:
        pytest.skip(f"exempt: {why}")

    return check


class PackageChecks(Package, ImportChecks):
    """The manifest and the import."""

    def module(self) -> str:
        return self.plugin().value.partition(":")[0].strip()

    def test_the_manifest_is_valid(self) -> None:
        assert self.manifest().name == self.name

    def test_every_fact_has_a_source(self) -> None:
        document = tomllib.loads(self.manifest_file().read_text("utf-8"))
        for where, fact in _facts(document):
            source = fact.get("source") or document.get("source")
            assert source, f"{where} has no source"
            day = datetime.date.fromisoformat(str(source["read"]))
            assert day <= datetime.datetime.now(datetime.UTC).date(), f"{where}: read on {day}"

    def test_dialects_are_installed_and_mean_their_operation(self) -> None:
        index = load_index(None)
        plugins, there = Plugins(index), {plugin.name for plugin in index.all(DIALECTS)}
        dependencies = declared(self.plugin().distribution)
        for operation, served in self.manifest().operations.items():
            if served.dialect not in there and f"crossroads-{served.dialect}" in dependencies:
                pytest.skip(f"{ABSENT}crossroads-{served.dialect}, on which it depends; `pip install` it")
            dialect = plugins.make(DIALECTS, served.dialect, {}, at="dialects")
            assert dialect.operation == operation, f"{served.dialect} is for {dialect.operation}"

    def test_hosts_are_closed(self) -> None:
        manifest = self.manifest()
        own = {host_of(manifest.base_url)}
        for operation, served in manifest.operations.items():
            for url in (url for url in served.urls if not url.startswith("{base_url}")):
                known = any(fnmatchcase(host_of(url) or "", host) for host in {*manifest.hosts, *own} if host)
                assert known, f"{operation} goes to {host_of(url)}, which `hosts` lacks"
        assert not any(host in ("*", "*.com") or "/" in host for host in manifest.hosts)

    def test_its_hooks_fit_the_contract(self) -> None:
        plugins = Plugins(load_index(None))
        made = plugins.make(PROVIDERS, self.name, self.settings, at=f"providers.{self.name}.settings")
        plugins.register(made, f"providers/{self.name}")


def _facts(document: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """Every table of a manifest that states something of the world."""
    facts = [(f"operations.{name}", fact) for name, fact in document["operations"].items()]
    facts += [("auth", document["auth"])] if document["auth"]["scheme"] != "none" else []
    for table in ("quirks", "endpoints"):
        facts += [(f"{table}[{number}]", fact) for number, fact in enumerate(document.get(table, ()))]
    facts += [("data_policy", document["data_policy"])] if document.get("data_policy") else []
    return facts
