"""Through a whole exchange: a Responses client and a chat host, a chat client and a Responses host, both the same."""

import json

import pytest

from crossroads import embed
from crossroads.call import Rewrite
from crossroads.hookspecs import hookimpl
from crossroads.testing.answers import Answer, ToolCall
from crossroads.testing.plugins import MODEL, chat, exchange_with, offer, send
from crossroads.testing.recordings import vectors
from crossroads.testing.upstream import ScriptedProvider

VECTORS = {vector.name: vector for vector in vectors("openai-responses")}
# The scripted host answers chat's path only; what it says there is ours to script.
RESPONSES = {"operations": {"chat": {"dialect": "openai-responses", "url": "{base_url}/chat/completions"}}}
ASK = {"model": MODEL, "input": "Hi"}


class Reader:
    """A policy that asks for the typed request, as any that looks at messages does."""

    @hookimpl
    def policy_admit(self, call):
        return Rewrite(call.request())


def recorded(name):
    vector = VECTORS[name]
    return Answer(raw=(vector.body,), content_type="text/event-stream" if vector.is_stream else "application/json")


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("tools", [(), (ToolCall("f"),)])
async def test_a_chat_model_answers_a_responses_client(stream, tools):
    async with ScriptedProvider() as host, exchange_with(offer("acme", host)) as x:
        host.script(Answer(tool_calls=tools))
        got = await send(x, {**ASK, "stream": stream}, dialect="openai-responses")
        final = json.loads(got.events[-2])["response"] if stream else got.json
        assert got.status == 200
        assert (final["id"], final["model"], final["status"]) == (got.call.id, MODEL, "completed")
        kinds = [item["type"] for item in final["output"]]
        assert kinds == (["function_call"] if tools else ["message"])
        assert tools or final["output"][0]["content"][0]["text"] == "Hello there."
        assert final["usage"]["total_tokens"] > 0
        assert host.requests[0].json["messages"] == [{"role": "user", "content": "Hi"}]


@pytest.mark.parametrize("name", ["reply-web-search", "stream"])
async def test_a_responses_host_answers_a_chat_client(name):
    async with ScriptedProvider() as host, exchange_with(offer("acme", host, manifest=RESPONSES)) as x:
        host.script(recorded(name))
        got = await send(x, chat(stream=name == "stream"))
        assert got.status == 200
        assert got.text
        assert host.requests[0].json["input"] == [{"role": "user", "content": "Hi"}]
        assert host.requests[0].json["store"] is False
        assert b'"native"' not in got.body
        if name == "reply-web-search":
            assert got.header("x-crossroads-changed") == "web_search_call=dropped"


@pytest.mark.parametrize("policies", [{}, {"reader": Reader()}])
async def test_between_two_responses_ends_all_items_pass_whether_or_not_a_policy_reads_them(policies):
    items = [{"role": "user", "content": "Hi"}, {"type": "mcp_call", "id": "m", "name": "f", "arguments": "{}"},
             {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "phase": "commentary",
              "content": [{"type": "output_text", "text": "Yes", "annotations": []}]}]  # fmt: skip
    async with ScriptedProvider() as host:
        offered = offer("acme", host, manifest=RESPONSES)
        async with exchange_with(offered, policies=policies) as x:
            host.script(recorded("reply-web-search"))
            got = await send(x, {**ASK, "input": items, "truncation": "auto"}, dialect="openai-responses")
            sent = host.requests[0].json
    assert (sent["input"], sent["truncation"]) == (items, "auto")
    assert got.json["output"] == json.loads(VECTORS["reply-web-search"].body)["output"]
    assert got.header("x-crossroads-changed") is None


async def test_a_chat_host_is_left_out_where_a_call_makes_no_sense_to_it():
    item = {"type": "compaction", "id": "cmp_1", "encrypted_content": "x"}
    async with ScriptedProvider() as host, ScriptedProvider() as other:
        other.script(recorded("reply"))
        async with exchange_with(offer("acme", host), offer("better", other, manifest=RESPONSES)) as x:
            got = await send(x, {**ASK, "input": [item]}, dialect="openai-responses")
            assert got.status == 200
            assert (len(host.requests), len(other.requests)) == (0, 1)


async def test_an_error_has_the_formats_skin():
    async with ScriptedProvider() as host, exchange_with(offer("acme", host)) as x:
        host.script(Answer(status=429, raw=(b'{"error": {"message": "Slow.", "code": "rate_limit_exceeded"}}',)))
        got = await send(x, ASK, dialect="openai-responses")
        assert got.status == 429
        assert (got.json["status"], got.json["error_type"]) == ("failed", "rate_limit_exceeded")


async def test_openais_own_client_reads_replies_and_streams():
    openai, httpx2 = pytest.importorskip("openai"), pytest.importorskip("httpx2")
    async with (
        ScriptedProvider() as host,
        exchange_with(offer("acme", host)) as x,
        embed.async_client(httpx2, x) as inside,
    ):
        sdk = openai.AsyncOpenAI(base_url="http://in.process/v1", api_key="any", max_retries=0, http_client=inside)
        reply = await sdk.responses.create(**ASK, store=False)
        assert reply.output_text == "Hello there."
        assert reply.usage.output_tokens > 0
        events = [event async for event in await sdk.responses.create(**ASK, stream=True)]
        assert "".join(e.delta for e in events if e.type == "response.output_text.delta") == "Hello there."
        assert events[-1].type == "response.completed"
        with pytest.raises(openai.BadRequestError, match="nothing is stored here"):
            await sdk.responses.create(**ASK, store=True)
