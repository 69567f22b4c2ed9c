"""The index of known packages, made from a folder of their sources: `<folder>/<kind>/<name>/pyproject.toml`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from crossroads.kit.source import SourcePackage, read_project
from crossroads.known import PROVIDERS, Known, known_provider
from crossroads.manifest import read_manifest


def known_in(folder: Path) -> Iterator[Known]:
    """One row for each entry point that `crossroads install` can mean. Raises ConfigError naming the file."""
    for project in sorted(folder.glob("*/*/pyproject.toml")):
        package = read_project(project.parent)
        for entry in package.plugins:
            yield _row(package, entry.kind, entry.name)


def _row(package: SourcePackage, kind: str, name: str) -> Known:
    if kind != PROVIDERS:
        return Known(kind, name, package.name, str(package.project.get("description", name)))
    (manifest,) = package.root.glob("*/provider.toml")
    return known_provider(read_manifest(manifest), package.name)
