"""A hand's words over the facts: `overrides.toml` of a package.

It holds words of `provider.toml`, each with its source, and three of its own:

    remove = ["links.terms", "auth.prefix"]         words that are taken out, by dotted path
    remove_endpoints = ["*-preview"]                rows that are taken out, by pattern of their upstream name
    [package]                                       what else the package needs: see `package.py`

Tables are merged word by word; a list replaces the list, but for `endpoints`: their rows are merged by upstream, tag
and site. Law: merging twice is merging once.
"""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import msgspec

from crossroads.errors import ConfigError
from crossroads.schema import plain
from crossroads.toml import read_toml

FILE = "overrides.toml"
OWN = ("remove", "remove_endpoints", "package")


class _Row(msgspec.Struct):
    upstream: str
    tag: str | None = None
    site: str | None = None


class _Package(msgspec.Struct):
    entry_point: str | None = None
    dependencies: list[str] = []


class _Words(msgspec.Struct):
    """What is done here rests on these types; the rest is the manifest's schema's to judge."""

    remove: list[str] = []
    remove_endpoints: list[str] = []
    package: _Package = msgspec.field(default_factory=_Package)
    endpoints: list[_Row] = []
    operations: dict[str, dict[str, Any]] = {}
    sites: dict[str, dict[str, Any]] = {}
    auth: dict[str, Any] = {}
    data_policy: dict[str, Any] = {}
    links: dict[str, Any] = {}
    sources: dict[str, Any] = {}


def read_overrides(package: Path) -> dict[str, Any]:
    """The words of a package's overrides.toml; empty where it has none. Raises ConfigError: a wrong type."""
    file = package / FILE
    words = dict(plain(read_toml(file))) if file.exists() else {}
    try:
        msgspec.convert(words, _Words)
    except msgspec.ValidationError as error:
        what, _, field = str(error).partition(" - at `$.")
        remedy = "Correct the word; the guide on keeping a fleet shows each."
        what = f"{what[0].lower()}{what[1:]}."
        raise ConfigError(what, file=str(file), field=field.removesuffix("`"), remedy=remedy) from None
    return words


def merge(facts: Mapping[str, Any], overrides: Mapping[str, Any]) -> dict[str, Any]:
    """The document that results. Neither argument is changed."""
    document = dict(facts)
    patterns = tuple(overrides.get("remove_endpoints", ()))
    rows = [row for row in document.get("endpoints", []) if not _matches(row["upstream"], patterns)]
    for path in overrides.get("remove", ()):
        _remove(document, path.split("."))
    words = {key: value for key, value in overrides.items() if key not in OWN}
    rows = _merged_rows(rows, words.pop("endpoints", []))
    document = _merged(document, words)
    document.pop("endpoints", None)
    return document | ({"endpoints": rows} if rows else {})


def _matches(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def _merged(under: Any, over: Any) -> Any:
    if not isinstance(under, Mapping) or not isinstance(over, Mapping):
        return over
    return {**under, **{key: _merged(under[key], value) if key in under else value for key, value in over.items()}}


def _merged_rows(rows: list[Any], over: list[Any]) -> list[Any]:
    keyed = {_row_key(row): row for row in rows}
    for row in over:
        keyed[_row_key(row)] = _merged(keyed.get(_row_key(row), {}), row)
    return list(keyed.values())


def _row_key(row: Mapping[str, Any]) -> tuple[str, str | None, str | None]:
    return row["upstream"], row.get("tag"), row.get("site")


def _remove(document: dict[str, Any], path: list[str]) -> None:
    """Tables on the way are copied: the facts that were given stay as they are."""
    head, *rest = path
    if head not in document:
        return
    if not rest:
        del document[head]
        return
    if not isinstance(document[head], Mapping):
        return
    inner = dict(document[head])
    _remove(inner, rest)
    document[head] = inner
    if not inner:
        del document[head]
