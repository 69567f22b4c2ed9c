"""What a change of facts does to its package: the next patch version, and `Facts` in its changelog.

Law: who installs a version can read what changed since the one before, each fact with its source.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from crossroads.errors import ConfigError
from crossroads_catalog.changes import Change

VERSION = re.compile(r'^version = "(\d+)\.(\d+)\.(\d+)"$', re.M)
OVERRIDES = "overrides.toml"


class Written(NamedTuple):
    """A package that changed. before, after: its versions."""

    package: Path
    before: str
    after: str
    changes: list[Change]


def package_of(manifest: Path, distribution: str) -> Path | None:
    """The package's own folder in a checkout; None: the manifest was installed, and is nobody's to edit."""
    for folder in manifest.parents:
        file = folder / "pyproject.toml"
        if file.exists():
            project = tomllib.loads(file.read_text("utf-8")).get("project", {})
            return folder if project.get("name") == distribution else None
    return None


def hand_wrote(package: Path, change: Change) -> bool:
    """Does overrides.toml say otherwise? What a hand wrote stays, until that hand changes it."""
    file = package / OVERRIDES
    if not file.exists():
        return False
    words = tomllib.loads(file.read_text("utf-8"))
    field = str(change.field)
    for row in words.get("endpoints", ()):
        if row.get("upstream") == change.upstream:
            prices = {**row.get("price_usd_per_mtok", {}), **row.get("price_usd", {})}
            return change.change == "gone" or field in row or field.removeprefix("price.") in prices
    return False


def release(package: Path, texts: dict[Path, str], changes: list[Change], *, read: str) -> Written:
    """Write facts (texts by file), version and changelog of one package. Raises ConfigError, before it writes."""
    project, changelog = package / "pyproject.toml", package / "CHANGELOG.md"
    text, log = project.read_text("utf-8"), changelog.read_text("utf-8")
    found, section = VERSION.search(text), re.search(r"^## \[", log, re.M)
    if found is None or section is None:
        raise ConfigError(
            "has no version of three numbers, or its CHANGELOG.md no section.",
            file=str(project),
            field="version",
            remedy='Write version = "0.1.0", and `## [0.1.0] - <day>` in CHANGELOG.md.',
        )
    major, minor, patch = map(int, found.groups())
    after = f"{major}.{minor}.{patch + 1}"
    entry = f"## [{after}] - {read}\n\n### Facts\n\n{_listed(changes)}"
    files = {
        **texts,
        project: text[: found.start()] + f'version = "{after}"' + text[found.end() :],
        changelog: log[: section.start()] + entry + log[section.start() :],
    }
    for file, new in files.items():
        file.write_text(new, "utf-8")
    return Written(package, ".".join(found.groups()), after, changes)


def _listed(changes: Iterable[Change]) -> str:
    """By source, in order."""
    by_source: dict[str, list[str]] = {}
    for one in changes:
        by_source.setdefault(one.source, []).append(f"- `{one.upstream}`: {told(one)}.\n")
    return "".join(f"From {source}:\n\n{''.join(lines)}\n" for source, lines in by_source.items())


def told(change: Change) -> str:
    """In a few words."""
    if change.change != "changed":
        return change.change
    old = "not stated" if change.old is None else change.old
    return f"{change.field} {old} -> {change.new}"
