"""News of models: published facts against the catalogs that are installed here.

    models.dev      models.json, or catalog.json (its `models`): facts of a model, whoever serves it
    openrouter      GET /api/v1/models: name, context, modalities, cutoff, and parameters that some endpoint takes
    huggingface     GET /api/models?author=NAME&full=true: licences, by repository
    gpustack        model-catalog.yaml: licences, by repository

Law: what was unstated is filled; where another source says otherwise the change carries a doubt, for a second voice is
no correction. A hand's words stay. A repository is news only of a model that is known: most convert one.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from crossroads.errors import BadRequest
from crossroads.facts import PARAMETERS, AuthorFile, Facts, Source, claims, read_authors
from crossroads.offers import tokens
from crossroads_catalog.changes import Change, far
from crossroads_catalog.installed import CATALOG
from crossroads_catalog.layout import render
from crossroads_catalog.write import MODALITIES, laid_over, numbered

MODELS_MAX = 50_000
ID = re.compile(r"[^/~:\s]+/[^:\s]+")
DAY = re.compile(r"\d{4}-\d{2}(-\d{2})?")
MODELS_DEV_SUPPORTS = {
    "tool_call": "tools",
    "structured_output": "structured_output",
    "reasoning": "reasoning",
    "attachment": "attachments",
    "temperature": "temperature",
}
"""Its words -> those of `supports`."""
SPDX = {
    name.lower(): name
    for name in (
        "AGPL-3.0-only", "Apache-2.0", "BSD-3-Clause", "CC-BY-4.0", "CC-BY-NC-4.0", "CC-BY-NC-SA-4.0", "CC-BY-SA-4.0",
        "GPL-3.0-only", "MIT", "MPL-2.0",
    )
}  # fmt: skip
"""Identifiers of https://spdx.org/licenses/, by how Hugging Face writes them."""
Claims = dict[str, Any]
"""As `crossroads.facts.claims` has them."""


def model_claims(document: Any, format: str) -> dict[str, Claims]:
    """Name, as it is published -> what is said of the model. Raises BadRequest: the format holds no facts of models."""
    if format == "openrouter":
        found = {row["id"]: _openrouter(row) for row in document["data"]}
    elif format == "models.dev" and isinstance(document, dict):
        models = document.get("models", document) if "providers" in document else document
        found = {name: _models_dev(model) for name, model in models.items() if "models" not in model}
    elif format in REPOSITORIES:
        found = REPOSITORIES[format](document)
    else:
        found = {}
    found = {name: said for name, said in found.items() if ID.fullmatch(name) and not name.startswith("openrouter/")}
    if not found or len(found) > MODELS_MAX:
        raise BadRequest(
            f"holds no facts of models in the format of {format}.",
            field="--from",
            remedy="Use models.json of models.dev, OpenRouter's /api/v1/models, or Hugging Face's /api/models.",
        )
    return found


def _models_dev(model: Mapping[str, Any]) -> Claims:
    limit, modalities = model.get("limit", {}), model.get("modalities", {})
    words = {
        "name": model.get("name"),
        "family": model.get("family"),
        "context_tokens": tokens(limit.get("context")),
        "max_output_tokens": tokens(limit.get("output")),
        "input_modalities": _modalities(modalities.get("input")),
        "output_modalities": _modalities(modalities.get("output")),
        "knowledge_cutoff": _day(model.get("knowledge")),
        "released": _day(model.get("release_date")),
        "open_weights": model.get("open_weights"),
        "license": model.get("license"),
        **{f"supports.{ours}": model.get(theirs) for theirs, ours in MODELS_DEV_SUPPORTS.items()},
    }
    return {word: value for word, value in words.items() if value is not None}


def _openrouter(row: Mapping[str, Any]) -> Claims:
    """That no endpoint takes a parameter says nothing of the model: only what is supported counts."""
    architecture, parameters = row.get("architecture", {}), set(row.get("supported_parameters") or ())
    words = {
        "name": str(row.get("name", "")).rpartition(": ")[2] or None,
        "context_tokens": tokens(row.get("context_length")),
        "input_modalities": _modalities(architecture.get("input_modalities")),
        "output_modalities": _modalities(architecture.get("output_modalities")),
        "knowledge_cutoff": _day(row.get("knowledge_cutoff")),
        **{f"supports.{word}": True for word, names in PARAMETERS.items() if parameters >= set(names)},
    }
    return {word: value for word, value in words.items() if value is not None}


def _huggingface(document: Any) -> dict[str, Claims]:
    """`other` names no licence; the card's `license_name` then does."""
    found = {}
    for row in document if isinstance(document, list) else [document]:
        tags = [tag.partition(":")[2] for tag in row.get("tags") or () if str(tag).startswith("license:")]
        named = (row.get("cardData") or {}).get("license_name")
        license = _license(named if tags == ["other"] else tags[0] if tags else None)
        if license is not None:
            found[row["id"]] = {"license": license}
    return found


def _gpustack(document: Any) -> dict[str, Claims]:
    """Its days of release are a family's, not a model's: not read."""
    found: dict[str, Claims] = {}
    for model in document["model_sets"]:
        licenses = model.get("licenses") or ()
        license = _license(licenses[0]) if len(licenses) == 1 else None
        for spec in model.get("specs") or () if license is not None else ():
            if isinstance(name := spec.get("huggingface_repo_id"), str):
                found[name] = {"license": license}
    return found


REPOSITORIES: dict[str, Callable[[Any], dict[str, Claims]]] = {"huggingface": _huggingface, "gpustack": _gpustack}


def _license(stated: Any) -> str | None:
    """Hugging Face's id of a licence -> SPDX's, where there is one; a name that it does not know is its author's."""
    if not isinstance(stated, str) or stated.lower() in ("other", "unknown", ""):
        return None
    return SPDX.get(stated.lower(), stated)


def _modalities(stated: Any) -> list[str] | None:
    names = {"file" if one == "pdf" else one for one in stated or ()}
    return [one for one in MODALITIES if one in names] or None


def _day(stated: Any) -> str | None:
    return stated if isinstance(stated, str) and DAY.fullmatch(stated) else None


def model_changes(said: Mapping[str, Claims], catalog: str, facts: Facts, *, format: str, source: str) -> list[Change]:
    """Against everything that is known; written to this catalog. Names of models and families are only added."""
    found = []
    for published in sorted(said):
        name = facts.canonical(published)
        known = facts.models.get(name)
        about: dict[str, Any] = {"provider": f"{CATALOG}{catalog}", "upstream": published, "model": name}
        if known is None and format in REPOSITORIES:
            continue
        if known is None:
            words = said[published]
            found.append(Change(**about, change="added", source=source, new=", ".join(words), said=words))
            continue
        own = claims(known)
        for word, new in said[published].items():
            old = own.get(word)
            if new == old or (old is not None and word in ("name", "family")):
                continue
            doubt = far(old, new) if type(old) is type(new) is int else None
            if old is not None and facts.source(known, word).url != source:
                doubt = doubt or "another source says otherwise"
            found.append(
                Change(**about, change="changed", field=word, old=_shown(old), new=_shown(new), source=source,
                       doubt=doubt, said={word: new})
            )  # fmt: skip
    return found


def _shown(value: Any) -> int | str | None:
    match value:
        case list():
            return "+".join(value)
        case bool():
            return "yes" if value else "no"
        case None | int():
            return value
    return str(value)


def hand_says(package: Path, change: Change) -> bool:
    """Does overrides.toml state the word?"""
    file = package / "overrides.toml"
    words = tomllib.loads(file.read_text("utf-8")) if file.exists() else {}
    own = words.get("models", {}).get(change.model, {})
    return bool(set(own) & {word.partition(".")[0] for word in change.said or ()})


def texts_with(folder: Path, changes: Iterable[Change], read: str) -> dict[Path, str]:
    """The catalog's files with these changes: those that differ."""
    authors = {file.author: file for file in read_authors(folder)}
    for change in changes:
        author, _, slug = str(change.model).partition("/")
        file = authors.get(author) or AuthorFile(schema=1, author=author, sources={}, models={})
        key = _key(file, Source(url=change.source, read=read))
        sources = {**file.sources, key: Source(url=change.source, read=read)}
        models = {**file.models, slug: laid_over(file.models.get(slug), change.said or {}, key)}
        authors[author] = msgspec.structs.replace(file, sources=sources, models=models)
    texts = {folder / f"{author}.toml": render(file) for author, file in authors.items()}
    return {path: text for path, text in texts.items() if not path.exists() or path.read_text("utf-8") != text}


def _key(file: AuthorFile, source: Source) -> str:
    """Of this source in the file: its host's name, numbered where that stands for another."""
    host = re.sub(r"[^a-z0-9]+", "-", source.url.partition("://")[2].partition("/")[0].lower()).strip("-")
    return numbered(host or "source", source, dict(file.sources))
