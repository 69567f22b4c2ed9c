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
    model: Annotated[str | None, typer.Option("--model", "-m", help="The model that a caller would name.")] = None,
    body: Annotated[
        Path | None, typer.Option("--body", help="A whole request body, JSON; --model overrides its model.")
    ] = None,
    dialect: Annotated[str, typer.Option(help="The dialect of the body.")] = "openai-chat",
    seed: Annotated[int, typer.Option(help="Dice of load balancing.")] = 0,
    config: ConfigFile = None,
    as_json: Json = False,
) -> None:
    """Show each candidate, which stage dropped or ranked it, and why. Exit 1 when nobody would serve the call."""
    document: dict[str, Any] = {"messages": [{"role": "user", "content": "?"}]}
    if body is not None:
        document = json.loads(body.read_text("utf-8"))
    if model is not None:
        document["model"] = model
    route, error = asyncio.run(_explain(config, dialect, json.dumps(document).encode(), seed))
    explained: dict[str, Any] = route | {"error": error}
    if as_json:
        show_json(explained)
    else:
        _table(explained)
    if error is not None:
        note(f"crossroads: {error}")
        raise typer.Exit(1)


async def _explain(config: Path | None, dialect: str, body: bytes, seed: int) -> tuple[dict[str, Any], str | None]:
    import random

    from crossroads.engine.exchange import Exchange
    from crossroads.errors import CrossroadsError

    async with Exchange(config, rng=random.Random(seed)) as exchange:  # noqa: S311
        call = exchange.open_call(dialect, body)
        try:
            route = await exchange.plan(call)
            return route.explain(), None
        except CrossroadsError as error:
            known = call.route.explain() if call.route is not None else {"model": None, "candidates": [], "reasons": []}
            return known, str(error)


def _table(explained: dict[str, Any]) -> None:
    why: dict[str, list[str]] = {}
    for reason in explained["reasons"]:
        why.setdefault(reason.get("endpoint", ""), []).append(f"{reason['stage']}/{reason['by']}: {reason['text']}")
    rows = [
        {"place": place, **candidate, "why": "; ".join(why.get(candidate["endpoint"], []))}
        for place, candidate in enumerate(explained["candidates"], 1)
    ]
    rows += [
        {
            "place": "dropped",
            "endpoint": reason["endpoint"],
            "why": f"{reason['stage']}/{reason['by']}: {reason['text']}",
        }
        for reason in explained["reasons"]
        if reason.get("dropped")
    ]
    show(rows, ("place", "endpoint", "model", "why"), False, empty="No candidate.")
