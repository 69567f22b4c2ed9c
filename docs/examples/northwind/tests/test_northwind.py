"""Northwind: what every provider must hold, against a scripted server on a real socket, and its own header."""

import asyncio

import crossroads_northwind

from crossroads.testing import ScriptedProvider, chat, exchange_with, offer, provider_conformance, send

TestIt = provider_conformance("northwind", "recordings")


def test_the_region_of_an_endpoint_goes_into_a_header() -> None:
    async def headers() -> list[str | None]:
        async with ScriptedProvider() as upstream:
            there = offer("there", upstream, plugin=crossroads_northwind, models={"acme/there": "small"}, region="eu")
            nowhere = offer("nowhere", upstream, plugin=crossroads_northwind, models={"acme/nowhere": "small"})
            async with exchange_with(there, nowhere) as exchange:
                for model in ("acme/there", "acme/nowhere"):
                    assert (await send(exchange, chat(model=model))).status == 200
        return [request.header("x-northwind-region") for request in upstream.requests]

    assert asyncio.run(headers()) == ["eu", None]
