"""One canonical name for each model of a catalog, and the other spellings that lead to it.

A canonical name is OpenRouter's where its listing has the model; else the catalog's own. Spellings come from what
providers send: `owner/name` where two providers or more write it so, and the bare name that a lab gives its own model.
Law: a spelling that could mean two models is nobody's alias; the result does not depend on the order of the lines.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
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
"""A bare name without any of these (`auto`, `base`) says too little."""
VERSION = re.compile(r"-(\d{1,2})-(\d{1,2})(?=-|$)")
SNAPSHOT = re.compile(r"-\d{8}$")


class Names(NamedTuple):
    """canonical: the catalog's id -> the one name. aliases: spelling -> the one name."""

    canonical: dict[str, str]
    aliases: dict[str, str]


def name_models(models: Iterable[Line], endpoints: Iterable[Line], same: Mapping[str, str]) -> Names:
    """same: catalog id -> canonical name, as a hand wrote it; it wins over every rule."""
    ids = sorted(model["id"] for model in models)
    offers = [row for row in endpoints if row.get("model")]
    listed = _listed(offers)
    canonical = {id: same.get(id) or _best(id, listed.get(id, {})) for id in ids}
    canonical = _without_snapshots(canonical, same)
    canonical = _without_quantization(canonical)
    for id, name in canonical.items():  # a hand may point at an id that a rule has renamed
        canonical[id] = canonical.get(name, name)
    own = set(canonical.values())
    spellings = _spellings(offers, canonical)
    spellings.update({id: name for id, name in canonical.items() if id != name})
    return Names(canonical, {spelling: name for spelling, name in sorted(spellings.items()) if spelling not in own})


def _listed(offers: Iterable[Line]) -> dict[str, dict[str, int]]:
    """Catalog id -> OpenRouter's names of it, each with the number of sources that write it."""
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for row in offers:
        name = str(row["provider_model_id"])
        if row["provider"] != OPENROUTER or not re.fullmatch(r"[^/~:]+/[^/:]+", name):
            continue
        if not name.startswith(f"{OPENROUTER}/"):
            found[row["model"]][name] = 1 + len(row.get("also_in", ()))
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


def _spellings(offers: Iterable[Line], canonical: Mapping[str, str]) -> dict[str, str]:
    """What providers write, where it means one model only."""
    labs = _labs(offers)
    writers: dict[str, set[str]] = defaultdict(set)
    meanings: dict[str, set[str]] = defaultdict(set)
    for row in offers:
        spelling, name = str(row["provider_model_id"]), canonical[row["model"]]
        if row.get("id_exact") is False or not re.fullmatch(r"[\w.-]+(/[\w.-]+)?", spelling, re.ASCII):
            continue
        own = labs.get(row["provider"]) == name.partition("/")[0]
        if "/" not in spelling and not (own and TELLING.search(spelling)):
            continue
        meanings[spelling].add(name)
        writers[spelling].add(row["provider"])
    return {
        spelling: min(names)
        for spelling, names in meanings.items()
        if len(names) == 1 and ("/" not in spelling or len(writers[spelling]) >= PROVIDERS_LEAST)
    }


def _labs(offers: Iterable[Line]) -> dict[str, str]:
    """Provider -> the author whose own lab it is."""
    authors: dict[str, Counter[str]] = defaultdict(Counter)
    for row in offers:
        if "/" not in row["provider_model_id"]:
            authors[row["provider"]][row["model"].partition("/")[0]] += 1
    found = {}
    for provider, counted in authors.items():
        author, count = counted.most_common(1)[0]
        if count >= LAB_MODELS_LEAST and count >= LAB_SHARE_LEAST * counted.total():
            found[provider] = author
    return found
