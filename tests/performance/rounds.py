"""The measuring: every scenario on every stack in turn, again and again, so that a noisy minute hits all alike.

One process sends at a time. CPU per request is the server's own CPU over the window, divided by what was answered.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import NamedTuple

from procs import LOAD_CORE, pinned
from stacks import Stack

CONNECTIONS = 32
WARM_UP_S = 0.5


@dataclass(frozen=True)
class Scenario:
    """ramp_ms: streams begin spread over this time."""

    name: str
    request: str
    connections: int
    share: float = 1.0
    """Of the round's seconds."""
    ramp_ms: int = 0
    streams: bool = False


SCENARIOS = (
    Scenario("chat", "small", CONNECTIONS),
    Scenario("chat, big body", "big", CONNECTIONS, share=0.5),
    Scenario("sequential", "small", 1, share=0.5),
    Scenario("streams", "stream", 400, ramp_ms=500, streams=True),
    Scenario("few streams", "stream", 20, share=0.5, ramp_ms=500, streams=True),
)


class Load(NamedTuple):
    """The load generator, and the files that it may send, by name."""

    program: Path
    requests: dict[str, Path]


@dataclass
class Samples:
    """The figures of one stack in one scenario, a value for each round."""

    values: dict[str, list[float]] = field(default_factory=dict)

    def add(self, figures: dict[str, float]) -> None:
        for name, value in figures.items():
            self.values.setdefault(name, []).append(value)

    def mid(self, name: str) -> float:
        return median(self.values[name]) if name in self.values else float("nan")

    def spread(self, name: str) -> tuple[float, float]:
        return min(self.values[name]), max(self.values[name])


Results = dict[str, dict[str, Samples]]
"""scenario -> stack -> samples."""


def measure(stacks: list[Stack], load: Load, *, rounds: int, seconds: float, say: Callable[[str], None]) -> Results:
    results: Results = {scenario.name: {stack.name: Samples() for stack in stacks} for scenario in SCENARIOS}
    for scenario, stack in _every(stacks, [SCENARIOS[0], SCENARIOS[3]]):  # warm: pools, caches, branch predictors
        _once(scenario, stack, load, WARM_UP_S)
    for number in range(rounds):
        for scenario, stack in _every(stacks, list(SCENARIOS)):
            say(f"round {number + 1}/{rounds}: {scenario.name}, {stack.name}")
            results[scenario.name][stack.name].add(_once(scenario, stack, load, seconds * scenario.share))
    return results


def _every(stacks: list[Stack], scenarios: list[Scenario]) -> Iterator[tuple[Scenario, Stack]]:
    return ((scenario, stack) for scenario in scenarios for stack in stacks)


def _once(scenario: Scenario, stack: Stack, load: Load, seconds: float) -> dict[str, float]:
    port = stack.stream_port if scenario.streams else stack.port
    request = load.requests[stack.requests + scenario.request]
    command = [load.program, port, request, scenario.connections, f"{seconds:.3f}", 0, scenario.ramp_ms]
    before = stack.cpu_s()
    found = json.loads(pinned(LOAD_CORE, command))
    cpu_s = stack.cpu_s() - before
    units = found["events"] if scenario.streams else found["requests"]
    return {
        "per_s": units / found["seconds"],
        "cpu_us": cpu_s / max(units, 1) * 1e6,
        "cpu_util": cpu_s / found["seconds"],
        "p50_us": found["p50_us"],
        "p99_us": found["p99_us"],
        "ttfb_p50_us": found["ttfb_p50_us"],
        "errors": found["errors"],
        "rss_mib": stack.rss_mib(),
    }
