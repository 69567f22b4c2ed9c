"""The Python client: a call in three lines, typed results, our own errors, everything closed."""

import threading
from decimal import Decimal

import pytest

from crossroads.client import AsyncClient, Client
from crossroads.errors import BadRequest, PluginError, UnknownModel
from crossroads.testing.answers import Price
from crossroads.testing.plugins import MODEL, exchange_with, offer
from crossroads.testing.upstream import ScriptedProvider


async def test_a_chat_is_typed_and_priced():
    prices = {"small": Price(input=150_000_000, output=600_000_000)}
    async with (
        ScriptedProvider(prices=prices) as upstream,
        exchange_with(offer("acme", upstream)) as x,
        AsyncClient(x) as client,
    ):
        reply = await client.chat(MODEL, "Hi")
        assert reply.text
        assert reply.finish_reason == "stop"
        assert reply.provider == "acme"
        assert isinstance(reply.usage.cost, Decimal)
        assert reply.usage.cost * 10**9 == upstream.bill_nano > 0


async def test_a_stream_adds_up_to_the_whole_and_ends_with_usage():
    async with ScriptedProvider() as upstream, exchange_with(offer("acme", upstream)) as x, AsyncClient(x) as client:
        whole = await client.chat(MODEL, "Hi")
        async with client.chat_stream(MODEL, "Hi") as chunks:
            found = [chunk async for chunk in chunks]
        assert "".join(chunk.text for chunk in found) == whole.text
        assert [chunk.usage is not None for chunk in found] == [False] * (len(found) - 1) + [True]


async def test_errors_are_raised_as_ours():
    async with ScriptedProvider() as upstream, exchange_with(offer("acme", upstream)) as x, AsyncClient(x) as client:
        with pytest.raises(UnknownModel, match="acme/none"):
            await client.chat("acme/none", "Hi")
        with pytest.raises(BadRequest, match="temperature"):
            await client.chat(MODEL, "Hi", temperature="hot")
        async with client.chat_stream("acme/none", "Hi") as chunks:
            with pytest.raises(UnknownModel):
                await anext(chunks)


async def test_leaving_a_stream_early_closes_the_upstream_and_keeps_a_record():
    async with ScriptedProvider() as upstream, exchange_with(offer("acme", upstream)) as x, AsyncClient(x) as client:
        async with client.chat_stream(MODEL, "Hi") as chunks:
            async for chunk in chunks:
                if chunk.text:
                    break
        (generation,) = x.store.generations()
        assert generation.outcome == "cancelled"


def test_the_same_without_an_event_loop():
    with Client({"providers": []}) as client, pytest.raises(UnknownModel):
        client.chat("acme/none", "Hi")
    client.close()  # again: nothing happens


def test_a_start_that_fails_leaves_no_thread_behind():
    before = threading.enumerate()
    with pytest.raises(PluginError, match="no such plugin"):
        Client({"policies": {"no-such": {}}}).chat("a/b", "Hi")
    assert threading.enumerate() == before
