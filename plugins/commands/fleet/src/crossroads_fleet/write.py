"""`crossroads fleet write`: every generated provider package, from facts and a hand's words.

With a catalog its facts are taken anew. Without one the facts are those that stand in provider.toml, so that a better
layout or a changed override re-writes every package at once. Law: writing again changes nothing.
"""

from __future__ import annotations

import datetime
import re
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from crossroads.errors import ConfigError
from crossroads.manifest import parse_manifest
from crossroads.schema import plain
from crossroads.toml import read_toml
from crossroads_fleet.catalog import Catalog
from crossroads_fleet.facts import derived, words_of
from crossroads_fleet.merge import FILE, merge, read_overrides
from crossroads_fleet.offers import offer_rows
from crossroads_fleet.package import files_of
from crossroads_fleet.quality import Evidence, level_of
from crossroads_fleet.repo import Repo, manifest_file

LEVEL = re.compile(r'^level = "[a-z]+"\n', re.M)


def changes(repo: Repo, catalog: Catalog | None, names: Sequence[str]) -> Iterator[tuple[str, dict[Path, str]]]:
    """(package, the files whose text differs from what is there), package by package. Raises ConfigError.

    Of a package that a hand keeps whole only the level is written, which no hand may claim.
    """
    known = set(repo.providers) | (set(catalog.providers) if catalog else set())
    for name in sorted(names or known):
        if name not in known:
            raise ConfigError(
                "is no provider here or in the catalog.", field="NAMES", value=name, remedy="Correct the name."
            )
        yield name, _differing(repo, name, catalog) if repo.is_generated(name) else _levelled(repo, name)


def save(files: dict[Path, str]) -> None:
    """Write them."""
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


def document_of(repo: Repo, name: str, catalog: Catalog | None) -> dict[str, Any]:
    """The manifest's words as they should be."""
    overrides = read_overrides(repo.provider(name))
    if catalog is not None and name in catalog.providers:
        facts = words_of(catalog.providers[name], catalog)
        served = derived(merge(facts, overrides))  # a hand may add the operation of an offer
        if "missing" not in served:
            facts["endpoints"] = offer_rows(catalog.providers[name], served, catalog)
    else:
        facts = _own_facts(repo, name)
    document = derived(merge(facts, overrides))
    for row in document.get("endpoints", ()):
        row["model"] = repo.models.canonical(row["model"])
    document["level"], _ = level_of(Evidence(document, repo.provider(name), today()))
    parse_manifest(document, file=f"{name}: the facts with its {FILE}")
    return document


def today() -> datetime.date:
    """By UTC."""
    return datetime.datetime.now(datetime.UTC).date()


def _levelled(repo: Repo, name: str) -> dict[Path, str]:
    """The manifest that a hand keeps, with its level; nothing where that is as it should be."""
    file = manifest_file(repo.provider(name))
    text = file.read_text("utf-8")
    document = dict(plain(tomllib.loads(text)))
    level, _ = level_of(Evidence(document, repo.provider(name), today()))
    if document.get("level") == level:
        return {}
    bare = LEVEL.sub("", text)
    return {
        file: re.sub(r"^(name = .*\n(?:display_name = .*\n)?)", rf'\1level = "{level}"\n', bare, count=1, flags=re.M)
    }


def _own_facts(repo: Repo, name: str) -> dict[str, Any]:
    file = manifest_file(repo.provider(name))
    if not file.exists():
        return {"schema": 1, "name": name}
    return dict(plain(read_toml(file)))


def _differing(repo: Repo, name: str, catalog: Catalog | None) -> dict[Path, str]:
    if repo.name_is_taken(name):
        raise ConfigError(
            "is the name of a package of another kind.",
            field="name",
            value=name,
            remedy="Give the provider another in names.toml.",
        )
    extra = read_overrides(repo.provider(name)).get("package", {})
    files = files_of(repo, document_of(repo, name, catalog), extra, today().isoformat())
    return {path: text for path, text in files.items() if not path.exists() or path.read_text("utf-8") != text}
