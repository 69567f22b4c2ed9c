"""Near me: what every strategy must hold, and its own order."""

import asyncio

from crossroads_near_me import NearMe

from crossroads.testing import chat, exchange_with, offer, send, strategy_conformance

SETTINGS = {"regions": ["eu", "us"]}
NOWHERE = "http://127.0.0.1:1/v1"

TestIt = strategy_conformance(NearMe, SETTINGS)


def test_near_regions_come_first_and_unknown_ones_last() -> None:
    async def ranked() -> list[str]:
        offers = [offer("unknown", NOWHERE), *(offer(name, NOWHERE, region=name) for name in ("ap", "us", "eu"))]
        config = {"strategies": {"near-me": SETTINGS}}
        async with exchange_with(*offers, strategies={"near-me": NearMe}, config=config) as exchange:
            route = (await send(exchange, chat())).call.route
        assert route is not None
        return [candidate.endpoint.provider for candidate in route.candidates]

    assert asyncio.run(ranked()) == ["eu", "us", "unknown", "ap"]
