"""In-process transports, for both flavours, sync and async."""

import httpx
import httpx2
import pytest

from crossroads import embed
from crossroads.testing.plugins import chat, exchange_with, offer
from crossroads.testing.upstream import ScriptedProvider

FLAVOURS = pytest.mark.parametrize("flavour", [httpx, httpx2], ids=["httpx", "httpx2"])


@FLAVOURS
async def test_a_call_and_a_stream_go_through_the_pipeline(flavour):
    async with (
        ScriptedProvider() as upstream,
        exchange_with(offer("acme", upstream)) as x,
        embed.async_client(flavour, x) as inside,
    ):
        reply = await inside.post("/chat/completions", json=chat())
        assert reply.status_code == 200
        assert reply.headers["x-generation-id"] == reply.json()["id"]
        async with inside.stream("POST", "/chat/completions", json=chat(stream=True)) as streamed:
            lines = [line async for line in streamed.aiter_lines() if line]
        assert lines[-1] == "data: [DONE]"


@FLAVOURS
async def test_what_is_not_served_is_an_error_in_the_envelope(flavour):
    async with (
        ScriptedProvider() as up,
        exchange_with(offer("acme", up)) as x,
        embed.async_client(flavour, x) as inside,
    ):
        for reply, status in (
            (await inside.post("/nothing"), 404),
            (await inside.get("/chat/completions"), 405),
            (await inside.post("/chat/completions", content=b"{"), 400),
            (await inside.post("/chat/completions", json=chat(model="acme/none")), 400),
        ):
            assert reply.status_code == status
            assert reply.json()["error"]["code"] == status


@FLAVOURS
def test_a_client_without_an_event_loop_owns_its_exchange_and_closes_it(flavour):
    with embed.client(flavour, {"providers": []}) as inside:
        reply = inside.post("/chat/completions", json=chat(model="acme/none"))
        assert reply.status_code == 400
        assert "acme/none" in reply.json()["error"]["message"]
