"""From the catalog's offers to the rows of `[[endpoints]]`.

What is judged here: an offer is taken when its operation is one that the package serves. One whose operation no source
states is taken as chat only where a registry of chat models lists it at this provider's chat address, and its name is
not of another kind. Left out: ids that are only a pattern, prices that the catalog doubts (the row stays, without
price, and says so), offers of plans that are no site here, tariffs by size or zone that one price can't express, and
what has ended.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from crossroads_fleet.catalog import Catalog, Facts, Provider
from crossroads_fleet.places import offer_site
from crossroads_fleet.sources import READ, source_of

OPERATIONS = {
    "chat": "chat", "completion": "completions", "embeddings": "embeddings", "rerank": "rerank", "image": "images",
    "speech": "speech", "transcription": "transcription", "video": "video", "moderation": "moderation",
}  # fmt: skip
"""The catalog's operations -> ours. Others have none here."""
OUTPUTS = {
    "embeddings": "embeddings", "rerank": "rerank", "images": "image", "speech": "speech",
    "transcription": "transcription", "video": "video",
}  # fmt: skip
OF_ANOTHER_KIND = re.compile(
    r"whisper|tts|stt|embed|rerank|image|video|flux|speech|transcri|moderation|ocr|audio|realtime|live|veo|sora|kling|"
    r"imagen|dall-e|diffusion|seedream|seedance|voxtral|music|lyria|guard|translat|asr|bge-|gte-|wan[0-9-]|hailuo",
    re.IGNORECASE,
)
CHAT_REGISTRIES = ("@mastra/core",)
WITH_NUMBERS = ("genai-prices", "litellm", "llmgateway", "models.dev")
"""Catalogs that state prices and limits."""
PER_MTOK = ("input", "output", "cache_read", "cache_write", "reasoning", "audio_input", "audio_output")
PER_UNIT = ("request", "image", "second", "character")
USD = re.compile(r"[0-9]+(\.[0-9]{1,9})?")
MODALITIES = ("text", "image", "file", "audio", "video")


def offer_rows(provider: Provider, words: Mapping[str, Any], catalog: Catalog) -> list[dict[str, Any]]:
    """In order of upstream name; the first of two rows for one name and site counts."""
    found: dict[tuple[str, str | None], dict[str, Any]] = {}
    for offer in sorted(provider.offers, key=lambda one: (one["provider_model_id"], one.get("variant") or "")):
        operation = _operation(offer, words)
        site = offer_site(offer.get("variant"), provider.facts, words.get("sites", {}))
        if operation is None or site is None or offer.get("id_exact") is False or _has_ended(offer):
            continue
        row = _row(offer, operation, provider.package, catalog.models)
        if row is not None:
            found.setdefault((row["upstream"], site), row | ({"site": site} if site else {}))
    return list(found.values())


def _operation(offer: Facts, words: Mapping[str, Any]) -> str | None:
    stated = offer.get("operation")
    if stated is None:
        source = offer["source"].get("package", "")
        listed = source.startswith(CHAT_REGISTRIES) or "mastra" in offer.get("also_in", ())
        stated = "chat" if listed and not OF_ANOTHER_KIND.search(offer["provider_model_id"]) else ""
    operation = OPERATIONS.get(stated)
    return operation if operation in words["operations"] else None


def _has_ended(offer: Facts) -> bool:
    return bool(offer.get("deprecation_date")) and offer["deprecation_date"] <= READ


def _row(offer: Facts, operation: str, package: str, models: Mapping[str, Facts]) -> dict[str, Any] | None:
    upstream = offer["provider_model_id"]
    source = source_of(offer["source"])
    name = _model(offer, package) or (upstream if re.fullmatch(r"[^/\s]+/\S+", upstream) else f"{package}/{upstream}")
    if source is None or not re.fullmatch(r"\S+", name):
        return None
    model = models.get(offer.get("model") or "", {})
    row: dict[str, Any] = {"model": name, "upstream": upstream, "operations": [operation]}
    doubt = str(offer.get("doubt") or "")
    if offer.get("context"):
        row["context_tokens"] = offer["context"]
    if offer.get("max_output") and "max_output" not in doubt:
        row["max_output_tokens"] = offer["max_output"]
    row |= _modalities(offer, operation, model)
    row |= _prices(offer, operation) if "price" not in doubt else {}
    if released := _day(model.get("release_date")):
        row["created"] = released
    if ends := _day(offer.get("deprecation_date")):
        row["ends"] = ends
    noted = [f"left out, in doubt: {doubt}"] if doubt else []
    noted += [told_conflict(one) for one in offer.get("conflicts", ())]
    if noted:
        row["note"] = "; ".join(noted)
    if also := ", ".join(name for name in offer.get("also_in", ()) if name in WITH_NUMBERS):
        source["note"] = f"also in {also}"
    return row | {"source": source}


def told_conflict(conflict: Facts) -> str:
    """In a few words: the field, and what each source says, the preferred one first."""
    values, first = conflict["values"], conflict.get("preferred")
    if not isinstance(values, Mapping):
        return f"sources differ on {conflict['field']}: {', '.join(map(str, values))}"
    order = sorted(values, key=lambda name: (name != first, name))
    return f"sources differ on {conflict['field']}: " + ", ".join(f"{values[name]} ({name})" for name in order)


def _model(offer: Facts, package: str) -> str | None:
    """The catalog's, but for a router's `auto`: what it chooses is its own, and no model of another's."""
    model = str(offer.get("model") or "")
    author, _, slug = model.partition("/")
    return model if model and (slug != "auto" or author == package) else None


def _modalities(offer: Facts, operation: str, model: Facts) -> dict[str, Any]:
    inputs = [one for one in MODALITIES if one in _kinds(model.get("input_modalities", ()))]
    supports = offer.get("supports") or {}
    if not inputs and supports.get("vision"):
        inputs = ["text", "image"]
    words: dict[str, Any] = {"input_modalities": inputs} if inputs and inputs != ["text"] else {}
    if operation in OUTPUTS:
        words["output_modalities"] = [OUTPUTS[operation]]
    return words


def _kinds(stated: Any) -> set[str]:
    return {"file" if one == "pdf" else one for one in stated}


def _prices(offer: Facts, operation: str) -> dict[str, Any]:
    prices = {name: amount for name, amount in (offer.get("prices") or {}).items() if USD.fullmatch(str(amount))}
    if operation == "images" and prices.get("output") == "0" != prices.get("input"):
        del prices["output"]  # a source's 0 for text, which it does not make: its images are not free
    words: dict[str, Any] = {}
    if tokens := {name: prices[name] for name in PER_MTOK if name in prices}:
        words["price_usd_per_mtok"] = tokens
    if units := {name: prices[name] for name in PER_UNIT if name in prices}:
        words["price_usd"] = units
    tiers = []
    for tier in offer.get("price_tiers", ()):
        amounts = {name: tier[name] for name in PER_MTOK if USD.fullmatch(str(tier.get(name, "")))}
        if amounts and tier.get("above_context"):
            tiers.append({"above_input_tokens": tier["above_context"], "price_usd_per_mtok": amounts})
    return words | ({"price_tiers": tiers} if tiers else {})


def _day(text: Any) -> str | None:
    return text if isinstance(text, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) else None
