"""Published catalogs in known formats -> what each provider offers, as `crossroads.offers.Offer`.

    models.dev      api.json: provider -> models -> {cost (US dollars per million tokens), limit}
    litellm         model_prices_and_context_window.json: key -> {litellm_provider, ..._cost_per_token}
    genai-prices    data.json: [{id, models: [{id, match, prices (per million tokens)}]}]
    openrouter      GET /api/v1/models: {"data": [{id, pricing (US dollars per token, as text)}]}

Two more tell of models only (`model_news.py`): `huggingface` and `gpustack`.

Law: what a format leaves open is not read: litellm's `max_input_tokens` is no context length, a pattern is no model's
name, a price that holds at some hours only is not the price. Amounts stay exact decimals.
Sources: the schema of anomalyco/models.dev at f3fc692; litellm 1.109.1; pydantic/genai-prices at 47df840; OpenRouter's
API reference, read 2026-11-24.
"""

from __future__ import annotations

import datetime
import json
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from importlib import resources
from typing import Any

from crossroads.errors import BadRequest
from crossroads.offers import OFFERS_MAX, Offer, price, read_listing, tokens
from crossroads.route import Prices, Tier

Offers = dict[str, dict[str, Offer]]
"""The catalog's id of a provider -> upstream name -> offer."""
MTOK = 1_000_000
MODELS_DEV_COST = {
    "input": "input",
    "output": "output",
    "cache_read": "cache_read",
    "cache_write": "cache_write",
    "reasoning": "reasoning",
    "input_audio": "audio_input",
    "output_audio": "audio_output",
}
LITELLM_COST = {
    "input_cost_per_token": "input",
    "output_cost_per_token": "output",
    "cache_read_input_token_cost": "cache_read",
    "cache_creation_input_token_cost": "cache_write",
    "output_cost_per_reasoning_token": "reasoning",
    "input_cost_per_audio_token": "audio_input",
    "output_cost_per_audio_token": "audio_output",
}
LITELLM_TIER = re.compile(r"(\w+)_above_(\d+)k_tokens")
"""`input_cost_per_token_above_200k_tokens`; a service class, `..._priority`, is no tier of the usual price."""
LITELLM_MODES = {
    "chat": "chat",
    "completion": "completions",
    "embedding": "embeddings",
    "rerank": "rerank",
    "image_generation": "images",
    "audio_speech": "speech",
    "audio_transcription": "transcription",
    "video_generation": "video",
    "moderation": "moderation",
}
GENAI_COST = {
    "input_mtok": "input",
    "output_mtok": "output",
    "cache_read_mtok": "cache_read",
    "cache_write_mtok": "cache_write",
    "input_audio_mtok": "audio_input",
    "output_audio_mtok": "audio_output",
}


def parse(body: bytes, format: str | None) -> tuple[str, Any]:
    """The format, named or seen, and the document. Raises BadRequest: it can't be read, or is in no known format."""
    try:
        document = json.loads(body, parse_float=Decimal)
    except ValueError:
        document = _yaml(body)
    format = format or _seen(document)
    if format not in HOMES:
        known = ", ".join(HOMES)
        raise BadRequest("is not known.", field="--format", value=format, remedy=f"Known: {known}.")
    return format, document


def _yaml(body: bytes) -> Any:
    import yaml

    try:
        document = yaml.safe_load(body)
    except yaml.YAMLError:
        document = None
    if not isinstance(document, dict):
        raise BadRequest("is no JSON, nor YAML.", field="--from", remedy="Name a catalog in a known format.")
    return document


def read_published(document: Any, format: str, today: datetime.date) -> Offers:
    """The offers by our names of providers. Raises BadRequest: it is not in this format, or holds none."""
    if format not in FORMATS:
        raise BadRequest("holds no offers.", field="--format", value=format, remedy="Ask with --models.")
    names: dict[str, str] = _names()[format]
    found: Offers = {}
    try:
        for count, (provider, offer) in enumerate(FORMATS[format](document, today)):
            if count >= OFFERS_MAX:
                raise ValueError
            ours = names.get(provider, provider.replace("_", "-"))
            found.setdefault(ours, {}).setdefault(offer.upstream, offer)
    except (AttributeError, KeyError, TypeError, ValueError):
        raise BadRequest(
            f"is not in the format of {format}.", field="--from", remedy="Name its format with --format."
        ) from None
    return found


def _seen(document: Any) -> str:
    """Which format it looks like."""
    if isinstance(document, list):
        return "huggingface" if document and isinstance(document[0], dict) and "tags" in document[0] else "genai-prices"
    if isinstance(document, dict) and "model_sets" in document:
        return "gpustack"
    rows = list(document.values())[:3] if isinstance(document, dict) else []
    if isinstance(document, dict) and isinstance(document.get("data"), list):
        return "openrouter"
    offers_or_models = all(isinstance(row, dict) and {"models", "limit"} & {*row} for row in rows)
    if rows and (set(document) == {"models", "providers"} or offers_or_models):
        return "models.dev"
    return "litellm" if rows and any(isinstance(row, dict) and "litellm_provider" in row for row in rows) else "?"


def _names() -> dict[str, Any]:
    return tomllib.loads(resources.files("crossroads_catalog").joinpath("providers.toml").read_text("utf-8"))


def _prices(stated: Mapping[str, Any], names: Mapping[str, str], *, per: int) -> Prices:
    found = {own: price(stated[name], per=per) for name, own in names.items() if name in stated}
    return Prices(**{own: amount for own, amount in found.items() if amount is not None})


def _tiers(stated: Mapping[int, Mapping[str, Any]], names: Mapping[str, str], *, per: int) -> tuple[Tier, ...]:
    """By the length of the prompt above which they hold; those without a price in these words say nothing."""
    found = ((above, _prices(words, names, per=per)) for above, words in sorted(stated.items()) if above > 0)
    return tuple(Tier(above_input_tokens=above, prices=prices) for above, prices in found if prices != Prices())


def _models_dev(document: Any, today: datetime.date) -> Iterator[tuple[str, Offer]]:
    for provider, facts in document.get("providers", document).items():
        for upstream, model in facts["models"].items():
            limit, cost = model.get("limit", {}), model.get("cost", {})
            above = {200_000: cost["context_over_200k"]} if "context_over_200k" in cost else {}
            above |= {tier["tier"]["size"]: tier for tier in cost.get("tiers", ())}
            yield (
                provider,
                Offer(
                    upstream=upstream,
                    name=model.get("name"),
                    context_tokens=tokens(limit.get("context")),
                    max_output_tokens=tokens(limit.get("output")),
                    prices=_prices(cost, MODELS_DEV_COST, per=MTOK),
                    tiers=_tiers(above, MODELS_DEV_COST, per=MTOK),
                ),
            )


def _litellm(document: Any, today: datetime.date) -> Iterator[tuple[str, Offer]]:
    for key, row in document.items():
        provider = row.get("litellm_provider")
        if key == "sample_spec" or not isinstance(provider, str):
            continue
        above: dict[int, dict[str, Any]] = {}
        for name, amount in row.items():
            if (tier := LITELLM_TIER.fullmatch(name)) is not None:
                above.setdefault(int(tier[2]) * 1000, {})[tier[1]] = amount
        yield (
            provider,
            Offer(
                upstream=key.removeprefix(f"{provider.partition('-')[0]}/"),
                operation=LITELLM_MODES.get(row.get("mode")),
                max_output_tokens=tokens(row.get("max_output_tokens")),
                prices=_prices(row, LITELLM_COST, per=1),
                tiers=_tiers(above, LITELLM_COST, per=1),
            ),
        )


def _genai_prices(document: Any, today: datetime.date) -> Iterator[tuple[str, Offer]]:
    for provider in document:
        for model in provider["models"]:
            stated = _now(model["prices"], today)
            base = {name: value["base"] if isinstance(value, dict) else value for name, value in stated.items()}
            above: dict[int, dict[str, Any]] = {}
            for name, value in stated.items():
                for tier in value["tiers"] if isinstance(value, dict) else ():
                    above.setdefault(tier["start"], {})[name] = tier["price"]
            for upstream in _exact(model["match"]):
                yield (
                    provider["id"],
                    Offer(
                        upstream=upstream,
                        name=model.get("name"),
                        context_tokens=tokens(model.get("context_window")),
                        prices=_prices(base, GENAI_COST, per=MTOK),
                        tiers=_tiers(above, GENAI_COST, per=MTOK),
                    ),
                )


def _now(prices: Any, today: datetime.date) -> Mapping[str, Any]:
    """Of prices that hold from a day on, the latest; none where some hold at certain hours."""
    if isinstance(prices, dict):
        return prices
    constraints = [one.get("constraint") or {} for one in prices]
    if any(set(constraint) - {"start_date"} for constraint in constraints):
        return {}
    begun = [
        (constraint.get("start_date", ""), one["prices"])
        for constraint, one in zip(constraints, prices, strict=True)
        if constraint.get("start_date", "") <= today.isoformat()
    ]
    found: Mapping[str, Any] = max(begun, key=lambda pair: pair[0])[1] if begun else {}
    return found


def _exact(match: Mapping[str, Any]) -> list[str]:
    """Whole names that a rule matches; not those that it matches by a part."""
    if "or" in match:
        return [name for one in match["or"] for name in _exact(one)]
    return [match["equals"]] if "equals" in match else []


def _openrouter(document: Any, today: datetime.date) -> Iterator[tuple[str, Offer]]:
    for offer in read_listing(json.dumps(document, default=str).encode()):
        yield "openrouter", offer


FORMATS: dict[str, Callable[[Any, datetime.date], Iterator[tuple[str, Offer]]]] = {
    "models.dev": _models_dev,
    "litellm": _litellm,
    "genai-prices": _genai_prices,
    "openrouter": _openrouter,
}
HOMES = {
    "models.dev": "https://models.dev/api.json",
    "litellm": "https://github.com/BerriAI/litellm/blob/main/model_prices_and_context_window.json",
    "genai-prices": "https://github.com/pydantic/genai-prices/blob/main/prices/data.json",
    "openrouter": "https://openrouter.ai/api/v1/models",
    "huggingface": "https://huggingface.co/api/models",
    "gpustack": "https://github.com/gpustack/gpustack/blob/main/gpustack/assets/model-catalog.yaml",
}
"""Where each is published: the source of facts that come from a copy in a file."""
