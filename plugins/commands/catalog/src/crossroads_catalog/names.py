"""One canonical name for each model of a catalog, and the other spellings that lead to it.

A canonical name is OpenRouter's where its listing has the model; else the catalog's own. Spellings come from what
providers send: `owner/name`, and bare names that a lab gives its own model or that two providers or more write so. An
offer of which no source says what it is means the one model whose slug it has, but for dots and hyphens.
Law: a spelling that could mean two models is nobody's alias; the result does not depend on the order of the lines.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from crossroads_catalog.source import Line

OPENROUTER = "openrouter"
PROVIDERS_LEAST = 2
"""So many have to write a spelling with an owner."""
LAB_SHARE_LEAST = 0.8
LAB_MODELS_LEAST = 3
"""A provider is its author's own lab when most of its bare names, and not only one or two, are that author's models."""
QUANTIZED = ("-fp8",)
"""Endings that say how a model is served, not which one it is."""
TELLING = re.compile(r"[-\d]")
"""A name without any of these (`auto`, `base`) says too little."""
SPELLING = re.compile(r"[\w.-]+(/[\w.-]+)?", re.ASCII)
VERSION = re.compile(r"-(\d{1,2})-(\d{1,2})(?=-|$)")
SNAPSHOT = re.compile(r"-\d{8}$")


class Names(NamedTuple):
    """canonical: the catalog's id -> the one name. aliases: spelling -> the one name. added: models that only
    OpenRouter's listing names -> the offer that does."""

    canonical: dict[str, str]
    aliases: dict[str, str]
    added: dict[str, Line]


class Use(NamedTuple):
    """Somebody writes a model so. loose: no source says which model it is; its name does."""

    spelling: str
    provider: str
    name: str
    loose: bool


def name_models(
    models: Iterable[Line], endpoints: Iterable[Line], same: Mapping[str, str], packages: Mapping[str, str]
) -> Names:
    """same: catalog id -> canonical name, as a hand wrote it; it wins over every rule. packages: the catalog's id of a
    provider -> the name of its package, where they differ."""
    offers = [row for row in endpoints if row.get("id_exact") is not False]
    listed = _listed(row for row in offers if row.get("model"))
    canonical = {id: same.get(id) or _best(id, listed.get(id, {})) for id in sorted(model["id"] for model in models)}
    canonical = _without_snapshots(canonical, same)
    canonical = _without_quantization(canonical)
    for id, name in canonical.items():  # a hand may point at an id that a rule has renamed
        canonical[id] = canonical.get(name, name)
    own = set(canonical.values())
    labs = _labs(offers)
    added = _added([row for row in offers if not row.get("model")], labs, own | set(canonical))
    own |= set(added)
    spellings = _spellings(list(_uses(offers, canonical, own, packages)), labs)
    spellings.update({id: name for id, name in canonical.items() if id != name})
    aliases = {spelling: name for spelling, name in sorted(spellings.items()) if spelling not in own}
    return Names(canonical, aliases, added)


def _is_listed(row: Line) -> bool:
    """Does OpenRouter list it as a model of an author?"""
    name = str(row["provider_model_id"])
    whole = re.fullmatch(r"[^/~:]+/[^/:]+", name) and not name.startswith(f"{OPENROUTER}/")
    return row["provider"] == OPENROUTER and bool(whole)


def _added(offers: Iterable[Line], labs: Mapping[str, str], known: set[str]) -> dict[str, Line]:
    """Models that the catalog's own list lacks: OpenRouter lists them, or their author's own lab offers them."""
    slugs = {_letters(name.partition("/")[2]) for name in known}
    found: dict[str, Line] = {}
    for row in offers:
        spelling = str(row["provider_model_id"])
        if _is_listed(row):
            name = spelling
        elif row["provider"] in labs and "/" not in spelling and SPELLING.fullmatch(spelling):
            name = f"{labs[row['provider']]}/{spelling}"
        else:
            continue
        if name not in known and _letters(name.partition("/")[2]) not in slugs and TELLING.search(spelling):
            first = found.get(name)
            if first is None or _order(row) < _order(first):
                found[name] = row
    return dict(sorted(found.items()))


def _order(row: Line) -> tuple[bool, int, str, str]:
    """OpenRouter's line first, then the one that says most."""
    return row["provider"] != OPENROUTER, -len(row), row["provider"], str(row.get("variant"))


def _uses(
    offers: Iterable[Line], canonical: Mapping[str, str], own: set[str], packages: Mapping[str, str]
) -> Iterator[Use]:
    """Whoever writes what, where it is known what they mean."""
    slugs = defaultdict(set)
    for name in own:
        slugs[_letters(name.partition("/")[2])].add(name)
    for row in offers:
        spelling, provider = str(row["provider_model_id"]), row["provider"]
        if not SPELLING.fullmatch(spelling) or spelling.startswith(f"{OPENROUTER}/"):  # its own routers
            continue
        if row.get("model"):
            yield Use(spelling, provider, canonical[row["model"]], loose=False)
            continue
        slug = spelling.rpartition("/")[2]
        meant = slugs.get(_letters(slug), set())
        if len(meant) == 1 and re.search(r"\d", slug):
            yield Use(spelling, provider, min(meant), loose=True)
            if "/" not in spelling:  # as a manifest names a model that it has no other name for
                yield Use(f"{packages.get(provider, provider)}/{spelling}", provider, min(meant), loose=True)


def _letters(slug: str) -> str:
    """What is left of a slug where every host writes dots and hyphens as it likes."""
    return re.sub(r"[^a-z0-9]", "", slug.lower())


def _listed(offers: Iterable[Line]) -> dict[str, dict[str, int]]:
    """Catalog id -> OpenRouter's names of it, each with the number of sources that write it."""
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for row in filter(_is_listed, offers):
        found[row["model"]][row["provider_model_id"]] = 1 + len(row.get("also_in", ()))
    return found


def _best(id: str, listed: Mapping[str, int]) -> str:
    if id in listed:
        return id
    if listed:
        author = id.partition("/")[0]
        return min(listed, key=lambda name: (name.partition("/")[0] != author, -listed[name], len(name), name))
    return VERSION.sub(r"-\1.\2", id) if id.startswith("anthropic/") else id


def _without_snapshots(canonical: Mapping[str, str], same: Mapping[str, str]) -> dict[str, str]:
    """Anthropic dates each snapshot and never has two of one version; where it has, a hand says which is which."""
    names = set(canonical.values())
    dated = Counter(SNAPSHOT.sub("", name) for name in names if SNAPSHOT.search(name))

    def plain(id: str, name: str) -> str:
        bare = SNAPSHOT.sub("", name)
        single = name.startswith("anthropic/") and bare in names and dated[bare] == 1
        return bare if single and id not in same else name

    return {id: plain(id, name) for id, name in canonical.items()}


def _without_quantization(canonical: Mapping[str, str]) -> dict[str, str]:
    names = set(canonical.values())

    def plain(name: str) -> str:
        bare = next((name.removesuffix(end) for end in QUANTIZED if name.endswith(end)), name)
        return canonical.get(bare, bare if bare in names else name)

    return {id: plain(name) for id, name in canonical.items()}


def _spellings(uses: list[Use], labs: Mapping[str, str]) -> dict[str, str]:
    """What providers write, where it means one model only: with an owner, or bare where a lab or several write it."""
    writers: dict[str, set[str]] = defaultdict(set)
    meanings: dict[str, set[str]] = defaultdict(set)
    labs_own: set[str] = set()
    for use in uses:
        meanings[use.spelling].add(use.name)
        writers[use.spelling].add(use.provider)
        if (use.loose and "/" in use.spelling) or labs.get(use.provider) == use.name.partition("/")[0]:
            labs_own.add(use.spelling)
    return {
        spelling: min(names)
        for spelling, names in meanings.items()
        if len(names) == 1
        and TELLING.search(spelling.rpartition("/")[2])
        and (spelling in labs_own or len(writers[spelling]) >= PROVIDERS_LEAST)
    }


def _labs(offers: Iterable[Line]) -> dict[str, str]:
    """Provider -> the author whose own lab it is: by its offers, and by its name."""
    authors: dict[str, Counter[str]] = defaultdict(Counter)
    for row in offers:
        if row.get("model") and "/" not in row["provider_model_id"]:
            authors[row["provider"]][row["model"].partition("/")[0]] += 1
    found = {}
    for provider, counted in authors.items():
        author, count = counted.most_common(1)[0]
        namesakes = _letters(author).startswith(_letters(provider)) or _letters(provider).startswith(_letters(author))
        if namesakes and count >= LAB_MODELS_LEAST and count >= LAB_SHARE_LEAST * counted.total():
            found[provider] = author
    return found
