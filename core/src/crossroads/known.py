"""The packages that are known to exist, installed or not: known.json, read when somebody searches or installs.

A snapshot of the release: one row a line, sorted, written by `write_known` from manifests and project files, never by
hand. Who is not in it can be installed all the same, with pip or uv.
"""

from __future__ import annotations

import difflib
import functools
from collections.abc import Iterable, Sequence
from importlib import resources
from pathlib import Path

import msgspec

from crossroads.manifest import Manifest

FILE_NAME = "known.json"
PROVIDERS = "providers"
SUGGESTED_MAX = 5
CLOSE = 0.6
"""How alike a mistyped name must be (`difflib`), 0 to 1."""


class Known(msgspec.Struct, frozen=True, array_like=True):
    """One plugin. kind: the end of its entry-point group. What follows `title` is a provider's, from its manifest."""

    kind: str
    name: str
    distribution: str
    title: str
    callable: bool = False
    status: str = ""
    level: str = ""
    operations: tuple[str, ...] = ()
    dialects: tuple[str, ...] = ()
    homepage: str | None = None


def known_provider(manifest: Manifest, distribution: str) -> Known:
    """The row of a provider package."""
    return Known(
        kind=PROVIDERS,
        name=manifest.name,
        distribution=distribution,
        title=manifest.display_name,
        callable=manifest.callable,
        status=manifest.status,
        level=manifest.level,
        operations=tuple(sorted(manifest.operations)),
        dialects=tuple(sorted({served.dialect for served in manifest.operations.values()})),
        homepage=manifest.links.get("homepage"),
    )


def write_known(rows: Iterable[Known], file: Path) -> bool:
    """Write the whole index; True where that changed it."""
    lines = [msgspec.json.encode(row).decode() for row in sorted(rows, key=lambda row: (row.kind, row.name))]
    text = "[\n" + ",\n".join(lines) + "\n]\n"
    if file.exists() and file.read_text("utf-8") == text:
        return False
    file.write_text(text, "utf-8")
    return True


@functools.cache
def all_known() -> tuple[Known, ...]:
    """Every row of the shipped index, in order of kind and name."""
    text = resources.files("crossroads").joinpath(FILE_NAME).read_bytes()
    return msgspec.json.decode(text, type=tuple[Known, ...])


def search(word: str, rows: Sequence[Known]) -> list[Known]:
    """Best first: the name, its beginning, an operation, a part of name or title, a dialect; else what reads alike.

    Of equal ones, who can be called comes first.
    """
    wanted = word.strip().lower()
    placed = [(place, not row.callable, row.name, row) for row in rows if (place := _place(wanted, row)) is not None]
    if placed:
        return [row for *_, row in sorted(placed)]
    return [row for name in nearest(wanted, [row.name for row in rows]) for row in rows if row.name == name]


def nearest(name: str, names: Iterable[str]) -> list[str]:
    """The names that a mistyped one may have meant, best first."""
    return difflib.get_close_matches(name.lower(), sorted(set(names)), n=SUGGESTED_MAX, cutoff=CLOSE)


def _place(wanted: str, row: Known) -> int | None:
    title = row.title.lower()
    if wanted in (row.name, title, row.distribution):
        return 0
    if row.name.startswith(wanted) or title.startswith(wanted):
        return 1
    if wanted in row.operations:
        return 2
    if wanted in row.name or wanted in title:
        return 3
    return 4 if any(wanted in dialect for dialect in row.dialects) else None
