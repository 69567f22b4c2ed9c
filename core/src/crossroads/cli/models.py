"""`crossroads models`: what can be called now, and at what price."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from crossroads.cli.show import ConfigFile, Json, fail, show


def models(
    search: Annotated[
        str | None, typer.Argument(help="Only models whose name holds this, or that this spells.")
    ] = None,
    provider: Annotated[str | None, typer.Option(help="Only models of this provider instance.")] = None,
    operation: Annotated[str | None, typer.Option(help="Only models that serve it: chat, embeddings ...")] = None,
    config: ConfigFile = None,
    as_json: Json = False,
) -> None:
    """List models, each with its cheapest price. Exit 0, also when empty; 2 when the provider is not active."""
    from crossroads.engine.exchange import Exchange

    catalog = Exchange(config).catalog
    if provider is not None and provider not in catalog.instances:
        active = ", ".join(catalog.instances) or "none"
        fail(
            2, f"provider={provider!r}: is not active. Active: {active}. `crossroads providers` shows how to get more."
        )
    named = search and catalog.facts.canonical(search)
    rows = [
        _row(model, [e for e in endpoints if provider in (None, e.provider)], catalog.facts)
        for model, endpoints in sorted(catalog.models.items())
        if (search is None or search.lower() in model.lower() or named == model)
        and any(provider in (None, e.provider) and (operation is None or operation in e.serves) for e in endpoints)
    ]
    columns = ("model", "providers", "operations", "context_tokens", "input_usd_per_mtok", "output_usd_per_mtok")
    show(rows, columns, as_json, empty="No model. `crossroads providers` shows what is missing.")


def _row(model: str, endpoints: list[Any], catalog: Any) -> dict[str, Any]:
    """Of the endpoints, and where all of them leave a limit unstated, of the model's facts."""
    from crossroads.facts import fill

    facts = catalog.find(model)
    endpoints = [fill(endpoint, facts) for endpoint in endpoints]
    limits = [e.max_output_tokens for e in endpoints if e.max_output_tokens] or [facts and facts.max_output_tokens]
    return {
        "model": model,
        "name": next((e.name for e in endpoints if e.name), None),
        "providers": sorted({e.provider for e in endpoints}),
        "operations": sorted({operation for e in endpoints for operation in e.serves}),
        "context_tokens": max((e.context_tokens for e in endpoints if e.context_tokens), default=None),
        "max_output_tokens": max(filter(None, limits), default=None),
        "input_usd_per_mtok": _cheapest([e.prices.input for e in endpoints]),
        "output_usd_per_mtok": _cheapest([e.prices.output for e in endpoints]),
        "endpoints": [e.id for e in endpoints],
        **({"facts": catalog.sheet(facts)} if facts else {}),
    }


def _cheapest(prices: list[int | None]) -> str | None:
    from crossroads.money import format_usd

    known = [price for price in prices if price is not None]
    return format_usd(min(known)) if known else None
