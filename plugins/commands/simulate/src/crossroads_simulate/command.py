"""`crossroads simulate`: the command; heavy imports stand inside it."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crossroads.cli.show import ConfigFile, Json, fail, note, show

if TYPE_CHECKING:
    from crossroads_simulate.arrival import Arrival
    from crossroads_simulate.figures import Taken
    from crossroads_simulate.scenario import Scenario

app = typer.Typer(add_completion=False)
COLUMNS = (
    "strategy", "calls", "success", "cost_usd", "first_token_p50_s", "first_token_p99_s", "total_p99_s",
    "extra_calls", "fairness", "worst_key",
)  # fmt: skip
PARALLEL_CALLS = 20_000
"""From so many calls on, strategies run in processes of their own."""

Result = tuple[dict[str, Any], "list[Taken]"]


@app.command()
def simulate(
    scenario: Annotated[Path | None, typer.Argument(help="Endpoints, outages and arrivals, as TOML.")] = None,
    log: Annotated[
        Path | None, typer.Option("--log", help="Calls of this log: with a scenario its arrivals, alone all of it.")
    ] = None,
    strategy: Annotated[
        list[str] | None, typer.Option("--strategy", "-s", help="One to compare, or a chain `a,b`; repeatable.")
    ] = None,
    seed: Annotated[int, typer.Option(help="All dice: the same seed gives the same figures.")] = 0,
    out: Annotated[Path | None, typer.Option(help="Folder for PNG and SVG (needs matplotlib).")] = None,
    config: ConfigFile = None,
    as_json: Json = False,
) -> None:
    """Compare strategies over modelled endpoints in virtual time. Sends nothing.

    Without a scenario, the calls of an event log (sink `jsonl`) run over the endpoints of crossroads.toml, as the log
    shows that these answered: what would last week have cost?
    """
    results: list[Result] = []
    if scenario is not None:
        from crossroads_simulate.log import read_arrivals
        from crossroads_simulate.scenario import arrivals_of, read_scenario

        read = read_scenario(scenario)
        arrivals = arrivals_of(read, scenario.parent, seed) if log is None else read_arrivals(log)
    elif log is not None:
        from crossroads_simulate.replay import replay_of

        read, arrivals, logged, left_out = replay_of(log, config)
        results.append(logged)
        for model, calls in sorted(left_out.items()):
            note(f"left out: {calls} calls of {model or '(no model)'}, which nobody offers now")
    else:
        fail(2, "give a SCENARIO, or --log")
    names = strategy or list(read.strategies) or ["balanced"]
    began = time.perf_counter()
    results += compared(read, arrivals, names, seed)
    took = max(time.perf_counter() - began, 1e-9)
    virtual_s = len(names) * (arrivals[-1].at_s if arrivals else 0.0)
    note(f"{virtual_s:.0f} s of traffic in {took:.2f} s ({virtual_s / took:.0f} x real time), seed {seed}")
    show([row for row, _ in results], COLUMNS, as_json)
    if out is not None:
        from crossroads_simulate.plot import draw

        for path in draw(results, out):
            note(f"wrote {path}")


def compared(scenario: Scenario, arrivals: list[Arrival], names: list[str], seed: int) -> list[Result]:
    """One result a strategy, in their order. In several processes where that is worth it; the figures are the same."""
    from crossroads_simulate.run import simulate as run

    workers = min(len(names), os.cpu_count() or 1)
    if workers < 2 or len(arrivals) * len(names) < PARALLEL_CALLS:
        return [run(scenario, arrivals, name, seed) for name in names]
    from concurrent.futures import ProcessPoolExecutor

    with ProcessPoolExecutor(workers) as pool:
        waiting = [pool.submit(run, scenario, arrivals, name, seed) for name in names]
        return [one.result() for one in waiting]
