"""Where what is known contradicts itself: sources among each other, manifests and models, prices of one model.

Law: nothing is decided here. Every line says who says what; what is preferred is what the facts and manifests hold.
"""

from __future__ import annotations

import json
import statistics
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from crossroads.facts import Facts, ModelFacts, claims, read_authors
from crossroads.manifest import EndpointFacts, Manifest
from crossroads.money import format_usd
from crossroads_catalog.installed import Installed
from crossroads_catalog.write import CONFLICTS

Finding = dict[str, Any]
PRICES = ("input", "output")
OF_OPERATIONS = frozenset(("embeddings", "rerank", "speech", "transcription"))
"""Modalities that say what is done; the sources of model facts have no words for them."""
OFFERS_LEAST = 3
DEAR, CHEAP = 4, 5
"""A price is doubtful above DEAR times the median of the model's offers, or below a CHEAPth of it."""


def findings(installed: Installed) -> Iterator[Finding]:
    """Of all kinds, in their order. A finding: kind, about whom, field, values (who -> what), what is preferred."""
    yield from _noted(installed)
    yield from _between_catalogs(installed.catalogs)
    for provider, manifest in sorted(installed.manifests.items()):
        for row in manifest.endpoints:
            facts = installed.facts.find(row.model)
            if facts is not None:
                yield from _against_model(provider, row, facts, installed.facts)
    yield from _prices(installed.manifests, installed.facts)


def _noted(installed: Installed) -> Iterator[Finding]:
    """What the catalogs' writers found: conflicts.jsonl beside the models."""
    for folder in installed.catalogs.values():
        file = folder.parent / CONFLICTS
        for line in file.read_text("utf-8").splitlines() if file.exists() else ():
            noted = json.loads(line)
            yield {"kind": "doubt" if "doubt" in noted else "sources", **noted}


def _between_catalogs(catalogs: dict[str, Path]) -> Iterator[Finding]:
    if len(catalogs) < 2:
        return
    said: dict[tuple[str, str], dict[str, Any]] = defaultdict(dict)
    for name, folder in catalogs.items():
        for author in read_authors(folder):
            for slug, facts in author.models.items():
                for word, value in claims(facts).items():
                    said[f"{author.author}/{slug}", word][name] = value
    for (model, word), values in sorted(said.items()):
        if len(set(map(str, values.values()))) > 1:
            yield {"kind": "catalogs", "model": model, "field": word, "values": values, "preferred": min(values)}


def _against_model(provider: str, row: EndpointFacts, facts: ModelFacts, known: Facts) -> Iterator[Finding]:
    """An endpoint can do less than its model, never more."""
    about = {"kind": "model", "provider": provider, "upstream": row.upstream, "model": known.canonical(row.model)}

    def finding(word: str, says: Any, model_says: Any) -> Finding:
        who = f"{known.source(facts, word).url}"
        return {**about, "field": word, "values": {provider: says, who: model_says}, "preferred": provider}

    if row.context_tokens and facts.context_tokens and row.context_tokens > facts.context_tokens:
        yield finding("context_tokens", row.context_tokens, facts.context_tokens)
    for word in ("input_modalities", "output_modalities"):
        more = set(getattr(row, word) or ()) - set(getattr(facts, word) or ()) - OF_OPERATIONS
        if more and getattr(facts, word):
            yield finding(word, list(getattr(row, word)), list(getattr(facts, word)))
    for word, parameter in (("tools", "tools"), ("reasoning", "reasoning")):
        if parameter in (row.supported_parameters or ()) and facts.supports.get(word) is False:
            yield finding("supports", {word: True}, {word: False})


def _prices(manifests: dict[str, Manifest], known: Facts) -> Iterator[Finding]:
    """Offers far from the middle. Free ones say nothing: a subscription or a gift."""
    offers: dict[tuple[str, str], list[tuple[int, str, EndpointFacts]]] = defaultdict(list)
    for provider, manifest in sorted(manifests.items()):
        for row in manifest.endpoints:
            for name in PRICES:
                if price := getattr(row.prices, name):
                    offers[known.canonical(row.model), name].append((price, provider, row))
    for (model, name), found in sorted(offers.items(), key=lambda item: item[0]):
        median = statistics.median(price for price, _, _ in found)
        for price, provider, row in found if len(found) >= OFFERS_LEAST else ():
            if price > median * DEAR or price * CHEAP < median:
                yield {
                    "kind": "price",
                    "provider": provider,
                    "upstream": row.upstream,
                    "model": model,
                    "field": f"price.{name}",
                    "values": {provider: format_usd(price), f"median of {len(found)}": format_usd(int(median))},
                    "preferred": provider,
                    "doubt": "another currency, unit, tier or discount?",
                }


def shown(finding: Finding) -> dict[str, Any]:
    """A finding as a row of a table. Of some conflicts only is noted what was said, and not by whom."""
    values = finding.get("values", {})
    named = values.items() if isinstance(values, dict) else (("", value) for value in values)
    texts = ((who, value if isinstance(value, str) else json.dumps(value)) for who, value in named)
    said = "; ".join(f"{who}: {text}" if who else text for who, text in texts)
    return {
        "kind": finding["kind"],
        "who": finding.get("provider", ""),
        "what": finding.get("upstream") or finding.get("model", ""),
        "field": finding.get("field", ""),
        "says": "; ".join(filter(None, (said, finding.get("doubt")))),
    }
