"""Anthropic's own SDK, unmodified, in front of the pipeline and an upstream that speaks OpenAI's format."""

import json

import httpx2
import pytest

from crossroads import embed, jsonbody
from crossroads.hookspecs import hookimpl
from crossroads.testing.answers import Answer, ToolCall, refusal
from crossroads.testing.plugins import MODEL, exchange_with, installed_dialects, offer
from crossroads.testing.recordings import vectors
from crossroads.testing.upstream import ScriptedProvider

anthropic = pytest.importorskip("anthropic", reason="Anthropic's SDK is not installed")
TypeAdapter = pytest.importorskip("pydantic").TypeAdapter
needs_installation = pytest.mark.skipif(
    "anthropic-messages" not in installed_dialects(), reason="the package is not installed"
)
ASKED = {"model": MODEL, "max_tokens": 50, "messages": [{"role": "user", "content": "Hi"}]}
TOOL = {"name": "weather", "description": "d", "input_schema": {"type": "object", "properties": {}}}


@pytest.fixture
async def sdk():
    async with (
        ScriptedProvider() as upstream,
        exchange_with(offer("acme", upstream, price_usd_per_mtok={"input": "1", "output": "2"})) as exchange,
        embed.async_client(httpx2, exchange) as inside,
    ):
        client = anthropic.AsyncAnthropic(
            http_client=inside, base_url="http://crossroads.local/api", api_key="any", max_retries=0
        )
        yield client, upstream


@needs_installation
async def test_a_message(sdk):
    client, upstream = sdk
    upstream.script(Answer(pieces=("Hello.",), reasoning=("hm",)))
    message = await client.messages.create(**ASKED, system="Be brief.")
    assert [block.type for block in message.content] == ["thinking", "text"]
    assert (message.content[1].text, message.stop_reason, message.model) == ("Hello.", "end_turn", MODEL)
    assert message.usage.output_tokens > 0
    assert message.usage.model_extra["cost"] > 0
    assert upstream.requests[0].json["messages"][0] == {"role": "system", "content": "Be brief."}


@needs_installation
async def test_a_stream_adds_up_to_the_same_message(sdk):
    client, upstream = sdk
    answer = Answer(pieces=("Hel", "lo."), reasoning=("h", "m"))
    upstream.script(answer, answer, answer)
    async with client.messages.stream(**ASKED) as stream:
        text = "".join([piece async for piece in stream.text_stream])
        final = await stream.get_final_message()
    whole = await client.messages.create(**ASKED)
    assert text == "Hello."
    assert final.model_dump(exclude={"id"})["content"] == whole.model_dump(exclude={"id"})["content"]
    assert (final.stop_reason, final.usage.output_tokens) == (whole.stop_reason, whole.usage.output_tokens)
    events = [event async for event in await client.messages.create(**ASKED, stream=True)]
    (end,) = [event for event in events if event.type == "message_delta"]
    assert end.usage.model_extra["cost"] == whole.usage.model_extra["cost"]  # the helper keeps known counts only


@needs_installation
@pytest.mark.parametrize("stream", [False, True])
async def test_a_tool_is_called_and_its_result_taken(sdk, stream):
    client, upstream = sdk
    upstream.script(Answer(tool_calls=(ToolCall(name="weather", arguments='{"city": "Oslo"}', id="call_1"),)), Answer())
    if stream:
        async with client.messages.stream(**ASKED, tools=[TOOL]) as events:
            message = await events.get_final_message()
    else:
        message = await client.messages.create(**ASKED, tools=[TOOL])
    (call,) = message.content
    assert (call.name, call.input, message.stop_reason) == ("weather", {"city": "Oslo"}, "tool_use")
    result = {"type": "tool_result", "tool_use_id": call.id, "content": "cold"}
    turns = [
        *ASKED["messages"],
        {"role": "assistant", "content": message.content},
        {"role": "user", "content": [result]},
    ]
    await client.messages.create(**ASKED | {"messages": turns}, tools=[TOOL])
    asked, answered = upstream.requests[1].json["messages"][1:]
    assert asked["tool_calls"][0]["id"] == answered["tool_call_id"] == call.id
    assert answered == {"role": "tool", "tool_call_id": call.id, "content": "cold"}


@needs_installation
async def test_errors_are_the_sdks_own(sdk):
    client, upstream = sdk
    upstream.script(refusal(429, retry_after="3"))
    with pytest.raises(anthropic.RateLimitError) as caught:
        await client.messages.create(**ASKED)
    assert caught.value.body["error"]["error_type"] == "rate_limit_exceeded"
    with pytest.raises(anthropic.BadRequestError):
        await client.messages.create(**ASKED | {"model": "acme/none"})


@needs_installation
async def test_a_key_in_anthropics_header_is_the_callers():
    class Notes:
        seen = []

        @hookimpl
        def policy_admit(self, call):
            self.seen.append(call.caller.token)

    async with (
        ScriptedProvider() as upstream,
        exchange_with(offer("acme", upstream), policies={"notes": Notes}) as exchange,
        embed.async_client(httpx2, exchange) as inside,
    ):
        for headers in ({"x-api-key": "one"}, {"authorization": "Bearer two"}):
            reply = await inside.post("/messages", json=ASKED | {"context_management": {"edits": []}}, headers=headers)
            assert reply.status_code == 200
            assert reply.headers["x-crossroads-changed"] == "context_management=dropped"
    assert Notes.seen == ["one", "two"]


def test_what_goes_upstream_fits_the_published_types():
    """Requests that were decoded and encoded again, without their originals."""
    from anthropic.types import ContentBlockParam, MessageParam, ToolUnionParam
    from anthropic.types.message_create_params import MessageCreateParamsNonStreaming, MessageCreateParamsStreaming
    from crossroads_anthropic_messages import AnthropicMessages

    dialect = AnthropicMessages()
    checked = 0
    for vector in vectors("anthropic-messages"):
        if vector.request is None or vector.status != 200:
            continue
        opened = dialect.open(vector.request)
        request = dialect.decode_request(opened)
        plain = type(request).model_validate_json(request.model_dump_json(exclude_unset=True, by_alias=True))
        draft = dialect.encode_request(plain, url="", upstream=opened.models[0], stream=opened.stream)
        sent = json.loads(jsonbody.encode(draft.document))
        kind = MessageCreateParamsStreaming if opened.stream else MessageCreateParamsNonStreaming
        TypeAdapter(kind).validate_python(sent)
        for message in sent["messages"]:
            TypeAdapter(MessageParam).validate_python(message)
            for block in message["content"] if isinstance(message["content"], list) else ():
                TypeAdapter(ContentBlockParam).validate_python(block)
        for tool in sent.get("tools", ()):
            if not tool.get("type", "").startswith("advisor_"):  # in beta, and in the beta types only
                TypeAdapter(ToolUnionParam).validate_python(tool)
        checked += 1
    assert checked >= 5
