"""One strategy over one scenario -> its figures. All of a run happens on a loop of its own, in virtual time.

What runs is the exchange as it is served: planning, strategies, breakers, dispatch, policies, metering. What does not:
sockets, JSON of prompts that nobody wrote, sinks, and the memory of generations.
"""

from __future__ import annotations

import asyncio
import gc
import random
from collections.abc import Iterator
from contextlib import aclosing, contextmanager
from typing import Any

import msgspec

from crossroads import Config, Exchange
from crossroads.call import Principal
from crossroads.events import Generation
from crossroads.store import MemoryStore
from crossroads_simulate.arrival import Arrival
from crossroads_simulate.figures import Taken, summary
from crossroads_simulate.loop import LoopClock, VirtualLoop
from crossroads_simulate.model import NAME, Body, Modelled
from crossroads_simulate.scenario import EndpointModel, Scenario
from crossroads_simulate.world import ModelTransport

PROVIDERS, PROVIDER = "crossroads.providers", "openai-compatible"
IN_ORDER = "in-order"
COLLECT_EVERY = 50_000
"""Objects between two collections of garbage: the usual 700 cost a sixth of the time."""


class Forgetful(MemoryStore):
    """Keys, and no memory of calls: what they came to is counted as they end."""

    async def record(self, generation: Generation) -> None:
        return None


def simulate(
    scenario: Scenario, arrivals: list[Arrival], strategy: str, seed: int
) -> tuple[dict[str, Any], list[Taken]]:
    """The figures of one strategy, and each call behind them. Raises PluginError: it is not installed."""
    loop = VirtualLoop()
    with _rarely_collected():
        taken, transport = loop.run(_all(scenario, arrivals, strategy, seed, loop))
    return summary(strategy, taken, transport.calls, transport.refused), taken


async def _all(
    scenario: Scenario, arrivals: list[Arrival], strategy: str, seed: int, loop: VirtualLoop
) -> tuple[list[Taken], ModelTransport]:
    transport = ModelTransport(scenario.endpoints, loop, seed)
    config = config_of(scenario, strategy)
    dice = random.Random(seed)  # noqa: S311  (a model, not a secret)
    index = _index(config)
    clock = LoopClock(loop)
    async with Exchange(config, clock=clock, transport=transport, store=Forgetful(), index=index, rng=dice) as x:
        taken = await Traffic(x, loop, arrivals, scenario.model).carried()
    return taken, transport


def _index(config: Config) -> Any:
    """What is installed, with the modelled dialect, without the providers that keys in the environment would add."""
    found = Exchange(config).index
    kept = [plugin for plugin in found.all() if plugin.group != PROVIDERS or plugin.name == PROVIDER]
    return type(found)(kept, {("crossroads.dialects", NAME): Modelled})


def config_of(scenario: Scenario, strategy: str) -> Config:
    """The configuration of an exchange over the modelled endpoints."""
    named = chain_of(strategy)
    return Config.of(
        {
            "providers": [_provider(scenario.model, number, one) for number, one in enumerate(scenario.endpoints)],
            "routing": {**scenario.routing, "strategies": named},
            "strategies": {name: scenario.settings[name] for name in named if name in scenario.settings},
            "policies": scenario.policies,
            "limits": {"deadline_s": scenario.deadline_s},
        },
        file="(scenario)",
    )


def chain_of(strategy: str) -> list[str]:
    """`sticky,balanced`: the first decides, the next breaks its ties. `in-order`: none, the order of the scenario."""
    return [] if strategy == IN_ORDER else strategy.split(",")


def _provider(model: str, number: int, endpoint: EndpointModel) -> dict[str, Any]:
    stated = {
        "input": endpoint.price_input,
        "output": endpoint.price_output,
        "cache_read": endpoint.price_cache_read,
    }
    prices = {name: price for name, price in stated.items() if price is not None}
    row = {"model": endpoint.model or model, "upstream": endpoint.name, "price_usd_per_mtok": prices}
    return {
        "name": endpoint.name,
        "plugin": PROVIDER,
        "base_url": f"http://simulated.invalid/{number}",
        "endpoints": [row],
    }


class Traffic:
    """Calls that come at their times, whatever became of those before."""

    def __init__(self, x: Exchange, loop: VirtualLoop, arrivals: list[Arrival], model: str) -> None:
        self._x, self._loop, self._model = x, loop, model
        self._start = loop.now
        self._taken = [Taken(arrival) for arrival in arrivals]
        self._next, self._open = 0, 0
        self._done = loop.create_future()
        self._principals: dict[str, Principal] = {}

    async def carried(self) -> list[Taken]:
        """Until the last has ended."""
        if self._taken:
            self._wait()
            await self._done
        return self._taken

    def _wait(self) -> None:
        self._loop.call_at(self._start + self._taken[self._next].arrival.at_s, self._arrive)

    def _arrive(self) -> None:
        one = self._taken[self._next]
        self._next += 1
        self._open += 1
        self._loop.create_task(self._carry(one)).add_done_callback(self._left)
        if self._next < len(self._taken):
            self._wait()

    def _left(self, task: asyncio.Task[None]) -> None:
        self._open -= 1
        if task.exception() is not None and not self._done.done():
            self._done.set_exception(task.exception() or RuntimeError)
        elif not self._open and self._next == len(self._taken) and not self._done.done():
            self._done.set_result(None)

    async def _carry(self, one: Taken) -> None:
        x, arrival, loop = self._x, one.arrival, self._loop
        principal = self._principals.get(arrival.key)
        if principal is None:
            principal = self._principals[arrival.key] = Principal(name=arrival.key)
        body = Body()
        body.arrival = arrival if arrival.model else msgspec.structs.replace(arrival, model=self._model)
        call = x.open_call(NAME, body, principal=principal)
        began = loop.now
        async with aclosing(x.run(call)) as parts:
            async for _ in parts:
                if not one.first_s:
                    one.first_s = loop.now - began
        one.total_s = loop.now - began
        attempts = call.route.attempts if call.route is not None else []
        one.ok = call.error is None
        if attempts:
            one.endpoint = attempts[-1].endpoint.provider
            one.cost_nano = sum([a.cost.total_nano or 0 for a in attempts if a.cost is not None])


@contextmanager
def _rarely_collected() -> Iterator[None]:
    before = gc.get_threshold()
    gc.set_threshold(COLLECT_EVERY, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
