"""What is read of a package's pyproject.toml, each word with its type: a wrong one is an error that names it.

Law: a name, a version or a path that leads out of the package's folder is refused before anything is written or run.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import msgspec

from crossroads.engine.installed.index import GROUPS
from crossroads.errors import ConfigError
from crossroads.kit.rules import all_rules

Name = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$")]
Version = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9.!+_-]+$")]
Inside = Annotated[str, msgspec.Meta(pattern=r"^(?!/)(?!.*\.\.).+$")]
GROUP_PREFIX = "crossroads."
API_GROUP = "crossroads.api"


class _Project(msgspec.Struct, rename="kebab"):
    name: Name | None = None
    version: Version | None = None
    dynamic: list[str] = []
    dependencies: list[str] = []
    readme: Inside | dict[str, Any] | None = None
    license_files: list[Inside] = []
    entry_points: dict[str, dict[str, str]] = {}


class _Tool(msgspec.Struct):
    class Own(msgspec.Struct):
        check: dict[str, dict[str, Any]] = {}

    crossroads: Own = msgspec.field(default_factory=Own)


class _Document(msgspec.Struct, rename="kebab"):
    project: _Project = msgspec.field(default_factory=_Project)
    build_system: dict[str, Any] = {}
    tool: _Tool = msgspec.field(default_factory=_Tool)


class _Check(msgspec.Struct):
    settings: dict[str, Any] = {}
    denies: bool = False
    vectors: str = ""
    recordings: str = ""
    may_import: list[str] = []
    exempt: dict[str, str] = {}


def check_document(document: Mapping[str, Any], file: Path) -> None:
    """Raises ConfigError: a word is of another type or form, or a group of entry points is not one of ours."""
    _converted(document, _Document, file, "")
    for group in document.get("project", {}).get("entry-points", {}):
        if group.startswith(GROUP_PREFIX) and group not in (*GROUPS, API_GROUP):
            _unknown(file, f"project.entry-points.{group}", (*GROUPS, API_GROUP))


def check_told(words: Mapping[str, Mapping[str, Any]], entries: set[str], file: Path) -> None:
    """`[tool.crossroads.check]` is about entry points of the package, in known words. Raises ConfigError."""
    for name, told in words.items():
        at = f"tool.crossroads.check.{name}"
        if name not in entries:
            _unknown(file, at, entries)
        for word in told:
            if word not in _Check.__struct_fields__:
                _unknown(file, f"{at}.{word}", _Check.__struct_fields__)
        _converted(told, _Check, file, f"{at}.")
        for rule in told.get("exempt", {}):
            if rule not in all_rules():
                _unknown(file, f"{at}.exempt.{rule}", all_rules())


def _converted(value: Any, type: type, file: Path, at: str) -> None:
    try:
        msgspec.convert(value, type)
    except msgspec.ValidationError as error:
        what, _, path = str(error).partition(" - at `$.")
        remedy = "Correct it; `crossroads plugin new` writes one that is right."
        field = at + path.removesuffix("`")
        raise ConfigError(f"{what[0].lower()}{what[1:]}.", file=str(file), field=field, remedy=remedy) from None


def _unknown(file: Path, field: str, known: Any) -> None:
    remedy = f"Known: {', '.join(sorted(known))}."
    raise ConfigError("is not a known key.", file=str(file), field=field, remedy=remedy)
