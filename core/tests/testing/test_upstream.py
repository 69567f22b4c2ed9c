"""The scripted provider: it says what it was told to, breaks where it was told to, and its bill is its own."""

import json

import httpx
import pytest

from crossroads.testing import Answer, Fault, Price, ScriptedProvider, Tokens, ToolCall
from crossroads.testing.answers import refusal

ASK = {"model": "small", "messages": [{"role": "user", "content": "Hi"}]}
PRICE = Price(input=150_000_000, output=600_000_000, cache_read=75_000_000)


@pytest.fixture
async def upstream():
    async with ScriptedProvider(prices={"small": PRICE}) as upstream:
        yield upstream


@pytest.fixture
async def client(upstream):
    async with httpx.AsyncClient(base_url=upstream.base_url) as client:
        yield client


async def test_a_plain_reply_is_billed_at_its_own_prices(upstream, client):
    upstream.script(Answer(pieces=("Good ", "day"), tokens=Tokens(prompt=10, completion=3, cached=4)))
    said = (await client.post("/chat/completions", json=ASK)).json()
    assert said["choices"][0]["message"]["content"] == "Good day"
    assert said["usage"]["prompt_tokens_details"]["cached_tokens"] == 4
    # 6 fresh at 0.15, 4 cached at 0.075, 3 out at 0.60 USD per million: 0.9 + 0.3 + 1.8 = 3.0 micro-dollars
    assert upstream.bill_nano == 3_000
    assert upstream.requests[0].json == ASK
    assert upstream.requests[0].charge.complete


async def test_a_cost_is_rounded_up_once_per_request(upstream, client):
    upstream.prices["small"] = Price(input=1, output=1)
    for _ in range(3):
        await client.post("/chat/completions", json=ASK)
    assert upstream.bill_nano == 3


async def test_a_stream_ends_with_usage_when_asked_and_with_done(upstream, client):
    asked = {**ASK, "stream": True, "stream_options": {"include_usage": True}}
    reply = await client.post("/chat/completions", json=asked)
    events = reply.text.split("\n\n")
    assert events[-2] == "data: [DONE]"
    assert json.loads(events[-3].removeprefix("data: "))["usage"]["completion_tokens"] == 5
    reply = await client.post("/chat/completions", json={**ASK, "stream": True})
    assert "usage" not in reply.text


async def test_a_streamed_tool_call_comes_in_parts(upstream, client):
    upstream.script(Answer(tool_calls=(ToolCall("weather", '{"city": "Bern"}'),), reasoning=("Hm.",)))
    reply = await client.post("/chat/completions", json={**ASK, "stream": True})
    chunks = [json.loads(e.removeprefix("data: ")) for e in reply.text.split("\n\n")[:-2]]
    deltas = [chunk["choices"][0]["delta"] for chunk in chunks]
    parts = [call["function"] for delta in deltas for call in delta.get("tool_calls", ())]
    assert "".join(part["arguments"] for part in parts) == '{"city": "Bern"}'
    assert chunks[-1]["choices"][0]["finish_reason"] == "tool_calls"
    assert {"reasoning": "Hm."} in deltas


async def test_completions_and_embeddings_answer_in_their_own_shape(upstream, client):
    said = (await client.post("/completions", json={"model": "small", "prompt": "Hi"})).json()
    assert said["choices"][0]["text"] == "Hello there."
    said = (await client.post("/embeddings", json={"model": "small", "input": ["a", "b"]})).json()
    assert [row["index"] for row in said["data"]] == [0, 1]
    assert [row["id"] for row in (await client.get("/models")).json()["data"]] == ["small"]
    assert len(upstream.bill) == 2


async def test_scripts_come_by_order_then_by_model_then_by_default(upstream, client):
    upstream.by_model["big"] = Answer(pieces=("big",))
    upstream.script(refusal(503), lambda request: Answer(pieces=(request.json["model"].upper(),)))
    replies = [await client.post("/chat/completions", json={**ASK, "model": m}) for m in ("big", "big", "big", "small")]
    assert replies[0].status_code == 503
    texts = [reply.json()["choices"][0]["message"]["content"] for reply in replies[1:]]
    assert texts == ["BIG", "big", "Hello there."]


async def test_a_refusal_costs_nothing_and_may_quote_the_key(upstream, client):
    upstream.script(refusal(429, "slow down, {authorization}", retry_after="7"))
    reply = await client.post("/chat/completions", json=ASK, headers={"authorization": "Bearer sk-canary"})
    assert (reply.status_code, reply.headers["retry-after"]) == (429, "7")
    assert "Bearer sk-canary" in reply.text
    assert upstream.bill == []


@pytest.mark.parametrize("framing", ["length", "chunked", "close"])
async def test_a_cut_answer_stops_at_that_byte_and_is_billed_in_part(upstream, client, framing):
    upstream.script(Answer(framing=framing, fault=Fault("close", 40), tokens=Tokens(prompt=10, completion=100)))
    got = b""
    with pytest.raises(httpx.RemoteProtocolError) if framing != "close" else httpx.Client():
        async with client.stream("POST", "/chat/completions", json=ASK) as reply:
            async for data in reply.aiter_raw():
                got += data
    (request,) = upstream.requests
    await request.over.wait()
    assert request.body_bytes_sent == 40
    assert len(got) <= 40
    assert not request.charge.complete
    assert request.charge.tokens.prompt == 10
    assert 0 < request.charge.tokens.completion < 100


async def test_a_reset_before_the_head_is_seen_as_one(upstream, client):
    upstream.script(Answer(fault=Fault("reset")))
    with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
        await client.post("/chat/completions", json=ASK)


async def test_it_sees_a_caller_hang_up(upstream, client):
    upstream.script(Answer(fault=Fault("stall", 10)))
    async with client.stream("POST", "/chat/completions", json={**ASK, "stream": True}):
        request = await upstream.wait_received(1)
        assert not request.hung_up
    await request.left.wait()
    await request.over.wait()
    assert request.charge.tokens.prompt == 12


async def test_one_connection_carries_many_requests(upstream, client):
    for _ in range(3):
        await client.post("/chat/completions", json=ASK)
    assert upstream.connections == 1
