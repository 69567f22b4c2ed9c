"""The layout of a catalog's files: one author one text, so that a rewrite changes nothing and a change is a line.

Law: the text reads back to the same words.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from crossroads.facts import AuthorFile, ModelFacts, words

HEADER = "# Written by `crossroads catalog write` from sourced facts and overrides.toml; correct that one.\n"
WIDTH = 120
DATES = frozenset({"read"})
BARE = re.compile(r"[A-Za-z0-9_-]+")


def render(file: AuthorFile) -> str:
    """A whole models/<author>.toml. Models in order of their names."""
    used = {source.partition(":")[0] for facts in file.models.values() for source in _sources(facts)}
    parts = [f"{HEADER}schema = {file.schema}\nauthor = {toml(file.author)}\n", "[sources]\n"]
    for key, source in sorted(file.sources.items()):
        if key in used:
            parts[1] += f"{toml_key(key)} = {toml({'url': source.url, 'read': source.read})}\n"
    for slug, facts in sorted(file.models.items()):
        parts.append(f"[models.{toml_key(slug)}]\n" + "".join(map(_line, words(facts).items())))
    return "\n".join(parts)


def _sources(facts: ModelFacts) -> tuple[str, ...]:
    return (facts.source, *facts.sources.values())


def _line(item: tuple[str, Any]) -> str:
    """`key = value`, a long list one entry a line."""
    key, value = item
    text = f"{toml_key(key)} = {toml(value)}\n"
    if len(text) <= WIDTH or not isinstance(value, list | tuple):
        return text
    return f"{toml_key(key)} = [\n" + "".join(f"    {toml(one)},\n" for one in value) + "]\n"


def toml(value: Any, key: str = "") -> str:
    """A value as TOML, on one line."""
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return repr(value)
        case str() if key in DATES:
            return value
        case str():  # JSON's escapes are TOML's, but for the delete character
            return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")
        case Mapping():
            return "{ " + ", ".join(f"{toml_key(k)} = {toml(v, k)}" for k, v in value.items()) + " }"
        case list() | tuple():
            return "[" + ", ".join(toml(one) for one in value) + "]"
    raise ValueError(f"no place in TOML for {value!r}")


def toml_key(key: str) -> str:
    """A key, quoted where it has to be."""
    return key if BARE.fullmatch(key) else toml(key)
