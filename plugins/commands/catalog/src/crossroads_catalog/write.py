"""A catalog of sourced facts -> the files of a catalog package. Pure but for `write`, which touches what changed only.

Law: a hand's words (overrides.toml) win over every source; sources that disagree about one model are both kept, one in
the file and the other in conflicts.jsonl; writing again changes nothing.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from crossroads.errors import ConfigError
from crossroads.facts import FOLDER, AuthorFile, ModelFacts, Source, claims, read_authors, words
from crossroads.schema import plain
from crossroads_catalog.layout import render
from crossroads_catalog.names import Names, name_models
from crossroads_catalog.source import ENDPOINTS, MODELS, PROVIDERS, Line, located, read_lines

CONFLICTS = "conflicts.jsonl"
OVERRIDES = "overrides.toml"
WORDS = {
    "name": "name",
    "family": "family",
    "context": "context_tokens",
    "max_output": "max_output_tokens",
    "input_modalities": "input_modalities",
    "output_modalities": "output_modalities",
    "supports": "supports",
    "knowledge_cutoff": "knowledge_cutoff",
    "release_date": "released",
    "deprecation_date": "deprecated",
    "open_weights": "open_weights",
    "license": "license",
}
"""The catalog's words -> ours, in the order of the files."""
DATED_BY = "litellm=="
"""The package that all deprecation dates of the catalog come from, whatever source a line names for the rest."""
MODALITIES = ("text", "image", "file", "audio", "video")
"""In this order; what a source calls a PDF is a file."""


class Overrides(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """overrides.toml. names: catalog id -> canonical name. models: words by canonical name. providers: the catalog's id
    of a provider -> the name of its package."""

    names: dict[str, str] = {}
    providers: dict[str, str] = {}
    sources: dict[str, Source] = {}
    models: dict[str, ModelFacts] = {}


def write(catalog: Path, package: Path, module: Path, read: str) -> list[Path]:
    """Write the files of a catalog package anew; those that changed, were added or removed. read: day of the sources.

    Raises ConfigError: a file of the catalog, or overrides.toml, can't be read.
    """
    found = texts_of(catalog, read_overrides(package), read, read_authors(module / FOLDER))
    texts = {module / FOLDER / name: text for name, text in found.items()}
    texts[module / CONFLICTS] = texts.pop(module / FOLDER / CONFLICTS)
    gone = [file for file in (module / FOLDER).glob("*.toml") if file not in texts]
    changed = [file for file, text in texts.items() if not file.exists() or file.read_text("utf-8") != text]
    for file in changed:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(texts[file], "utf-8")
    for file in gone:
        file.unlink()
    return sorted([*changed, *gone])


def read_overrides(package: Path) -> Overrides:
    """A hand's words; none where there is no file."""
    file = package / OVERRIDES
    if not file.exists():
        return Overrides()
    try:
        return msgspec.convert(plain(tomllib.loads(file.read_text("utf-8"))), Overrides)
    except ValueError as error:  # of TOML and of msgspec
        raise ConfigError(f"can't be read: {error}.", file=str(file), remedy="Correct the file.") from None


def texts_of(catalog: Path, overrides: Overrides, read: str, before: Iterable[AuthorFile] = ()) -> dict[str, str]:
    """File name -> text: one an author, and conflicts.jsonl.

    before: the files as they are. What they have from other sources (`crossroads catalog refresh --models`) stays,
    where the catalog is silent.
    """
    models, endpoints = read_lines(catalog, MODELS), read_lines(catalog, ENDPOINTS)
    names = name_models(models, endpoints, overrides.names, overrides.providers)
    sources: dict[str, Source] = dict(overrides.sources)
    rows, conflicts = _merged(models, names, sources, read)
    for name, offer in names.added.items():
        rows[name] = _facts(offer, _key(offer["source"], sources, read))
    for name, facts in overrides.models.items():
        stated = laid_over(rows.get(name), claims(facts), facts.source)
        rows[name] = msgspec.structs.replace(stated, aliases=(*facts.aliases, *stated.aliases))
    own = frozenset(sources)
    for file in before:
        _keep(file, rows, names, sources, own)
    for alias, name in names.aliases.items():
        rows[name] = msgspec.structs.replace(rows[name], aliases=(*rows[name].aliases, alias))
    authors: dict[str, dict[str, ModelFacts]] = defaultdict(dict)
    for name, facts in rows.items():
        author, _, slug = name.partition("/")
        authors[author][slug] = facts
    texts = {
        f"{author}.toml": render(AuthorFile(schema=1, author=author, sources=sources, models=found))
        for author, found in authors.items()
    }
    for lines in (endpoints, read_lines(catalog, PROVIDERS)):
        conflicts += _stated(lines, names, overrides.providers)
    texts_of_conflicts = sorted(json.dumps(conflict, ensure_ascii=False) for conflict in conflicts)
    return {**texts, CONFLICTS: "".join(f"{line}\n" for line in texts_of_conflicts)}


def _merged(
    models: Iterable[Line], names: Names, sources: dict[str, Source], read: str
) -> tuple[dict[str, ModelFacts], list[Line]]:
    """Facts by canonical name; where several ids are one model, the fullest comes first. Adds to `sources`."""
    models = list(models)
    dated = [model["sources"][0] for model in models if model["sources"][0].get("package", "").startswith(DATED_BY)]
    grouped: dict[str, list[Line]] = defaultdict(list)
    for model in models:
        if model["author"] != names.canonical[model["id"]].partition("/")[0]:  # somebody else ends its offer
            model = {word: value for word, value in model.items() if word != "deprecation_date"}
        grouped[names.canonical[model["id"]]].append(model)
    rows, conflicts = {}, []
    for name, found in sorted(grouped.items()):
        found.sort(key=lambda model: (model["id"] != name, -len(model), model["id"]))
        facts = [_facts(model, _key(model["sources"][0], sources, read)) for model in found]
        facts = [_dated(one, _key(dated[0], sources, read)) if dated else one for one in facts]
        rows[name] = facts[0]
        for other in facts[1:]:
            rows[name] = _over(rows[name], other)
        conflicts += _differences(name, found, facts)
    return rows, conflicts


def _key(source: Mapping[str, Any], sources: dict[str, Source], read: str) -> str:
    """`key:path` of a source, whose whole is in `sources` from now on."""
    key, base, path = located(source)
    return f"{numbered(key, Source(url=base, read=read), sources)}:{path}"


def _facts(model: Line, source: str) -> ModelFacts:
    found = {ours: model[theirs] for theirs, ours in WORDS.items() if theirs in model}
    if "name" in found and not model["id"].endswith("-latest"):
        found["name"] = found["name"].removesuffix(" (latest)")
    for word in ("input_modalities", "output_modalities"):
        if word in found:
            stated = {"file" if name == "pdf" else name for name in found[word]}
            found[word] = [name for name in MODALITIES if name in stated]
    if "supports" in found:
        found["supports"] = dict(sorted(found["supports"].items()))
    return msgspec.convert({**found, "source": source}, ModelFacts)


def _keep(
    file: AuthorFile, rows: dict[str, ModelFacts], names: Names, sources: dict[str, Source], own: frozenset[str]
) -> None:
    """Claims of a file whose source is none of the catalog's own, and which nothing else makes. Adds to `sources`."""
    for slug, facts in file.models.items():
        name = names.aliases.get(f"{file.author}/{slug}", f"{file.author}/{slug}")
        made = claims(rows[name]) if name in rows else {}
        for word, value in claims(facts).items():
            source = facts.sources.get(word) or facts.sources.get(word.partition(".")[0]) or facts.source
            key, colon, path = source.partition(":")
            if key not in own and word not in made:
                key = numbered(key, file.sources[key], sources)
                rows[name] = laid_over(rows.get(name), {word: value}, f"{key}{colon}{path}")


def laid_over(model: ModelFacts | None, said: Mapping[str, Any], source: str) -> ModelFacts:
    """A model with these claims over its own, each with its source: a key of the file, or `key:path`."""
    supports = {word.partition(".")[2]: value for word, value in said.items() if word.startswith("supports.")}
    stated = {word: value for word, value in said.items() if not word.startswith("supports.")}
    if model is None:
        return msgspec.convert({**stated, "supports": dict(sorted(supports.items())), "source": source}, ModelFacts)
    sources = {**model.sources, **{word: source for word in said if source != model.source}}
    whole = {**msgspec.to_builtins(model), **stated, "sources": dict(sorted(sources.items()))}
    if supports:
        whole["supports"] = dict(sorted({**model.supports, **supports}.items()))
    return msgspec.convert(whole, ModelFacts)


def numbered(key: str, whole: Source, sources: dict[str, Source]) -> str:
    """The key of a source, with a number where it stands for another one already. Adds to `sources`."""
    number, own = 2, key
    while sources.setdefault(key, whole) != whole:
        key, number = f"{own}-{number}", number + 1
    return key


def _dated(facts: ModelFacts, source: str) -> ModelFacts:
    if facts.deprecated is None or facts.source == source:
        return facts
    return msgspec.structs.replace(facts, sources={**facts.sources, "deprecated": source})


def _over(first: ModelFacts, then: ModelFacts) -> ModelFacts:
    """What the first leaves unstated, from the second, with the second's source."""
    own = words(first)
    missing = {word: value for word, value in words(then).items() if word not in (*own, "sources")}
    sources = {word: then.sources.get(word, then.source) for word in missing} | first.sources
    return msgspec.structs.replace(first, **missing, sources=dict(sorted(sources.items())))


def _differences(name: str, models: list[Line], facts: list[ModelFacts]) -> list[Line]:
    """Claims in which ids of one model disagree. How it is called is no claim."""
    said: dict[str, dict[str, Any]] = defaultdict(dict)
    for model, one in zip(models, facts, strict=True):
        for word, value in claims(one).items():
            said[word][model["id"]] = value
    return [
        {"model": name, "field": word, "values": values}
        for word, values in said.items()
        if word not in ("name", "family") and len(set(map(str, values.values()))) > 1
    ]


def _stated(lines: Iterable[Line], names: Names, packages: Mapping[str, str]) -> list[Line]:
    """Conflicts and doubts that the catalog itself notes, one a line."""
    found = []
    for line in lines:
        provider = line.get("provider", line.get("id"))
        about = {"provider": packages.get(provider, provider)}
        if "provider_model_id" in line:
            about["upstream"] = line["provider_model_id"]
            about |= {"variant": line["variant"]} if line.get("variant") else {}
            about |= {"model": names.canonical[line["model"]]} if line.get("model") else {}
        found += [about | conflict for conflict in line.get("conflicts", ())]
        found += [about | {"doubt": part} for part in re.split(r"; ", line.get("doubt") or "") if part]
    return found
