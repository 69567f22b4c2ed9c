"""What is true of a model whoever serves it, each fact with its source; and the names under which it is known.

    a catalog package: models/<author>.toml  ->  compile_facts (once, kept in the index)  ->  Facts (decoded when asked)

Law: a fact is true or absent. An endpoint's own facts win over these; of several catalogs, the first (by name) that
states a word. A name leads to one model: an alias never hides a model's own name.
"""

from __future__ import annotations

import datetime
import tomllib
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from crossroads.errors import ConfigError
from crossroads.route import Endpoint
from crossroads.schema import plain

FOLDER = "models"
"""In a catalog package: one file an author."""
FILE_BYTES_MAX = 4 << 20
Tokens = Annotated[int, msgspec.Meta(ge=1)]
Day = Annotated[str, msgspec.Meta(pattern=r"^\d{4}-\d{2}(-\d{2})?$")]
"""A day, or a month where no source is more exact."""


class Source(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where a fact was read: a URL, or the package URL of a published package; and on which day."""

    url: str
    read: str


class ModelFacts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One model. Words and their meaning stand in `spec/models.schema.json`; nothing is checked twice at start."""

    name: str | None = None
    family: str | None = None
    context_tokens: Tokens | None = None
    max_output_tokens: Tokens | None = None
    input_modalities: tuple[str, ...] | None = None
    output_modalities: tuple[str, ...] | None = None
    supports: dict[str, bool] = {}
    knowledge_cutoff: Day | None = None
    released: Day | None = None
    deprecated: Day | None = None
    open_weights: bool | None = None
    license: str | None = None
    aliases: tuple[str, ...] = ()
    """Other spellings of its name, as providers and clients write it."""
    source: str
    """Key of the file's `sources`, or `key:path`, the path being below its URL. Compiled: the day, a space, the URL."""
    sources: dict[str, str] = {}
    """Of single words, in the same form."""

    @property
    def supported_parameters(self) -> tuple[str, ...]:
        """Request parameters that follow from what the model itself can do; others depend on who serves it."""
        return tuple(sorted({p for word, yes in self.supports.items() if yes for p in PARAMETERS.get(word, ())}))


PARAMETERS = {
    "tools": ("tools", "tool_choice"),
    "parallel_tools": ("parallel_tool_calls",),
    "structured_output": ("response_format", "structured_outputs"),
    "reasoning": ("include_reasoning", "reasoning"),
    "temperature": ("temperature",),
}
"""Words of `supports` -> parameters, in OpenRouter's names."""


class AuthorFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A whole models/<author>.toml. models: by slug, so that the canonical name is `author/slug`."""

    schema: Literal[1]
    author: str
    sources: dict[str, Source]
    models: dict[str, ModelFacts]


class _Compiled(msgspec.Struct):
    """aliases: spelling -> canonical name. models: of ModelFacts by name, decoded on the first ask."""

    aliases: dict[str, str]
    models: msgspec.Raw


class Facts:
    """All catalogs together."""

    def __init__(self, compiled: Iterable[bytes] = ()) -> None:
        self._parts = [msgspec.msgpack.decode(one, type=_Compiled) for one in compiled]
        self.aliases: dict[str, str] = {}
        for part in reversed(self._parts):
            self.aliases.update(part.aliases)
        if len(self._parts) > 1:  # within one catalog, compiling has seen to it
            self.aliases = {alias: name for alias, name in self.aliases.items() if alias not in self.models}

    @cached_property
    def models(self) -> dict[str, ModelFacts]:
        """By canonical name."""
        found: dict[str, ModelFacts] = {}
        for part in self._parts:
            for name, facts in msgspec.msgpack.decode(part.models, type=dict[str, ModelFacts]).items():
                found[name] = _over(found[name], facts) if name in found else facts
        return found

    def canonical(self, name: str) -> str:
        """The one name of the model that this spelling means; the spelling itself where nobody knows it."""
        return self.aliases.get(name, name)

    def find(self, name: str) -> ModelFacts | None:
        """By canonical name or alias."""
        return self.models.get(self.canonical(name))

    def sheet(self, facts: ModelFacts) -> dict[str, Any]:
        """All words of a model as a JSON object, each with where and when it was read; nothing of what is unknown."""
        found = {word: value for word, value in words(facts).items() if word not in ("source", "sources", "aliases")}
        sources = {word: msgspec.to_builtins(self.source(facts, word)) for word in found}
        return {**msgspec.to_builtins(found), "sources": sources}

    @staticmethod
    def source(facts: ModelFacts, word: str) -> Source:
        """Where this word of a model was read: `context_tokens`, `supports.tools` ..."""
        own = facts.sources.get(word) or facts.sources.get(word.partition(".")[0]) or facts.source
        read, _, url = own.partition(" ")
        return Source(url=url, read=read)


def fill(endpoint: Endpoint, facts: ModelFacts | None) -> Endpoint:
    """The endpoint, with what it leaves unstated and is true of its model. Its output limit is its server's own."""
    if facts is None:
        return endpoint
    known = {
        "name": facts.name,
        "context_tokens": facts.context_tokens,
        "input_modalities": facts.input_modalities,
        "output_modalities": facts.output_modalities,
        "supported_parameters": facts.supported_parameters or None,
        "created": _seconds(facts.released),
    }
    unstated = {word: value for word, value in known.items() if value is not None and getattr(endpoint, word) is None}
    return msgspec.structs.replace(endpoint, **unstated) if unstated else endpoint


def _seconds(day: str | None) -> int | None:
    """The start of a day, UTC; a month is no day."""
    if day is None or len(day) < len("2026-11-25"):
        return None
    return int(datetime.datetime.fromisoformat(day).replace(tzinfo=datetime.UTC).timestamp())


def read_authors(folder: Path) -> list[AuthorFile]:
    """All files of a catalog, in order. Raises ConfigError naming file, key and remedy."""
    return [_read(file) for file in sorted(folder.glob("*.toml"))]


def compile_facts(folder: Path) -> bytes:
    """A catalog's folder -> what the index keeps. Raises ConfigError: a wrong file, a name that means two models."""
    authors = read_authors(folder)
    if not authors:
        raise ConfigError("holds no file.", file=str(folder), remedy="Add models/<author>.toml, or reinstall it.")
    models = {f"{one.author}/{slug}": _whole(facts, one) for one in authors for slug, facts in one.models.items()}
    aliases: dict[str, str] = {}
    for name, facts in models.items():
        for alias in facts.aliases:
            if alias in models or aliases.setdefault(alias, name) != name:
                other = alias if alias in models else aliases[alias]
                raise ConfigError(
                    f"means {name} and {other}.",
                    file=str(folder),
                    field="aliases",
                    value=alias,
                    remedy="Keep it at one of them.",
                )
    bare = {name: msgspec.structs.replace(facts, aliases=()) for name, facts in models.items()}
    return msgspec.msgpack.encode(_Compiled(aliases, msgspec.Raw(msgspec.msgpack.encode(bare))))


def _whole(facts: ModelFacts, file: AuthorFile) -> ModelFacts:
    """With its sources spelled out, so that files and catalogs can be laid together."""

    def spelled(source: str) -> str:
        key, _, path = source.partition(":")
        return f"{file.sources[key].read} {file.sources[key].url}{path}"

    sources = {word: spelled(source) for word, source in facts.sources.items()}
    return msgspec.structs.replace(facts, source=spelled(facts.source), sources=sources)


def _read(file: Path) -> AuthorFile:
    try:
        if file.stat().st_size > FILE_BYTES_MAX:
            raise ValueError(f"is larger than {FILE_BYTES_MAX} bytes")
        found = msgspec.convert(plain(tomllib.loads(file.read_text("utf-8"))), AuthorFile)
        for slug, facts in found.models.items():
            for source in (facts.source, *facts.sources.values()):
                if source.partition(":")[0] not in found.sources:
                    raise ValueError(f"models.{slug}: no source is named {source!r}")
    except (OSError, ValueError) as error:  # of TOML and of msgspec too
        raise ConfigError(f"can't be read: {error}.", file=str(file), remedy="Correct the file.") from None
    return found


def _over(first: ModelFacts, then: ModelFacts) -> ModelFacts:
    """The first catalog's words; what it leaves unstated, from the second, with the second's source."""
    missing = {
        word: value
        for word, value in words(then).items()
        if word not in words(first) and word not in ("source", "sources")
    }
    sources = {word: then.sources.get(word, then.source) for word in missing} | first.sources
    return msgspec.structs.replace(first, **missing, sources=sources)


def claims(facts: ModelFacts) -> dict[str, Any]:
    """What is said of the model itself, each claim alone (`supports.tools` ...), so that they can be compared."""
    found = {word: value for word, value in words(facts).items() if word not in ("source", "sources", "aliases")}
    supports = {f"supports.{word}": can for word, can in found.pop("supports", {}).items()}
    return {word: list(value) if isinstance(value, tuple) else value for word, value in {**found, **supports}.items()}


def words(facts: ModelFacts) -> dict[str, Any]:
    """What is stated, by word."""
    stated = ((name, getattr(facts, name)) for name in facts.__struct_fields__)
    return {name: value for name, value in stated if value is not None and value not in ({}, ())}
