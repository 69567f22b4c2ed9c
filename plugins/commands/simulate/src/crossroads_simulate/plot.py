"""Pictures of a comparison: cost, failures, first tokens over all and by key. Nothing else loads matplotlib."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from crossroads.errors import PluginError
from crossroads_simulate.figures import Taken

POINTS = 400
"""Of a curve: more are not seen, and make the file large."""
KEYS = 8
"""Shown, those with the most calls."""


def draw(results: list[tuple[dict[str, Any], list[Taken]]], out: Path) -> list[Path]:
    """comparison.png and comparison.svg. Raises PluginError: matplotlib is not installed."""
    try:
        import matplotlib
    except ImportError:
        what, remedy = "can't draw without matplotlib.", "Install crossroads-simulate[plot], or leave out --out."
        raise PluginError(what, plugin="simulate", remedy=remedy) from None
    matplotlib.use("agg")
    matplotlib.rcParams["svg.hashsalt"] = "crossroads"  # the same figures, the same file
    from matplotlib.figure import Figure

    figure = Figure(figsize=(12, 8), layout="constrained")
    (cost, failed), (latency, keys) = figure.subplots(2, 2)
    names = [row["strategy"] for row, _ in results]
    cost.bar(names, [row["cost_usd"] for row, _ in results])
    cost.set(ylabel="cost, USD")
    failed.bar(names, [100 * (1 - row["success"]) for row, _ in results])
    failed.set(ylabel="failed, % of calls")
    for row, taken in results:
        shares, seconds = _curve(sorted(one.first_s for one in taken if one.ok))
        latency.plot(seconds, shares, label=row["strategy"])
    latency.set(xlabel="first token, s", ylabel="% of calls", xscale="log")
    plain = matplotlib.ticker.FuncFormatter(lambda value, _: f"{value:g}")
    latency.xaxis.set_major_formatter(plain)
    latency.xaxis.set_minor_formatter(matplotlib.ticker.NullFormatter())
    latency.legend()
    _by_key(keys, [row for row, _ in results])
    out.mkdir(parents=True, exist_ok=True)
    paths = [out / "comparison.png", out / "comparison.svg"]
    figure.savefig(paths[0], dpi=120)
    figure.savefig(paths[1], metadata={"Date": None})
    return paths


def _curve(firsts: list[float]) -> tuple[list[float], list[float]]:
    """Percent of calls, and within how many seconds these had their first token."""
    count = min(POINTS, len(firsts))
    places = [round(n * (len(firsts) - 1) / max(1, count - 1)) for n in range(count)]
    return [100 * (place + 1) / len(firsts) for place in places], [firsts[place] for place in places]


def _by_key(axes: Any, rows: list[dict[str, Any]]) -> None:
    """One group of bars a key, one bar a strategy: are all served alike?"""
    busiest = sorted(rows[0]["keys"], key=lambda key: -key["calls"])[:KEYS] if rows else []
    names = sorted(key["key"] for key in busiest)
    width = 0.8 / max(1, len(rows))
    for number, row in enumerate(rows):
        of_key = {key["key"]: key["first_token_p99_s"] for key in row["keys"]}
        places = [place + number * width for place in range(len(names))]
        axes.bar(places, [of_key.get(name, 0.0) for name in names], width, label=row["strategy"])
    axes.set_xticks([place + 0.4 - width / 2 for place in range(len(names))], names)
    axes.set(ylabel="99 % of first tokens within, s", xlabel="key")
