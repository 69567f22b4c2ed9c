"""Strategies that callers name are started like the configured ones, once, and closed with the exchange."""

import asyncio

import pytest

from crossroads.config import Config
from crossroads.engine.exchange import Exchange
from crossroads.engine.installed.index import STRATEGIES
from crossroads.errors import ConfigError
from crossroads.hookspecs import hookimpl
from crossroads.jsonbody import encode
from crossroads.testing import ScriptedProvider, chat, exchange_with, index_of, offer, send
from crossroads.testing.plugins import InOrder

NOWHERE = "http://127.0.0.1:1/v1"


class Started:
    """A strategy with a life."""

    def __init__(self, error=None):
        self.error, self.log = error, []

    async def start(self):
        self.log.append("start")
        await asyncio.sleep(0)
        if self.error is not None:
            raise self.error

    async def aclose(self):
        self.log.append("close")

    @hookimpl
    def strategy_score(self, candidates):
        self.log.append("score")
        return [float(place) for place in range(len(candidates))]

    @hookimpl
    def policy_settle(self, usages):
        self.log.append("settle")


def exchange(named):
    """Two endpoints, nobody configured but `in-order`; `named` is there to be asked for."""
    strategies = {"in-order": InOrder(), "mine": named}
    config = {"routing": {"strategies": ["in-order"]}}
    return exchange_with(offer("a", NOWHERE), offer("b", NOWHERE), strategies=strategies, config=config)


async def order(x, **ask):
    route = await x.plan(x.open_call("openai-chat", encode(chat(**ask))))
    return [c.endpoint.provider for c in route.candidates], [reason.text for reason in route.all_reasons()]


async def test_one_that_a_caller_names_is_started_once_for_all_and_closed():
    mine = Started()
    async with exchange(mine) as x:
        assert mine.log == []
        found = await asyncio.gather(*(order(x, provider={"sort": "mine"}) for _ in range(5)))
        assert [providers for providers, _ in found] == [["b", "a"]] * 5
        assert (await order(x))[0] == ["a", "b"]
    assert mine.log.count("start") == 1
    assert mine.log.index("start") < mine.log.index("score")
    assert mine.log[-1] == "close"


@pytest.mark.parametrize("error", [RuntimeError("no"), ConfigError("is wrong.", field="x", remedy="Mend it.")])
async def test_one_that_fails_to_start_is_left_out_of_every_call_and_not_started_again(error):
    mine = Started(error)
    async with exchange(mine) as x:
        for _ in range(3):
            providers, told = await order(x, provider={"sort": "mine"})
            assert providers == ["a", "b"]
            assert any("left out of this call" in text for text in told)
    assert mine.log.count("start") == 1


async def test_it_learns_from_the_end_of_calls():
    mine = Started()
    async with ScriptedProvider() as upstream:
        strategies, config = {"in-order": InOrder(), "mine": mine}, {"routing": {"strategies": ["in-order"]}}
        async with exchange_with(*(offer(name, upstream) for name in "ab"), strategies=strategies, config=config) as x:
            await send(x, chat(provider={"sort": "mine"}))
    assert mine.log.count("settle") == 1


async def test_a_caller_who_goes_away_does_not_stop_the_start():
    mine = Started()
    async with exchange(mine) as x:
        task = asyncio.create_task(order(x, provider={"sort": "mine"}))
        while "start" not in mine.log:
            await asyncio.sleep(0)
        task.cancel()
        assert (await order(x, provider={"sort": "mine"}))[0] == ["b", "a"]
    assert mine.log.count("start") == 1


async def test_settings_may_stand_for_what_callers_name_but_not_for_what_is_not_installed():
    index = index_of({(STRATEGIES, "in-order"): InOrder(), (STRATEGIES, "mine"): InOrder()})
    routing = {"strategies": ["in-order"]}
    async with Exchange(Config.of({"routing": routing, "strategies": {"mine": {}}}), index=index):
        pass
    with pytest.raises(ConfigError, match="not installed"):
        await Exchange(Config.of({"routing": routing, "strategies": {"yours": {}}}), index=index).start()
