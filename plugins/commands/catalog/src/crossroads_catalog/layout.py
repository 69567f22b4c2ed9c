"""The layout of a catalog's files: one author one text, so that a rewrite changes nothing and a change is a line.

Law: the text reads back to the same words.
"""

from __future__ import annotations

from typing import Any

from crossroads.facts import AuthorFile, ModelFacts, words
from crossroads.toml import toml_key, toml_value

HEADER = "# Written by `crossroads catalog write` from sourced facts and overrides.toml; correct that one.\n"
WIDTH = 120


def render(file: AuthorFile) -> str:
    """A whole models/<author>.toml. Models in order of their names."""
    used = {source.partition(":")[0] for facts in file.models.values() for source in _sources(facts)}
    parts = [f"{HEADER}schema = {file.schema}\nauthor = {toml_value(file.author)}\n", "[sources]\n"]
    for key, source in sorted(file.sources.items()):
        if key in used:
            parts[1] += f"{toml_key(key)} = {toml_value({'url': source.url, 'read': source.read})}\n"
    for slug, facts in sorted(file.models.items()):
        parts.append(f"[models.{toml_key(slug)}]\n" + "".join(map(_line, words(facts).items())))
    return "\n".join(parts)


def _sources(facts: ModelFacts) -> tuple[str, ...]:
    return (facts.source, *facts.sources.values())


def _line(item: tuple[str, Any]) -> str:
    """`key = value`, a long list one entry a line."""
    key, value = item
    text = f"{toml_key(key)} = {toml_value(value)}\n"
    if len(text) <= WIDTH or not isinstance(value, list | tuple):
        return text
    return f"{toml_key(key)} = [\n" + "".join(f"    {toml_value(one)},\n" for one in value) + "]\n"
