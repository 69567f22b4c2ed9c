"""One strategy over one scenario -> its figures. All of a run happens on a loop of its own, in virtual time."""

from __future__ import annotations

import asyncio
import json
import random
from contextlib import aclosing
from typing import Any

from crossroads import Config, Exchange
from crossroads.call import Principal
from crossroads_simulate.scenario import Arrival, Scenario
from crossroads_simulate.world import LoopClock, ModelTransport, VirtualLoop

NANO = 10**9
IN_ORDER = "in-order"


class Taken:
    """What one call came to."""

    __slots__ = ("arrival", "cost_nano", "endpoint", "first_s", "ok", "total_s")

    def __init__(self, arrival: Arrival) -> None:
        self.arrival = arrival
        self.ok, self.endpoint, self.cost_nano = False, "", 0
        self.first_s = self.total_s = 0.0


def simulate(
    scenario: Scenario, arrivals: list[Arrival], strategy: str, seed: int
) -> tuple[dict[str, Any], list[Taken]]:
    """The figures of one strategy, and each call behind them. Raises PluginError: it is not installed."""
    loop = VirtualLoop()
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        taken, transport = runner.run(_all(scenario, arrivals, strategy, seed, loop))
    return summary(strategy, taken, transport), taken


async def _all(
    scenario: Scenario, arrivals: list[Arrival], strategy: str, seed: int, loop: VirtualLoop
) -> tuple[list[Taken], ModelTransport]:
    clock = LoopClock(loop)
    transport = ModelTransport(scenario.endpoints, clock, seed)
    config = Config.of(
        {
            "providers": [_provider(scenario.model, endpoint) for endpoint in scenario.endpoints],
            "routing": {**scenario.routing, "strategies": chain_of(strategy)},
            "strategies": {name: scenario.settings[name] for name in chain_of(strategy) if name in scenario.settings},
            "limits": {"deadline_s": scenario.deadline_s},
        },
        file="(scenario)",
    )
    async with Exchange(config, clock=clock, transport=transport, rng=random.Random(seed)) as x:  # noqa: S311
        start = clock.monotonic()
        taken = [Taken(arrival) for arrival in arrivals]
        async with asyncio.TaskGroup() as group:
            for one in taken:
                await clock.sleep(max(0.0, start + one.arrival.at_s - clock.monotonic()))
                group.create_task(_call(x, clock, scenario.model, one))
    return taken, transport


def chain_of(strategy: str) -> list[str]:
    """`sticky,balanced`: the first decides, the next breaks its ties. `in-order`: none, the order of the scenario."""
    return [] if strategy == IN_ORDER else strategy.split(",")


def _provider(model: str, endpoint: Any) -> dict[str, Any]:
    prices = {"input": endpoint.price_input, "output": endpoint.price_output}
    row = {"model": model, "upstream": endpoint.name, "price_usd_per_mtok": prices}
    return {
        "name": endpoint.name,
        "plugin": "openai-compatible",
        "base_url": f"http://simulated.invalid/{endpoint.name}",
        "endpoints": [row],
    }


async def _call(x: Exchange, clock: LoopClock, model: str, one: Taken) -> None:
    arrival = one.arrival
    body = {  # its content is what the model shall take and give, in tokens
        "model": model,
        "stream": True,
        "max_tokens": arrival.output_tokens,
        "messages": [{"role": "user", "content": json.dumps([arrival.input_tokens, arrival.output_tokens])}],
    }
    call = x.open_call("openai-chat", json.dumps(body).encode(), principal=Principal(name=arrival.key))
    began = clock.monotonic()
    async with aclosing(x.run(call)) as parts:
        async for _ in parts:
            if not one.first_s:
                one.first_s = clock.monotonic() - began
    one.total_s = clock.monotonic() - began
    attempts = call.route.attempts if call.route is not None else []
    one.ok = call.error is None
    one.endpoint = attempts[-1].endpoint.provider if attempts else ""
    one.cost_nano = sum(a.cost.total_nano or 0 for a in attempts if a.cost is not None)


def summary(strategy: str, taken: list[Taken], transport: ModelTransport) -> dict[str, Any]:
    """fairness: Jain's index of the keys' success rates; 1: all are served alike. refused: by an endpoint's limits."""
    calls = transport.calls
    good = [one for one in taken if one.ok]
    firsts, totals = sorted(one.first_s for one in good), sorted(one.total_s for one in good)
    keys: dict[str, list[bool]] = {}
    for one in taken:
        keys.setdefault(one.arrival.key, []).append(one.ok)
    rates = [sum(oks) / len(oks) for oks in keys.values()]
    squares = len(rates) * sum(rate * rate for rate in rates)
    return {
        "strategy": strategy,
        "calls": len(taken),
        "success": len(good) / len(taken) if taken else 1.0,
        "cost_usd": round(sum(one.cost_nano for one in taken) / NANO, 6),
        **{f"first_token_p{p}_s": round(percentile(firsts, p), 4) for p in (50, 95, 99)},
        **{f"total_p{p}_s": round(percentile(totals, p), 4) for p in (50, 99)},
        "upstream_calls": sum(calls.values()),
        "extra_calls": round(sum(calls.values()) / max(1, len(taken)) - 1, 4),
        "refused": sum(transport.refused.values()),
        "fairness": round(sum(rates) ** 2 / squares, 4) if squares else 0.0,
        "shares": {name: round(count / max(1, sum(calls.values())), 4) for name, count in calls.items()},
    }


def percentile(ordered: list[float], percent: int) -> float:
    """The nearest rank; 0 of nothing."""
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)] if ordered else 0.0
