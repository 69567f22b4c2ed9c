"""The catalog: providers, offers and governance facts, as its files hold them (its README says what each field is).

A package's name is the provider's id there, but for the few of `names.toml`.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

from crossroads.errors import ConfigError

Facts = Mapping[str, Any]


class Provider(NamedTuple):
    """All that the catalog says of one provider. governance: by field."""

    package: str
    facts: Facts
    offers: list[Facts]
    governance: dict[str, Facts]


class Catalog(NamedTuple):
    """By name of package. models: canonical ones by id. claims: variable of a key -> ids that a source gives it to."""

    providers: dict[str, Provider]
    models: dict[str, Facts]
    claims: dict[str, list[str]]


def read_catalog(folder: Path) -> Catalog:
    """Raises ConfigError: a file is absent or broken."""
    names = package_names()
    offers: dict[str, list[Facts]] = {}
    for offer in _lines(folder / "endpoints.jsonl", "provider"):
        offers.setdefault(offer["provider"], []).append(offer)
    governance = {
        line["id"]: {fact["field"]: fact for fact in line["facts"]}
        for line in _lines(folder / "governance.jsonl", "id", "facts")
    }
    providers, claims = {}, {}
    for facts in _lines(folder / "providers.jsonl", "id", "name"):
        package = names.get(facts["id"], facts["id"])
        providers[package] = Provider(package, facts, offers.get(facts["id"], []), governance.get(facts["id"], {}))
        for variable in (facts.get("auth") or {}).get("env", ()):
            claims.setdefault(variable, []).append(facts["id"])
    models = {model["id"]: model for model in _lines(folder / "models.jsonl", "id")}
    return Catalog(providers, models, claims)


def package_names() -> dict[str, str]:
    """Catalog id -> package, where they differ."""
    return tomllib.loads(resources.files(__package__).joinpath("names.toml").read_text("utf-8"))


def _lines(file: Path, *needed: str) -> list[Any]:
    """Objects, one a line, each with the words that are needed."""
    try:
        with file.open(encoding="utf-8") as lines:
            found = [json.loads(line) for line in lines]
    except (OSError, ValueError, RecursionError) as error:
        raise ConfigError(f"can't be read: {error}.", file=str(file), remedy="Name the catalog's folder.") from None
    for number, line in enumerate(found, 1):
        for word in needed:
            if not isinstance(line, dict) or not isinstance(line.get(word), list if word == "facts" else str):
                what = f"line {number} is no object with `{word}`."
                raise ConfigError(what, file=str(file), remedy="Correct the line.")
    return found
