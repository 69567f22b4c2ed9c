"""The state of each package: its version, its last release, what changed since, and what forbids another release.

Law: who installs a version gets what that version was released as. What goes into the wheel may change only with the
version, and each version has its section in the changelog.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from crossroads.errors import ConfigError
from crossroads.manifest import read_manifest
from crossroads_fleet.git import Git
from crossroads_fleet.repo import Repo, manifest_file, project_of

LEVEL_DRAFT = re.compile(r'^level = "draft"$', re.MULTILINE)
VERSION = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")
IN_THE_WHEEL = ("pyproject.toml", "src/", "README.md", "LICENSE")
"""Of a package's folder. Tests, recordings, overrides and the changelog are not: they need no new version."""


class State(NamedTuple):
    """released: the version of the last tag; None: never. changed: files of the wheel that differ since.

    faults: what forbids a release, each a sentence with its remedy.
    """

    distribution: str
    folder: Path
    version: str
    released: str | None
    changed: tuple[str, ...]
    faults: tuple[str, ...]

    @property
    def moves(self) -> bool:
        """Is there something to release?"""
        return self.released != self.version

    @property
    def is_draft(self) -> bool:
        """Of a provider of whose facts nothing may be relied on yet: released only by name."""
        return any(
            LEVEL_DRAFT.search(file.read_text("utf-8", "replace")) for file in self.folder.glob("src/*/provider.toml")
        )


def states(repo: Repo, git: Git, names: Sequence[str] = ()) -> list[State]:
    """Of these packages (distributions, with or without `crossroads-`), or of all. Raises ConfigError."""
    tags = git.tags
    wanted = {name if name.startswith("crossroads") else f"crossroads-{name}" for name in names}
    if unknown := sorted(wanted - set(repo.packages)):
        raise ConfigError("is no package here.", field="NAMES", value=unknown[0], remedy="Correct the name.")
    return [
        _state(repo, git, distribution, folder, tags.get(distribution, []))
        for distribution, folder in repo.packages.items()
        if not wanted or distribution in wanted
    ]


def affected(repo: Repo, git: Git, since: str) -> dict[str, str]:
    """Distribution -> why its tests should run: a file of its own, or a package that it depends on, changed."""
    changed = git.changed(since)
    why = {
        name: next(path for path in changed if path.startswith(_prefix(repo, folder)))
        for name, folder in repo.packages.items()
        if any(path.startswith(_prefix(repo, folder)) for path in changed)
    }
    needs = {name: dependencies(folder) for name, folder in repo.packages.items()}
    grown = True
    while grown:
        grown = False
        for name, needed in needs.items():
            if name not in why and (through := next((one for one in needed if one in why), None)):
                why[name], grown = f"depends on {through}", True
    return dict(sorted(why.items()))


def dependencies(folder: Path) -> list[str]:
    """Distributions that a package names, without versions."""
    project = project_of(folder)
    optional = [one for many in project.get("optional-dependencies", {}).values() for one in many]
    return [re.split(r"[\[<>=!~; ]", text, maxsplit=1)[0] for text in (*project.get("dependencies", ()), *optional)]


def in_dependency_order(found: Iterable[State]) -> list[State]:
    """Who is depended on first, so that a release that was cut off left nothing that can't be installed."""
    waiting = {state.distribution: state for state in found}
    done: list[State] = []
    while waiting:
        free = [s for s in waiting.values() if not any(need in waiting for need in dependencies(s.folder))]
        for state in free or list(waiting.values()):  # a circle is released as it stands
            done.append(waiting.pop(state.distribution))
    return done


def _state(repo: Repo, git: Git, distribution: str, folder: Path, tags: list[tuple[str, str]]) -> State:
    version = str(project_of(folder).get("version", ""))
    released, commit = max(tags, key=lambda tag: _number(tag[0]), default=(None, None))
    changed: tuple[str, ...] = ()
    if commit is not None:
        prefix = _prefix(repo, folder)
        inside = [path.removeprefix(prefix) for path in git.changed(commit) if path.startswith(prefix)]
        changed = tuple(path for path in inside if path.startswith(IN_THE_WHEEL))
    return State(distribution, folder, version, released, changed, tuple(_faults(folder, version, released, changed)))


def _faults(folder: Path, version: str, released: str | None, changed: tuple[str, ...]) -> Iterator[str]:
    if not VERSION.fullmatch(version):
        yield f"its version {version!r} is not three numbers. Write one like 0.1.0."
        return
    if released is not None and changed and version == released:
        yield f"{changed[0]} changed since {released}, and the version did not move. Raise it in pyproject.toml."
    if released is not None and _number(version) < _number(released):
        yield f"its version {version} is below the last release, {released}. Raise it in pyproject.toml."
    log = folder / "CHANGELOG.md"
    if not log.exists() or not re.search(rf"^## \[{re.escape(version)}\]", log.read_text("utf-8", "replace"), re.M):
        yield f"CHANGELOG.md has no section [{version}]. Say in it what changed for who installs it."
    if folder.parent.name == "providers":
        try:
            read_manifest(manifest_file(folder))
        except ConfigError as error:
            yield f"its manifest does not hold: {error}"


def _number(version: str) -> tuple[int, ...]:
    found = VERSION.match(version)
    return tuple(map(int, found.groups())) if found else (-1,)


def _prefix(repo: Repo, folder: Path) -> str:
    return f"{folder.relative_to(repo.root).as_posix()}/"
