"""What a package's files say, read as data: the rules of rules.toml that need no run."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from crossroads.api import API
from crossroads.errors import ConfigError
from crossroads.kit.rules import Result, State, all_rules
from crossroads.kit.source import API_KIND, UNVERSIONED, SourcePackage
from crossroads.kit.templates import SLUG
from crossroads.manifest import read_manifest

PLACEHOLDER = ".example"
"""Hosts under it exist for examples only (RFC 2606): a fact from there has not been read anywhere."""


def file_results(package: SourcePackage) -> list[Result]:
    """One result for each rule that is looked up in files."""
    document = tomllib.loads((package.folder / "pyproject.toml").read_text("utf-8"))
    found: dict[str, list[str]] = {
        "package.metadata": list(_metadata(package)),
        "package.files": list(_files(package)),
        "package.entry-points": list(_entry_points(package)),
        "package.quiet-install": list(_loud_files(package, document)),
        "contract.api": list(_api(package)),
    }
    return [_result(package, rule, "failed" if faults else "ok", faults) for rule, faults in found.items()]


def manifest_results(package: SourcePackage) -> list[Result]:
    """Are its manifests valid? For where the suites, which look at much more, can't run."""
    results = []
    for file in sorted(package.root.glob("*/provider.toml")):
        try:
            name, fault = read_manifest(file).name, None
        except ConfigError as error:
            name, fault = package.name, str(error)
        results.append(Result(all_rules()["manifest.valid"], name, "failed" if fault else "ok", fault))
    return results


def placeholder_result(package: SourcePackage, name: str) -> Result | None:
    """A manifest whose sources are still those of the template, as an unchecked rule."""
    for manifest in sorted(package.root.glob("*/provider.toml")):
        try:
            document = tomllib.loads(manifest.read_text("utf-8"))
        except (OSError, ValueError):
            continue  # the rule for the manifest says it
        made_up = [url for url in _source_urls(document) if (urlsplit(url).hostname or "").endswith(PLACEHOLDER)]
        if document.get("name") == name and made_up:
            return Result(all_rules()["manifest.sources"], name, "not checked", f"{made_up[0]} is a placeholder")
    return None


def _result(package: SourcePackage, rule: str, state: State, faults: list[str]) -> Result:
    return Result(all_rules()[rule], package.name, state, "; ".join(faults) or None)


def _metadata(package: SourcePackage) -> Iterator[str]:
    project = package.project
    dynamic = project.get("dynamic", ())
    for word in ("description", "license", "requires-python"):
        if word not in project and word not in dynamic:
            yield f"`{word}` is missing"
    if package.version == UNVERSIONED and "version" not in dynamic:
        yield "`version` is missing"
    if not any(re.match(r"crossroads(?![\w-])", str(one)) for one in project.get("dependencies", ())):
        yield "it does not depend on `crossroads`"


def _files(package: SourcePackage) -> Iterator[str]:
    if not any(package.folder.glob("CHANGELOG*")):
        yield "CHANGELOG.md is missing"
    if not any((package.folder / "tests").glob("test_*.py")):
        yield "tests/test_*.py is missing"
    readme = package.project.get("readme")
    if isinstance(readme, str) and not (package.folder / readme).is_file():
        yield f"{readme} is missing"
    for pattern in package.project.get("license-files", ()):
        if not any(package.folder.glob(pattern)):
            yield f"{pattern} is missing"


def _entry_points(package: SourcePackage) -> Iterator[str]:
    for entry in package.plugins:
        if not SLUG.fullmatch(entry.name):
            yield f"{entry.name!r} is no slug"
        top = package.root / entry.module.split(".")[0]
        if not top.is_dir() and not top.with_suffix(".py").is_file():
            yield f"{entry.value} is not in {package.root.name}/"
    providers = [entry.name for entry in package.plugins if entry.kind == "providers"]
    if len(providers) > 1:
        yield f"{len(providers)} providers ({', '.join(providers)})"


def _loud_files(package: SourcePackage, document: Mapping[str, Any]) -> Iterator[str]:
    for path in sorted(package.root.rglob("*.pth")):
        yield f"{path.relative_to(package.folder)} would run in every Python process"
    if "backend-path" in document.get("build-system", {}):
        yield "its build backend is code of its own (`backend-path`)"


def _api(package: SourcePackage) -> Iterator[str]:
    """A package that states none was written for version 1."""
    stated = [entry.name for entry in package.entries if entry.kind == API_KIND] or ["1"]
    if API not in stated:
        yield f"it was written for hook API {', '.join(stated)}; this core has {API}"


def _source_urls(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        source = value.get("source")
        if isinstance(source, Mapping) and isinstance(source.get("url"), str):
            yield source["url"]
        for inner in value.values():
            yield from _source_urls(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _source_urls(inner)
