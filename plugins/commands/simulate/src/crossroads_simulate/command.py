"""`crossroads simulate SCENARIO.toml`: the command; heavy imports stand inside it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from crossroads.cli.show import Json, note, show

app = typer.Typer(add_completion=False)
COLUMNS = (
    "strategy", "calls", "success", "cost_usd", "first_token_p50_s", "first_token_p99_s", "total_p99_s",
    "extra_calls", "fairness",
)  # fmt: skip


@app.command()
def simulate(
    scenario: Annotated[Path, typer.Argument(help="Endpoints, outages and arrivals, as TOML.")],
    strategy: Annotated[list[str] | None, typer.Option("--strategy", "-s", help="One to compare; repeatable.")] = None,
    seed: Annotated[int, typer.Option(help="All dice: the same seed gives the same figures.")] = 0,
    out: Annotated[Path | None, typer.Option(help="Folder for PNG and SVG (needs matplotlib).")] = None,
    as_json: Json = False,
) -> None:
    """Compare strategies over modelled endpoints in virtual time. Sends nothing."""
    from crossroads_simulate.run import simulate as run
    from crossroads_simulate.scenario import arrivals_of, read_scenario

    read = read_scenario(scenario)
    arrivals = arrivals_of(read, scenario.parent, seed)
    names = strategy or list(read.strategies) or ["balanced"]
    began = time.perf_counter()
    results = [run(read, arrivals, name, seed) for name in names]
    virtual_s = len(names) * (arrivals[-1].at_s if arrivals else 0.0)
    note(f"{virtual_s:.0f} s of traffic in {time.perf_counter() - began:.2f} s, seed {seed}")
    show([row for row, _ in results], COLUMNS, as_json)
    if out is not None:
        from crossroads_simulate.plot import draw

        for path in draw(results, out):
            note(f"wrote {path}")
