"""A package's source read as data: `pyproject.toml`, its entry points, where its modules lie. Runs none of its code.

A package that is not installed is laid out as if it were (`lay_out`): a dist-info of metadata and entry points in a
folder of its own. With that folder and the source's own first on the path, everything that finds plugins finds it.
"""

from __future__ import annotations

import atexit
import os
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from crossroads.errors import ConfigError
from crossroads.kit.words import GROUP_PREFIX, check_document, check_told

PROJECT_FILE = "pyproject.toml"
API_KIND = "api"
"""An entry point of this kind is no plugin: it says for which hooks the package was written."""
UNVERSIONED = "0"
"""Where the version is made by the build."""


class Entry(NamedTuple):
    """One entry point of ours. kind: the group without `crossroads.`. value: `module` or `module:attribute`."""

    kind: str
    name: str
    value: str

    @property
    def module(self) -> str:
        return self.value.partition(":")[0].strip()


class SourcePackage(NamedTuple):
    """root: the folder in which its top-level packages lie. words: `[tool.crossroads.check.<entry point>]`, by name."""

    folder: Path
    project: Mapping[str, Any]
    name: str
    version: str
    root: Path
    entries: tuple[Entry, ...]
    words: Mapping[str, Mapping[str, Any]]

    @property
    def plugins(self) -> tuple[Entry, ...]:
        return tuple(entry for entry in self.entries if entry.kind != API_KIND)


def read_package(folder: Path) -> SourcePackage:
    """A package that brings a plugin. Raises ConfigError: it brings none, or its pyproject.toml is wrong."""
    package = read_project(folder)
    if not package.name or not package.plugins:
        remedy = 'Give it a `project.name` and e.g. [project.entry-points."crossroads.providers"].'
        raise ConfigError(
            "declares no plugin of Crossroads.", file=str(folder / PROJECT_FILE), field="project", remedy=remedy
        )
    check_told(package.words, {entry.name for entry in package.plugins}, folder / PROJECT_FILE)
    return package


def read_project(folder: Path) -> SourcePackage:
    """Any Python project, with those of its entry points that are ours. Raises ConfigError: it can't be read."""
    file = folder / PROJECT_FILE
    try:
        document = tomllib.loads(file.read_text("utf-8"))
    except OSError as error:
        remedy = "Name the folder of a package, in which pyproject.toml lies."
        raise ConfigError(f"can't be read: {error.strerror}.", file=str(file), remedy=remedy) from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"is not TOML: {error}.", file=str(file), remedy="Correct that line.") from None
    check_document(document, file)
    project = document.get("project", {})
    entries = tuple(
        Entry(group.removeprefix(GROUP_PREFIX), name, value)
        for group, points in project.get("entry-points", {}).items()
        if group.startswith(GROUP_PREFIX)
        for name, value in points.items()
    )
    return SourcePackage(
        folder=folder.resolve(),
        project=project,
        name=str(project.get("name", "")),
        version=str(project.get("version", UNVERSIONED)),
        root=(folder / "src" if (folder / "src").is_dir() else folder).resolve(),
        entries=entries,
        words=document.get("tool", {}).get("crossroads", {}).get("check", {}),
    )


def source_of(kind: str, name: str, near: Path) -> SourcePackage | None:
    """The package above a file, if it is the one that declares this plugin."""
    for folder in near.parents:
        if (folder / PROJECT_FILE).is_file():
            try:
                package = read_package(folder)
            except ConfigError:
                return None
            return package if any((e.kind, e.name) == (kind, name) for e in package.entries) else None
    return None


def lay_out(package: SourcePackage, site: Path) -> None:
    """Write its dist-info into `site`, as an installer would."""
    info = site / f"{re.sub(r'[-_.]+', '_', package.name)}-{package.version}.dist-info"
    info.mkdir(parents=True, exist_ok=True)
    metadata = ["Metadata-Version: 2.1", f"Name: {package.name}", f"Version: {package.version}"]
    metadata += [f"Requires-Dist: {requirement}" for requirement in package.project.get("dependencies", ())]
    (info / "METADATA").write_text("\n".join([*metadata, "", ""]), "utf-8")
    groups: dict[str, list[str]] = {}
    for entry in package.entries:
        groups.setdefault(entry.kind, []).append(f"{entry.name} = {entry.value}")
    text = "".join(f"[{GROUP_PREFIX}{kind}]\n" + "\n".join(lines) + "\n\n" for kind, lines in groups.items())
    (info / "entry_points.txt").write_text(text, "utf-8")


def path_of(package: SourcePackage, site: Path) -> list[str]:
    """What must stand first on the path."""
    return [str(site), str(package.root)]


@contextmanager
def as_installed(package: SourcePackage) -> Iterator[Path]:
    """In this process, and in those that it starts, the package is there: from its source, before any other of its
    name. Yields the folder that says so, in which a caller may put files of its own."""
    kept_path, kept_variable = list(sys.path), os.environ.get("PYTHONPATH")
    with TemporaryDirectory(prefix="crossroads-kit-") as folder:
        site = Path(folder).resolve()
        lay_out(package, site)
        first = path_of(package, site)
        sys.path[:0] = first
        os.environ["PYTHONPATH"] = os.pathsep.join([*first, *filter(None, [kept_variable])])
        try:
            yield site
        finally:
            sys.path[:] = kept_path
            if kept_variable is None:
                del os.environ["PYTHONPATH"]
            else:
                os.environ["PYTHONPATH"] = kept_variable


def keep_installed(package: SourcePackage) -> None:
    """`as_installed`, until this process ends: for a test file that runs before its package is installed."""
    stack = ExitStack()
    stack.enter_context(as_installed(package))
    atexit.register(stack.close)
