"""What every provider package must hold, as a test class: `provider_conformance("northwind")` is a whole test file.

Offline. Here: the facts of the manifest, and what importing the package does. The wire stands in `provider_wire`.
"""

from __future__ import annotations

import datetime
import inspect
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

from crossroads.addresses import host_of
from crossroads.engine.installed.index import DIALECTS, PROVIDERS
from crossroads.engine.installed.plugins import Plugins
from crossroads.testing.answers import Answer
from crossroads.testing.conformance import with_asyncio
from crossroads.testing.imports import ABSENT, ImportChecks, declared, installed, is_only_a_docstring
from crossroads.testing.provider_first import FirstCallChecks
from crossroads.testing.provider_wire import KeyChecks, Package, WireChecks, shape
from crossroads.testing.recordings import Recorded, recorded_in


def provider_conformance(
    name: str,
    recordings: str | Path | None = None,
    *,
    settings: Mapping[str, Any] | None = None,
    may_import: Iterable[str] = (),
    exempt: Mapping[str, str] | None = None,
    answer: Answer | None = None,
) -> type:
    """The test class of provider `name`.

    recordings: a folder of recorded exchanges (`testing.recordings`), relative to the calling file.
    settings: its own, where it needs some. may_import: further light packages that its import loads.
    exempt: name of a test -> why this package can't hold it (skipped, and says so).
    answer: of its host to its first operation, where it serves no chat and has a format of its own (`first_calls`).
    """
    frame = inspect.currentframe()
    assert frame is not None
    assert frame.f_back is not None
    here = Path(frame.f_back.f_code.co_filename)
    if not any(plugin.name == name for plugin in installed().all(PROVIDERS)):
        _from_source(name, here)
    body: dict[str, Any] = {"name": name, "settings": dict(settings or {}), "may_import": frozenset(may_import)}
    if answer is not None:
        body["answer"] = answer
    if recordings is not None:
        body[RECORDED] = _recorded_test(here.parent / recordings)
    for check, why in (exempt or {}).items():
        if not any(hasattr(checks, check) for checks in (PackageChecks, WireChecks, FirstCallChecks)):
            raise ValueError(f"exempt: there is no check {check!r}")
        body[check] = _skipped(why)
    return with_asyncio(type(f"Test{name.title().replace('-', '')}", _checks_of(name, body), body))


_claimed: set[str] = set()
"""Shapes on the wire that an earlier class of this process checks."""


def _checks_of(name: str, body: Mapping[str, Any]) -> tuple[type, ...]:
    """All of them, for a package with code, or one that is not there, so that its tests say so.

    Of packages without code, those that are the same on the wire are called once; where its key goes is checked for
    each. One that is listed only has no wire; one without chat is asked for its first operation.
    """
    plugin = next((one for one in installed().all(PROVIDERS) if one.name == name and one.error is None), None)
    if plugin is None:
        return (PackageChecks, WireChecks)
    manifest = installed().manifest(plugin)
    wire = FirstCallChecks if manifest.operations and "chat" not in manifest.operations else WireChecks
    if not is_only_a_docstring(Path(plugin.manifest_path or "").parent / "__init__.py"):
        return (PackageChecks, wire)
    if not manifest.callable:
        return (PackageChecks,)
    found = shape(manifest)
    if found not in _claimed or RECORDED in body:
        _claimed.add(found)
        return (PackageChecks, wire)
    return (PackageChecks, KeyChecks)


def _from_source(name: str, test_file: Path) -> None:
    """The package whose own test this is need not be installed first."""
    from crossroads.kit.source import keep_installed, source_of

    if (package := source_of("providers", name, test_file)) is not None:
        keep_installed(package)
        installed.cache_clear()


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
        assert self.manifest().name == self.name  # checked against the schema when it was read

    def test_every_fact_has_a_source(self) -> None:
        document = tomllib.loads(self.manifest_file().read_text("utf-8"))
        today = datetime.datetime.now(datetime.UTC).date()
        for where, sources in _facts(document):
            assert sources, f"{where} has no source"
            for source in sources:
                day = datetime.date.fromisoformat(str(source["read"]))
                assert day <= today, f"{where}: read on {day}"

    def test_dialects_are_installed_and_mean_their_operation(self) -> None:
        there = {plugin.name for plugin in installed().all(DIALECTS)}
        plugins = Plugins(installed())
        at_sites = [name for site in self.manifest().sites.values() for name in site.also]
        for operation, served in self.manifest().operations.items():
            for name in (served.dialect, *served.also, *(at_sites if operation == "chat" else ())):
                if name not in there and f"crossroads-{name}" in declared(self.plugin().distribution):
                    pytest.skip(f"{ABSENT}crossroads-{name}, on which it depends; `pip install` it")
                dialect = plugins.make(DIALECTS, name, {}, at="dialects")
                assert dialect.operation == operation, f"{name} is for {dialect.operation}"

    def test_hosts_are_closed(self) -> None:
        manifest = self.manifest()
        own = {host_of(manifest.base_url)}
        for operation, served in manifest.operations.items():
            for url in (url for url in served.urls if not url.startswith("{base_url}")):
                known = any(fnmatchcase(host_of(url) or "", host) for host in {*manifest.hosts, *own} if host)
                assert known, f"{operation} goes to {host_of(url)}, which `hosts` lacks"
        assert not any(host in ("*", "*.com") or "/" in host for host in (*manifest.hosts, *manifest.media_hosts))

    def test_its_hooks_fit_the_contract(self) -> None:
        plugins = Plugins(installed())
        made = plugins.make(PROVIDERS, self.name, self.settings, at=f"providers.{self.name}.settings")
        plugins.register(made, f"providers/{self.name}")


RECORDED = "test_a_recorded_exchange_is_understood"
WORDS = (
    "base_url", "models_url", "media_hosts", "status", "abortable_streams", "headquarters", "datacenters",
    "certifications",
)  # fmt: skip
"""At the top of a manifest: those that a source must state."""


def _facts(document: Mapping[str, Any]) -> Iterator[tuple[str, list[Any]]]:
    """Every word and table of a manifest that states something of the world, with the sources that it rests on."""
    general = [document["source"]] if "source" in document else []
    named = document.get("sources", {})
    for word in WORDS:
        if word in document:
            yield word, [named[word]] if word in named else general
    tables = {f"operations.{name}": fact for name, fact in document.get("operations", {}).items()}
    tables |= {f"sites.{name}": fact for name, fact in document.get("sites", {}).items()}
    if document.get("auth", {}).get("scheme", "none") != "none":
        tables["auth"] = document["auth"]
    for table in ("quirks", "errors", "notes", "endpoints"):
        tables |= {f"{table}[{number}]": fact for number, fact in enumerate(document.get(table, ()))}
    for where, fact in tables.items():
        yield where, [fact["source"]] if "source" in fact else general
    policy = document.get("data_policy", {})
    for word in policy.keys() - {"source"}:
        path = f"data_policy.{word}"
        yield path, [named[path]] if path in named else [policy["source"]] if "source" in policy else general
