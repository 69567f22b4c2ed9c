"""Pictures of a comparison: cost, success, latency distribution. matplotlib is loaded here and nowhere else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from crossroads.errors import PluginError
from crossroads_simulate.run import Taken


def draw(results: list[tuple[dict[str, Any], list[Taken]]], out: Path) -> list[Path]:
    """comparison.png and comparison.svg. Raises PluginError: matplotlib is not installed."""
    try:
        import matplotlib
    except ImportError:
        what, remedy = "can't draw without matplotlib.", "Install crossroads-simulate[plot], or leave out --out."
        raise PluginError(what, plugin="simulate", remedy=remedy) from None
    matplotlib.use("agg")
    matplotlib.rcParams["svg.hashsalt"] = "crossroads"
    from matplotlib.figure import Figure

    figure = Figure(figsize=(12, 4), layout="constrained")
    cost, success, latency = figure.subplots(1, 3)
    names = [row["strategy"] for row, _ in results]
    cost.bar(names, [row["cost_usd"] for row, _ in results])
    cost.set_ylabel("cost, USD")
    success.bar(names, [100 * row["success"] for row, _ in results])
    success.set_ylabel("success, % of calls")
    for row, taken in results:
        firsts = sorted(one.first_s for one in taken if one.ok)
        latency.step(firsts, [100 * (n + 1) / len(firsts) for n in range(len(firsts))], label=row["strategy"])
    latency.set(xlabel="first token, s", ylabel="% of calls", xscale="log")
    latency.legend()
    out.mkdir(parents=True, exist_ok=True)
    paths = [out / "comparison.png", out / "comparison.svg"]
    figure.savefig(paths[0], dpi=120)
    figure.savefig(paths[1], metadata={"Date": None})
    return paths
