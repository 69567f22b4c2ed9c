"""`crossroads route explain`: who would serve this call, in what order, and why. Sends nothing."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Annotated, Any

import typer

from crossroads.cli.show import ConfigFile, Json, note, show, show_json

app = typer.Typer(help="How calls find their endpoint.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """How calls find their endpoint."""


@app.command("explain")
def explain(
    model: Annotated[
        list[str] | None, typer.Option("--model", "-m", help="The model that a caller would name; more: its fallbacks.")
    ] = None,
    body: Annotated[
        Path | None, typer.Option("--body", help="A whole request body, JSON; --model overrides its models.")
    ] = None,
    dialect: Annotated[str, typer.Option(help="The dialect of the body.")] = "openai-chat",
    seed: Annotated[int, typer.Option(help="Dice of load balancing.")] = 0,
    config: ConfigFile = None,
    as_json: Json = False,
) -> None:
    """Show each candidate, which stage dropped or ranked it, and why. Exit 1 when nobody would serve the call."""
    document: dict[str, Any] = {"messages": [{"role": "user", "content": "?"}]}
    if body is not None:
        document = _read(body)
    if model:
        document.pop("models", None)
        document |= {"model": model[0]} if len(model) == 1 else {"model": model[0], "models": model[1:]}
    explained = asyncio.run(_explain(config, dialect, json.dumps(document).encode(), seed))
    if as_json:
        show_json(explained)
    else:
        _table(explained)
    if explained["error"] is not None:
        note(f"crossroads: {explained['error']}")
        raise typer.Exit(1)


def _read(body: Path) -> dict[str, Any]:
    from crossroads.errors import ConfigError

    try:
        document = json.loads(body.read_text("utf-8"))
    except OSError as error:
        why = f"can't be read: {error.strerror}."
        raise ConfigError(why, field="body", value=str(body), remedy="Check the path.") from None
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        remedy = "Name a file with one JSON object, in UTF-8."
        raise ConfigError("holds no JSON object.", field="body", value=str(body), remedy=remedy)
    return document


async def _explain(config: Path | None, dialect: str, body: bytes, seed: int) -> dict[str, Any]:
    import random

    from crossroads.engine.exchange import Exchange
    from crossroads.errors import CrossroadsError
    from crossroads.explained import stages
    from crossroads.route import Route

    failed: CrossroadsError | None = None
    async with Exchange(config, rng=random.Random(seed)) as exchange:  # noqa: S311
        call = exchange.open_call(dialect, body)
        try:
            await exchange.plan(call)
        except CrossroadsError as error:
            failed = error
        route = call.route or Route("")
        considered = stages(route, {endpoint.id: endpoint for endpoint in exchange.catalog.routed})
        models = [(name, exchange.catalog.resolve(name)) for name in call.opened.models]
    return {
        "requested": [{"model": name, "stands_for": found} for name, found in models],
        **route.explain(),
        "considered": considered,
        "error": None if failed is None else str(failed),
    }


def _table(explained: dict[str, Any]) -> None:
    rows = [{**row, "place": row["place"] or "-", **row["stages"]} for row in explained["considered"]]
    columns = dict.fromkeys(stage for row in explained["considered"] for stage in row["stages"])
    show(rows, ("place", "endpoint", "model", *columns), False, empty="No candidate.")
    for reason in explained["reasons"]:
        if reason.get("endpoint") is None:
            note(f"{reason['by']}: {reason['text']}")
