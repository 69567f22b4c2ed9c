"""Streams carried on after a break: one text, one end, marked, paid for once, and never where nobody can go on."""

import json
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from crossroads.testing import (
    Answer,
    Price,
    Recorder,
    ScriptedProvider,
    Tokens,
    ToolCall,
    chat,
    exchange_with,
    offer,
    refusal,
    send,
)

PRICE = Price(input=150_000_000, output=600_000_000)
PREFILL = ["assistant_prefill", "max_tokens"]
RESUME = {"provider": {"resume": True}}
REST = Answer(pieces=(" world", "!"), tokens=Tokens(20, 2))


def sse(*deltas, end=b""):
    chunks = [{"choices": [{"index": 0, "delta": delta, "finish_reason": None}]} for delta in deltas]
    return (*(b"data: %b\n\n" % json.dumps(chunk).encode() for chunk in chunks), end)


ROLE = {"role": "assistant", "content": ""}
CUT = Answer(raw=sse(ROLE, {"content": "Hello,"}, {"content": " big"}), framing="close")


@asynccontextmanager
async def world(*defaults, able=(True, True, True), **routing):
    async with AsyncExitStack() as stack:
        ups = [await stack.enter_async_context(ScriptedProvider(prices={"small": PRICE}, default=d)) for d in defaults]
        offers = [
            offer(f"p{i}", up, api_key=f"sk-{i}", **({"supported_parameters": PREFILL} if able[i] else {}))
            for i, up in enumerate(ups)
        ]
        recorder = Recorder()
        x = await stack.enter_async_context(
            exchange_with(*offers, sinks={"recorder": recorder}, config={"routing": routing})
        )
        yield x, ups, recorder


def documents(result):
    return [json.loads(data) for data in result.events if data != b"[DONE]"]


async def test_a_broken_stream_goes_on_elsewhere_as_one_text_marked_where_it_was_mended():
    async with world(CUT, REST) as (x, ups, recorder):
        result = await send(x, chat(stream=True, max_tokens=50, **RESUME))
        (generation,) = await recorder.wait_generations(1)
    assert (result.status, result.text) == (200, "Hello, big world!")
    assert result.events[-1] == b"[DONE]"
    assert b'"error"' not in result.body
    assert b": RESUMED BY p1" in result.body
    (mark,) = [document["resumed"] for document in documents(result) if "resumed" in document]
    taken = {"from": "p0", "provider": "p1", "model": "test/model"}
    assert mark == {"after_characters": 10, "because": "provider_unavailable", **taken}
    # the second was asked to go on with what the first had said, and with what was left of its tokens
    asked = ups[1].requests[0].json
    assert asked["messages"][-1] == {"role": "assistant", "content": "Hello, big"}
    assert asked["max_tokens"] == 50 - 2
    assert "resume" not in json.dumps(asked)
    # one record, in which both stand
    assert [a.outcome for a in generation.attempts] == ["cut", "ok"]
    assert (generation.outcome, generation.provider) == ("ok", "p1")


async def test_usage_and_cost_are_those_of_all_attempts_and_leave_once():
    async with world(CUT, REST) as (x, ups, recorder):
        result = await send(x, chat(stream=True, **RESUME))
        (generation,) = await recorder.wait_generations(1)
    (usage,) = [document["usage"] for document in documents(result) if document.get("usage")]
    cut, ok = generation.attempts
    assert usage["completion_tokens"] == cut.usage.completion_tokens + ok.usage.completion_tokens == 2 + 2
    assert usage["prompt_tokens"] == cut.usage.prompt_tokens + 20
    assert (cut.usage.quality, ok.usage.quality) == ("estimated", "exact")
    assert ok.cost_nano == ups[1].bill_nano
    assert usage["cost"] == pytest.approx((cut.cost_nano + ok.cost_nano) / 1e9)
    assert generation.charged_nano == generation.cost_nano == cut.cost_nano + ok.cost_nano


async def test_it_may_break_more_than_once_and_ends_with_the_bound_on_attempts():
    more = Answer(raw=sse(ROLE, {"content": " and"}), framing="close")
    async with world(CUT, more, REST) as (x, ups, _):
        assert (await send(x, chat(stream=True, **RESUME))).text == "Hello, big and world!"
        assert ups[2].requests[0].json["messages"][-1]["content"] == "Hello, big and"
    async with world(CUT, more, REST, max_attempts=2) as (x, ups, recorder):
        result = await send(x, chat(stream=True, **RESUME))
        (generation,) = await recorder.wait_generations(1)
    assert result.text == "Hello, big and"
    assert [b'"error"' in event for event in result.events].count(True) == 1
    assert generation.outcome == "cut"
    assert [a.waived for a in generation.attempts] == ["failed", "failed"], (
        "an answer that ends in an error is not charged"
    )


async def test_an_attempt_that_fails_before_its_token_goes_on_to_the_next_and_the_broken_one_comes_last():
    async with world(CUT, refusal(503)) as (x, ups, recorder):
        ups[0].script(CUT, REST)
        assert (await send(x, chat(stream=True, **RESUME))).text == "Hello, big world!"
        (generation,) = await recorder.wait_generations(1)
    assert [(a.provider, a.outcome) for a in generation.attempts] == [("p0", "cut"), ("p1", "failed"), ("p0", "ok")]


async def test_one_that_refuses_to_go_on_hides_neither_the_next_nor_what_broke():
    async with world(CUT, refusal(400), REST) as (x, _, _recorder):
        assert (await send(x, chat(stream=True, **RESUME))).text == "Hello, big world!"
    async with world(CUT, refusal(400, "no prefill"), refusal(400, "no prefill")) as (x, _, _recorder):
        result = await send(x, chat(stream=True, **RESUME))
    assert "ended before" in result.events[-1].decode()
    assert result.call.error.code == "provider_unavailable"


async def test_only_those_who_go_on_with_a_begun_answer_are_asked():
    async with world(CUT, REST, REST, able=(True, False, True)) as (x, ups, _):
        result = await send(x, chat(stream=True, **RESUME))
        assert (result.text, [len(up.requests) for up in ups]) == ("Hello, big world!", [1, 0, 1])
        assert "not tried: it can't carry on what another has begun" in [r.text for r in result.call.route.reasons]
    async with world(CUT, REST, able=(False, False, False)) as (x, ups, _):
        result = await send(x, chat(stream=True, **RESUME))
        assert (result.text, len(ups[1].requests)) == ("Hello, big", 0)
        assert b'"error"' in result.events[-1]


@pytest.mark.parametrize(
    ("config", "asked", "resumed"),
    [(False, None, False), (True, None, True), (True, False, False), (False, True, True)],
)
async def test_it_is_asked_for_by_the_operator_or_the_caller_and_the_caller_decides(config, asked, resumed):
    async with world(CUT, REST, resume=config) as (x, _, _recorder):
        fields = {} if asked is None else {"provider": {"resume": asked}}
        result = await send(x, chat(stream=True, **fields))
    assert (result.text == "Hello, big world!") == resumed
    assert (b'"error"' in result.events[-1]) != resumed


CALL = {"index": 0, "id": "c", "type": "function", "function": {"name": "f", "arguments": '{"a'}}


@pytest.mark.parametrize(
    ("deltas", "fields"),
    [
        ([ROLE, {"content": "I will call"}, {"tool_calls": [CALL]}], {}),
        ([ROLE, {"reasoning": "Let me think"}, {"content": "Well"}], {}),
        ([ROLE, {"reasoning": "Let me think"}], {}),
        ([ROLE, {"content": "   "}], {}),
        ([ROLE, {"content": '{"a'}], {"response_format": {"type": "json_object"}}),
        ([ROLE, {"content": "one"}], {"n": 2}),
    ],
    ids=["half a tool call", "a thought and text", "a thought", "blanks", "JSON is bound", "two answers"],
)
async def test_what_nobody_can_go_on_from_ends_with_its_error(deltas, fields):
    async with world(Answer(raw=sse(*deltas), framing="close"), REST) as (x, ups, recorder):
        result = await send(x, chat(stream=True, **RESUME, **fields))
        (generation,) = await recorder.wait_generations(1)
    assert len(ups[1].requests) == 0
    assert b'"error"' in result.events[-1]
    assert b"[DONE]" not in result.body
    assert generation.outcome == "cut"


async def test_what_binds_an_answer_is_seen_in_any_dialects_words():
    document = {"model": "test/model", "stream": True, "input": "Hi", "text": {"format": {"type": "json_object"}}}
    async with world(CUT, REST, resume=True) as (x, ups, _):
        result = await send(x, document, dialect="openai-responses")
        assert len(ups[1].requests) == 0
        assert json.loads(result.events[-1])["type"] in ("error", "response.failed")


async def test_a_call_that_does_not_break_is_like_any_other():
    answer = Answer(tool_calls=(ToolCall("f", '{"x": 1}'),))
    async with world(answer) as (x, ups, recorder):
        plain = await send(x, chat(stream=True))
        told = await send(x, chat(stream=True, **RESUME))
        first, second = await recorder.wait_generations(2)
    assert documents(told)[-2]["choices"][0]["finish_reason"] == "tool_calls"
    assert documents(told)[-1]["usage"] == documents(plain)[-1]["usage"]
    assert first.cost_nano == second.cost_nano == ups[0].bill[0].nano


async def test_white_space_between_the_parts_is_sent_once():
    ends_blank = Answer(raw=sse(ROLE, {"content": "Hello, \n"}), framing="close")
    for rest, whole in (("world", "Hello, \nworld"), (" \nworld", "Hello, \nworld"), ("\nworld", "Hello, \n\nworld")):
        async with world(ends_blank, Answer(pieces=(rest,))) as (x, ups, _):
            result = await send(x, chat(stream=True, **RESUME))
            assert ups[1].requests[0].json["messages"][-1]["content"] == "Hello,"
        assert result.text == whole


async def test_a_client_of_another_dialect_reads_one_message():
    document = {"model": "test/model", "max_tokens": 9, "stream": True, "messages": [{"role": "user", "content": "Hi"}]}
    async with world(CUT, REST, resume=True) as (x, _, _recorder):
        result = await send(x, document, dialect="anthropic-messages")
    events = [json.loads(data) for data in result.events]
    kinds = [event["type"] for event in events]
    assert [kinds.count(kind) for kind in ("message_start", "content_block_start", "message_stop")] == [1, 1, 1]
    texts = [event["delta"]["text"] for event in events if event["type"] == "content_block_delta"]
    assert "".join(texts) == "Hello, big world!"


async def test_a_stream_of_another_model_carries_on():
    async with ScriptedProvider(prices={"small": PRICE}, default=CUT) as up, ScriptedProvider(default=REST) as other:
        offers = offer("p0", up), offer("p1", other, models={"other/model": "large"}, supported_parameters=PREFILL)
        async with exchange_with(*offers) as x:
            result = await send(x, chat(stream=True, models=["test/model", "other/model"], **RESUME))
    assert result.text == "Hello, big world!"
    assert [d["resumed"]["model"] for d in documents(result) if "resumed" in d] == ["other/model"]
