"""The results as a Markdown report, JSON and, where matplotlib is there, a picture. Ratios are within one run."""

from __future__ import annotations

import os
import platform
import subprocess
import sysconfig
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from rounds import Results, Samples

GOALS = {"chat": 0.16, "streams": 0.5}
"""Spliced, of nginx's requests/s and of its stream chunks/s, on one core."""
TRANSLATED = 1.6
"""CPU time of a translated call over that of a spliced one, at the usual size."""
UNITS = {"chat": "req/s", "chat, big body": "req/s", "sequential": "req/s", "streams": "chunks/s"}
PACKAGES = ("uvicorn", "uvloop", "httptools", "msgspec", "pydantic", "pluggy", "httpx")


def machine() -> dict[str, str]:
    """Where and with what it ran: a figure without this is worth nothing."""
    cpu = "unknown"
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            cpu = line.partition(":")[2].strip()
            break
    found = {"cpu": cpu, "cores": str(os.cpu_count()), "system": platform.system()}
    optimised = "--enable-optimizations" in (sysconfig.get_config_var("CONFIG_ARGS") or "")
    found["python"] = platform.python_version() + ("" if optimised else " (not built with --enable-optimizations)")
    done = subprocess.run(["nginx", "-v"], capture_output=True, text=True, env={"PATH": "/usr/bin:/usr/sbin"})
    found["nginx"] = done.stderr.strip().rpartition("/")[2]
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def as_json(results: Results) -> dict[str, Any]:
    return {scenario: {stack: samples.values for stack, samples in row.items()} for scenario, row in results.items()}


def markdown(results: Results) -> str:
    lines = [", ".join(f"{name} {value}" for name, value in machine().items()), ""]
    for scenario, unit in UNITS.items():
        lines += _throughput(scenario, unit, results[scenario])
    lines += _latency(results)
    lines += ["", *_verdicts(results)]
    return "\n".join(lines)


def _throughput(scenario: str, unit: str, row: dict[str, Samples]) -> list[str]:
    one = unit.rpartition("s/")[0] or unit.partition("/")[0]
    lines = [
        f"| {scenario} | {unit} (min-max) | of nginx | CPU us/{one} | CPU of nginx | p50 / p99 ms | RSS MiB | errors |",
        "|---|---|---|---|---|---|---|---|",
    ]
    nginx = row["nginx"]
    for stack, samples in row.items():
        low, high = samples.spread("per_s")
        lines.append(
            f"| {stack} | {samples.mid('per_s'):,.0f} ({low:,.0f}-{high:,.0f}) "
            f"| {samples.mid('per_s') / nginx.mid('per_s'):.3f} | {samples.mid('cpu_us'):.1f} "
            f"| {samples.mid('cpu_us') / nginx.mid('cpu_us'):.1f}x "
            f"| {samples.mid('p50_us') / 1000:.2f} / {samples.mid('p99_us') / 1000:.2f} "
            f"| {samples.mid('rss_mib'):.0f} | {sum(samples.values['errors']):.0f} |"
        )
    return [*lines, ""]


def _latency(results: Results) -> list[str]:
    """Over nginx, not over direct: direct has no hop between cores, which any proxy pays."""
    sequential, few = results["sequential"], results["few streams"]
    lines = [
        "| latency | sequential p50 / p99 us | added over nginx p50 / p99 us | TTFB of 20 streams p50 us |",
        "|---|---|---|---|",
    ]
    p50, p99 = (sequential["nginx"].mid(name) for name in ("p50_us", "p99_us"))
    for stack, samples in sequential.items():
        lines.append(
            f"| {stack} | {samples.mid('p50_us'):.0f} / {samples.mid('p99_us'):.0f} "
            f"| {samples.mid('p50_us') - p50:+.0f} / {samples.mid('p99_us') - p99:+.0f} "
            f"| {few[stack].mid('ttfb_p50_us'):.0f} |"
        )
    return lines


def _verdicts(results: Results) -> list[str]:
    lines = []
    for scenario, goal in GOALS.items():
        row = results[scenario]
        ratio = row["spliced"].mid("per_s") / row["nginx"].mid("per_s")
        by_cpu = row["nginx"].mid("cpu_us") / row["spliced"].mid("cpu_us")
        word = "met" if ratio >= goal else "NOT met"
        lines.append(
            f"Goal, {scenario}: spliced at least {goal} of nginx's {UNITS[scenario]}: {ratio:.3f}, {word} "
            f"({by_cpu:.3f} by CPU time)."
        )
    for scenario in UNITS:
        row = results[scenario]
        ratio = row["translated"].mid("cpu_us") / row["spliced"].mid("cpu_us")
        goal = (
            f"at most {TRANSLATED}, {'met' if ratio <= TRANSLATED else 'NOT met'}" if scenario == "chat" else "no goal"
        )
        lines.append(f"Translated over spliced by CPU time, {scenario}: {ratio:.2f} ({goal}).")
    return lines


def plot(results: Results, file: Path) -> None:
    """Bars of the two ratios. Raises SystemExit: matplotlib is not installed."""
    try:
        import matplotlib
    except ImportError:
        raise SystemExit("--plot needs matplotlib: `uv run --with matplotlib ...`.") from None
    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(1, len(GOALS), figsize=(9, 3.2), layout="constrained")
    for axis, (scenario, goal) in zip(axes, GOALS.items(), strict=True):
        row = results[scenario]
        axis.barh(list(row), [samples.mid("per_s") for samples in row.values()], color="#3b6ea5")
        axis.axvline(goal * row["nginx"].mid("per_s"), color="#c0392b", linestyle="--", label=f"goal: {goal} of nginx")
        axis.set_xlabel(f"{scenario}, {UNITS[scenario]} on one core")
        axis.invert_yaxis()
        axis.legend(frameon=False)
    figure.savefig(file, dpi=150)
