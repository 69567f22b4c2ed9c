"""Attempts and failover against upstreams that fail in every way: one prefix, one error, one record, the right bill."""

import asyncio
import base64
import json
import random
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from urllib.parse import quote

import pytest
from crossroads_openai_chat import OpenAIChat

from crossroads.call import Head
from crossroads.dialect import Reply
from crossroads.errors import PaymentRequired, UpstreamTimeout
from crossroads.hookspecs import hookimpl
from crossroads.testing import (
    Answer,
    Fault,
    Price,
    Recorder,
    ScriptedProvider,
    SteppedClock,
    Tokens,
    ToolCall,
    chat,
    exchange_with,
    offer,
    refusal,
    send,
)
from crossroads.testing.voices import voice_of, wire
from crossroads.types.usage import Usage

PATH = "/v1/chat/completions"
AT_CHAT = voice_of(PATH), PATH
PRICE = Price(input=150_000_000, output=600_000_000, cache_read=70_000_001, reasoning=900_000_000)
GOOD = Answer(pieces=("Hello", " there", "."))
BACKUP = Answer(pieces=("BACKUP", "!"))


@asynccontextmanager
async def world(*defaults, clock=None, timeouts=None, config=None, **plugins):
    """An exchange in front of one upstream per default answer -> (exchange, upstreams, recorder)."""
    async with AsyncExitStack() as stack:
        ups = [
            await stack.enter_async_context(ScriptedProvider(prices={"small": PRICE}, default=d, clock=clock))
            for d in defaults
        ]
        offers = [offer(f"p{i}", up, timeouts=timeouts, api_key=f"sk-canary-{i}") for i, up in enumerate(ups)]
        recorder = Recorder()
        sinks = {"recorder": recorder}
        x = await stack.enter_async_context(exchange_with(*offers, sinks=sinks, clock=clock, config=config, **plugins))
        yield x, ups, recorder


async def the_record(x, recorder, result):
    """The one record of this call; nothing is left in flight."""
    await recorder.wait_generations(1)
    (generation,) = recorder.generations
    assert generation.id == result.call.id
    assert [c.stats.in_flight for c in result.call.route.candidates] == [0] * len(result.call.route.candidates)
    assert [a.id for a in generation.attempts] == [a.id for a in result.call.route.attempts]
    assert "pending" not in [a.outcome for a in generation.attempts]
    return generation


def sse(*documents, end=b"\n\n"):
    return tuple(b"data: " + (d if isinstance(d, bytes) else json.dumps(d).encode()) + end for d in documents)


ROLE = {"choices": [{"index": 0, "delta": {"role": "assistant", "content": ""}, "finish_reason": None}]}
ERROR = {"error": {"message": "boom", "code": 500}}

BEFORE_A_TOKEN = {
    "reset before the head": Answer(fault=Fault("reset")),
    "closed before the head": Answer(fault=Fault("close")),
    "closed after the head": Answer(fault=Fault("close", 0)),
    "reset after the head": Answer(fault=Fault("reset", 0)),
    "closed in its first bytes": Answer(fault=Fault("close", 20)),
    "401": refusal(401),
    "402": refusal(402),
    "404": refusal(404),
    "408": refusal(408),
    "429": refusal(429, retry_after="30"),
    "500": refusal(500),
    "503": refusal(503),
    "529": refusal(529),
    "an error page": Answer(status=502, raw=(b"<html>Bad gateway</html>",), content_type="text/html"),
    "a redirect": Answer(status=307, raw=(b"",), headers=(("location", "http://127.0.0.1:1/"),)),
    "an empty 200": Answer(raw=(b"",), framing="length"),
    "no JSON": Answer(raw=(b"{garbage",), framing="length"),
    "an error in a 200": Answer(raw=(json.dumps(ERROR).encode(),), content_type="application/json", framing="length"),
}
BEFORE_A_STREAMED_TOKEN = {
    "garbage instead of events": Answer(raw=(b"\0\xff\x00garbage\n\n" * 5,)),
    "an event that is no JSON": Answer(raw=sse(ROLE, b"{not json")),
    "an error event": Answer(raw=sse(ROLE, ERROR)),
    "only a role, then the end": Answer(raw=sse(ROLE)),
    "only [DONE] and no framing": Answer(raw=sse(ROLE, b"[DONE")),
    "a plain reply to a stream request": Answer(
        raw=(json.dumps({"choices": [{"index": 0, "message": {"content": "x"}}]}).encode(),),
        content_type="application/json",
        framing="length",
    ),
}


@pytest.mark.parametrize("name", [*BEFORE_A_TOKEN, *BEFORE_A_STREAMED_TOKEN])
async def test_a_stream_fails_over_on_every_failure_before_its_first_token(name):
    bad = {**BEFORE_A_TOKEN, **BEFORE_A_STREAMED_TOKEN}[name]
    async with world(bad, BACKUP) as (x, ups, recorder):
        result = await send(x, chat(stream=True))
        generation = await the_record(x, recorder, result)
    assert (result.status, result.text) == (200, "BACKUP!")
    assert result.events[-1] == b"[DONE]"
    assert [a.outcome for a in generation.attempts] == ["failed", "ok"]
    assert (generation.outcome, generation.provider) == ("ok", "p1")
    assert generation.attempts[1].cost_nano == ups[1].bill_nano
    assert ERROR["error"]["message"] not in result.body.decode()


@pytest.mark.parametrize("name", BEFORE_A_TOKEN)
async def test_a_plain_call_fails_over_on_every_failure(name):
    async with world(BEFORE_A_TOKEN[name], BACKUP) as (x, ups, recorder):
        result = await send(x, chat())
        generation = await the_record(x, recorder, result)
    assert (result.status, result.text) == (200, "BACKUP!")
    assert [a.outcome for a in generation.attempts] == ["failed", "ok"]
    assert generation.attempts[1].cost_nano == ups[1].bill_nano


async def test_nobody_there_fails_over_and_can_not_have_been_billed():
    async with ScriptedProvider(default=BACKUP) as upstream:
        recorder = Recorder()
        offers = offer("gone", "http://127.0.0.1:1/v1"), offer("here", upstream)
        async with exchange_with(*offers, sinks={"recorder": recorder}) as x:
            result = await send(x, chat())
            generation = await the_record(x, recorder, result)
    assert result.text == "BACKUP!"
    assert generation.attempts[0].usage is None


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("status", [400, 413, 422])
async def test_a_fault_of_the_callers_is_not_repeated_elsewhere_and_not_held_against_the_endpoint(status, stream):
    async with world(refusal(status), BACKUP) as (x, ups, recorder):
        result = await send(x, chat(stream=stream))
        generation = await the_record(x, recorder, result)
        stats = result.call.route.candidates[0].stats
    assert (result.status, len(ups[1].requests), generation.outcome) == (status, 0, "failed")
    assert (stats.failures, stats.failed_at) == (0, None)


@pytest.mark.parametrize("framing", ["chunked", "close"])
async def test_a_stream_cut_at_any_byte_is_one_prefix_and_one_error_or_all_of_the_backup(framing):
    """DISP-1, STREAM-2."""
    _, pieces = wire(GOOD, *AT_CHAT, chat(model="small", stream=True, stream_options={"include_usage": True}))
    length = sum(map(len, pieces))
    seen = set()
    async with world(GOOD, BACKUP, config={"routing": {"breaker": {"max_ejected": 0}}}) as (x, ups, recorder):
        for at in range(length + 60):  # chunk sizes make it longer
            ups[0].script(Answer(pieces=GOOD.pieces, framing=framing, fault=Fault("close", at)))
            result = await send(x, chat(stream=True))
            attempts = result.call.route.attempts
            assert result.status == 200
            if attempts[-1].endpoint.provider == "p1":
                assert (result.text, [a.outcome for a in attempts]) == ("BACKUP!", ["failed", "ok"])
                assert result.events[-1] == b"[DONE]"
            elif attempts[0].outcome == "ok":
                assert (result.text, result.events[-1]) == ("Hello there.", b"[DONE]")
            else:
                assert [a.outcome for a in attempts] == ["cut"]
                assert result.text
                assert "Hello there.".startswith(result.text)
                assert b"[DONE]" not in result.body
                assert [b'"error"' in event for event in result.events].count(True) == 1
                assert b'"error"' in result.events[-1]
                assert attempts[0].cost.total_nano
            seen.add(attempts[-1].outcome if len(attempts) == 1 else "backup")
        await recorder.wait_generations(length + 60)
        assert len(recorder.generations) == length + 60
    assert seen == {"backup", "cut", "ok"}


@pytest.mark.parametrize("framing", ["length", "chunked", "close"])
async def test_a_plain_reply_cut_at_any_byte_is_never_given_out(framing):
    _, pieces = wire(Answer(framing=framing), *AT_CHAT, chat(model="small"))
    async with world(GOOD, BACKUP) as (x, ups, _):
        for at in range(sum(map(len, pieces))):
            ups[0].script(Answer(framing=framing, fault=Fault("close", at)))
            result = await send(x, chat())
            assert (result.status, result.text) == (200, "BACKUP!")


@pytest.mark.parametrize(
    "rest",
    [sse(ERROR), sse(b"{not json"), (b"data: \xff\xfe\n\n",), sse({"choices": "none"})],
    ids=["error event", "no JSON", "no UTF-8", "no choices"],
)
async def test_after_the_first_token_nobody_else_is_asked(rest):
    token = {"choices": [{"index": 0, "delta": {"content": "Hel"}, "finish_reason": None}]}
    async with world(Answer(raw=(*sse(token), *rest), gap_s=0.01), BACKUP) as (x, ups, recorder):
        result = await send(x, chat(stream=True))
        generation = await the_record(x, recorder, result)
    assert (result.text, len(ups[1].requests)) == ("Hel", 0)
    assert b"[DONE]" not in result.body
    assert (generation.outcome, generation.status) == ("cut", 200)
    assert generation.attempts[0].usage.quality == "estimated"
    assert generation.attempts[0].usage.output_tokens == 1


async def test_attempts_are_bounded_and_the_last_error_tells_of_those_before():
    answers = [refusal(503), refusal(500), refusal(429, retry_after="9"), BACKUP]
    async with world(*answers, config={"routing": {"max_attempts": 3}}) as (x, ups, recorder):
        result = await send(x, chat())
        generation = await the_record(x, recorder, result)
    assert [len(up.requests) for up in ups] == [1, 1, 1, 0]
    assert (result.status, result.header("retry-after")) == (429, "9")
    assert len(result.json["error"]["metadata"]["previous_errors"]) == 2
    assert [a.upstream_status for a in generation.attempts] == [503, 500, 429]
    assert generation.cost_nano in (None, 0)


class Reserves:
    """A policy that holds money, up to a limit."""

    def __init__(self, limit):
        self.limit, self.held, self.settled = limit, [], []

    @hookimpl
    async def policy_reserve(self, attempt):
        if len(self.held) == self.limit:
            raise PaymentRequired("The budget is used up.", remedy="Raise it.")
        self.held.append(attempt.id)

    @hookimpl
    async def policy_settle(self, usages):
        self.settled.append([attempt.id for attempt, _ in usages])


async def test_each_attempt_is_reserved_and_a_refusal_ends_the_call_before_the_next_is_sent():
    policy = Reserves(limit=1)
    async with world(Answer(fault=Fault("reset")), BACKUP, policies={"budget": policy}) as (x, ups, recorder):
        result = await send(x, chat())
        generation = await the_record(x, recorder, result)
    assert (result.status, len(ups[1].requests)) == (402, 0)
    assert policy.held == [generation.attempts[0].id]
    assert policy.settled == [policy.held], "sent, and perhaps billed: settled"
    assert generation.attempts[0].usage.quality == "uncertain"


async def test_a_policys_error_never_sends_the_call_elsewhere_whatever_its_kind():
    class Confused:
        @hookimpl
        def policy_reserve(self):
            raise UpstreamTimeout("My budget service is slow.", remedy="Wait.")

    async with world(BACKUP, BACKUP, policies={"confused": Confused()}) as (x, ups, recorder):
        result = await send(x, chat())
        generation = await the_record(x, recorder, result)
    assert (result.status, len(generation.attempts)) == (403, 1)
    assert [up.requests for up in ups] == [[], []]


@pytest.mark.parametrize("stream", [False, True])
async def test_a_key_that_a_provider_echoes_is_in_no_error_reason_or_record(stream):
    key = "unusual:as/keys=go"
    event = {"error": {"message": f"what is {key}?", "code": 500, "metadata": {"deep": [key]}}}
    answers = refusal(500, f"no {key}"), Answer(raw=sse(event)), refusal(418, f"{key}?")
    async with ScriptedProvider() as upstream:
        upstream.script(*(answers if stream else (answers[0], answers[0], answers[2])))
        recorder, offers = Recorder(), [offer(name, upstream, api_key=key) for name in ("a", "b", "c")]
        async with exchange_with(*offers, sinks={"recorder": recorder}) as x:
            result = await send(x, chat(stream=stream))
            await the_record(x, recorder, result)
    errors = [a.error for a in result.call.route.attempts]
    told = [result.body, result.call.route.explain(), recorder.events, errors, [vars(error) for error in errors]]
    assert key not in repr(told)
    assert "***" in repr(told)


@pytest.mark.parametrize("auth", [{"scheme": "basic"}, {"scheme": "query", "query": "key"}])
async def test_a_key_that_a_provider_echoes_as_it_was_sent_is_shown_to_nobody(auth):
    key = 'user:pass/"word"'
    spelled = base64.b64encode(key.encode()).decode(), quote(key, safe=""), key
    async with ScriptedProvider() as upstream:
        upstream.script(refusal(400, f"what is {spelled}?"))
        async with exchange_with(offer("a", upstream, api_key=key, manifest={"auth": auth})) as x:
            result = await send(x, chat())
    assert result.status == 400
    told = [result.body.decode(), json.loads(result.body)["error"]["message"], result.call.route.explain()]
    assert not any(way in text for way in spelled for text in map(str, told))


@pytest.mark.parametrize("counted", [-1, 1.5, float("nan"), float("inf")])
async def test_a_count_that_is_none_is_estimated_and_leaks_no_place_and_no_probe(counted):
    """MONEY-5; and whatever a dialect says, an attempt ends once."""

    class Counts(OpenAIChat):
        def relay_stream(self, stamp):
            relay = super().relay_stream(stamp)

            class Relayed:
                usage = Usage(input_tokens=3, output_tokens=counted)

                def __getattr__(self, name):
                    return getattr(relay, name)

            return Relayed()

    concurrency = {"routing": {"concurrency": {"start": 1, "max": 1}}}
    async with ScriptedProvider(prices={"small": PRICE}) as upstream, AsyncExitStack() as stack:
        recorder = Recorder()
        make = exchange_with(
            offer("a", upstream), dialects={"openai-chat": Counts()}, sinks={"r": recorder}, config=concurrency
        )
        x = await stack.enter_async_context(make)
        await send(x, chat(stream=True))
        (generation,) = await recorder.wait_generations(1)
        assert x.guard.slots.state("a/small")["concurrency"] == 0
    (attempt,) = generation.attempts
    assert attempt.usage.quality == "estimated"
    assert type(attempt.cost_nano) is int


@pytest.mark.parametrize("whole", [False, True])
async def test_a_count_that_came_before_the_content_does_not_bill_a_cut_stream(whole):
    """As Anthropic's `message_start`: all of the input, and one token of an output that is yet to come."""

    class Early(OpenAIChat):
        def relay_stream(self, stamp):
            relay = super().relay_stream(stamp)

            class Relayed:
                usage = Usage(input_tokens=3, output_tokens=1)

                def __getattr__(self, name):
                    return getattr(relay, name)

            return Relayed()

    fault = None if whole else Fault("close", at=4000)
    async with ScriptedProvider(
        prices={"small": PRICE}, default=Answer(pieces=("word",) * 50, fault=fault)
    ) as upstream:
        recorder, dialects = Recorder(), {"openai-chat": Early()}
        async with exchange_with(offer("a", upstream), dialects=dialects, sinks={"r": recorder}) as x:
            result = await send(x, chat(stream=True))
            (generation,) = await recorder.wait_generations(1)
    (attempt,), came = generation.attempts, result.body.count(b"word")
    assert came > 10
    told = attempt.usage
    if whole:
        assert (attempt.outcome, told) == ("ok", Usage(input_tokens=3, output_tokens=1))
    else:
        assert (attempt.outcome, told.input_tokens, told.quality) == ("cut", 3, "estimated")
        assert told.output_tokens >= came


async def test_who_leaves_while_the_call_waits_for_a_connection_is_charged_for_nothing():
    """Of what was sent perhaps, perhaps something is due; of what was not, nothing."""
    stalls = Answer(fault=Fault("stall"))
    async with world(stalls, config={"limits": {"connections_per_origin": 1}}) as (x, ups, recorder):
        first = asyncio.create_task(send(x, chat()))
        await ups[0].wait_received(1)
        second = asyncio.create_task(send(x, chat()))
        for _ in range(20):
            await asyncio.sleep(0)
        for task in (second, first):
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        await recorder.wait_generations(2)
    unsent, sent = [generation.attempts[0] for generation in recorder.generations]
    assert (unsent.outcome, unsent.usage, unsent.cost_nano) == ("cancelled", None, None)
    assert (sent.outcome, sent.usage.quality) == ("cancelled", "uncertain")


async def test_a_media_type_that_a_host_made_up_ends_no_header():
    class Sound(OpenAIChat):
        def relay_response(self, body, stamp):
            return Reply(body=b"sound", content_type="audio/x\r\nset-cookie: a=b")

    async with (
        ScriptedProvider() as upstream,
        exchange_with(offer("a", upstream), dialects={"openai-chat": Sound()}) as x,
    ):
        result = await send(x, chat())
    assert result.header("content-type") == "application/octet-stream"


# time


@pytest.mark.parametrize("stream", [False, True])
async def test_the_deadline_bounds_all_attempts_together(stream):
    """DISP-5: 2 s for each, 5 s for all: three attempts, and the end at 5 s."""
    clock, stalls = SteppedClock(), Answer(fault=Fault("stall"))
    async with world(stalls, stalls, stalls, BACKUP, clock=clock, timeouts={"first_byte_s": 2.0}) as (x, ups, recorder):
        task = asyncio.create_task(send(x, chat(stream=stream), deadline_s=5))
        for up in ups[:3]:
            await up.wait_received(1)
            assert not task.done()
            await clock.advance(2)
        result = await task
        generation = await the_record(x, recorder, result)
    assert result.status == 504
    assert [a.seconds for a in generation.attempts] == [2, 2, 1]
    assert (generation.seconds, len(ups[3].requests)) == (5, 0)


async def test_a_call_whose_deadline_a_policy_has_used_up_is_not_sent():
    """Sent, it would be cut at once, and billed."""
    clock = SteppedClock()

    class Slow:
        @hookimpl
        async def policy_admit(self):
            await clock.sleep(6)

    async with world(GOOD, clock=clock, config={"limits": {"policy_timeout_s": 10}}, policies={"slow": Slow()}) as (
        x,
        ups,
        _,
    ):
        for deadline_s in (60, 5):  # the first one leaves a connection behind
            task = asyncio.create_task(send(x, chat(), deadline_s=deadline_s))
            while not task.done():
                await clock.advance(1)
                await asyncio.sleep(0.001)
        result = task.result()
    assert (result.status, result.call.route.attempts) == (504, [])
    assert len(ups[0].requests) == 1


@pytest.mark.parametrize("at", [0, 100, 700])
async def test_a_stream_that_stalls_ends_with_the_deadline(at):
    clock = SteppedClock()
    async with world(Answer(fault=Fault("stall", at)), BACKUP, clock=clock) as (x, ups, recorder):
        task = asyncio.create_task(send(x, chat(stream=True), deadline_s=5))
        request = await ups[0].wait_received(1)
        await clock.advance(4.9)
        assert not task.done()
        await clock.advance(0.1)
        result = await task
        generation = await the_record(x, recorder, result)
        async with asyncio.timeout(5):
            await request.left.wait()
    assert generation.seconds == pytest.approx(5)
    assert len(ups[1].requests) == 0
    if at == 700:
        assert generation.outcome == "cut"
        assert b'"error"' in result.events[-1]
    else:
        assert (generation.outcome, result.status) == ("failed", 504)


async def test_a_stream_that_stalls_before_its_first_token_fails_over_after_the_read_timeout():
    clock = SteppedClock()
    stalled = Answer(fault=Fault("stall", 100))
    async with world(stalled, BACKUP, clock=clock, timeouts={"read_s": 3.0}) as (x, ups, _):
        task = asyncio.create_task(send(x, chat(stream=True)))
        await ups[0].wait_received(1)
        await clock.advance(3)
        assert (await task).text == "BACKUP!"


# hang-ups


async def test_a_caller_who_leaves_before_the_head_is_heard_by_the_upstream():
    async with world(Answer(fault=Fault("stall")), BACKUP) as (x, ups, recorder):
        task = asyncio.create_task(send(x, chat()))
        request = await ups[0].wait_received(1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        async with asyncio.timeout(5):
            await request.left.wait()
        (generation,) = await recorder.wait_generations(1)
    assert (generation.outcome, len(ups[1].requests)) == ("cancelled", 0)
    assert generation.attempts[0].usage.quality == "uncertain"


@pytest.mark.parametrize("parts", [1, 2, 3])
async def test_a_caller_who_leaves_in_the_middle_is_heard_by_the_upstream_and_what_came_is_metered(parts):
    async with world(Answer(pieces=("a ",) * 50, gap_s=0.005), BACKUP) as (x, ups, recorder):
        call = x.open_call("openai-chat", json.dumps(chat(stream=True)).encode())
        got = []
        async with aclosing(x.run(call)) as stream:
            async for part in stream:
                got.append(part)
                if len(got) == parts:
                    break
        assert isinstance(got[0], Head)
        (request,) = ups[0].requests
        async with asyncio.timeout(5):
            await request.left.wait()
            await request.over.wait()
        (generation,) = await recorder.wait_generations(1)
        (candidate, _) = call.route.candidates
    assert (generation.outcome, len(ups[1].requests)) == ("cancelled", 0)
    assert generation.attempts[0].usage.quality == "estimated"
    assert 1 <= generation.attempts[0].usage.output_tokens < 50
    assert generation.cost_nano > 0
    assert (candidate.stats.in_flight, candidate.stats.failures) == (0, 0)


# money


async def test_what_we_metered_is_what_the_provider_bills_to_the_nano_dollar():
    """MONEY-2, MONEY-4: plain, streamed, tools, usage in either place, and failures in between."""
    dice = random.Random(5)
    async with world(GOOD, GOOD) as (x, ups, recorder):
        count = 60
        for number in range(count):
            prompt, completion = dice.randint(1, 10**6), dice.randint(1, 10**5)
            tokens = Tokens(prompt, completion, cached=dice.randint(0, prompt), reasoning=dice.randint(0, completion))
            answer = Answer(
                tokens=tokens,
                reports=dice.choice(("last", "finish")),
                tool_calls=dice.choice(((), (ToolCall("f"),))),
            )
            if dice.random() < 0.3:
                ups[0].script(refusal(dice.choice((429, 500, 503))))
                ups[1].script(answer)
            else:
                ups[0].script(answer)
            result = await send(x, chat(stream=number % 2 == 0))
            assert result.status == 200
        generations = await recorder.wait_generations(count)
    assert sum(generation.cost_nano for generation in generations) == ups[0].bill_nano + ups[1].bill_nano
    attempts = [a for generation in generations for a in generation.attempts if a.usage is not None]
    assert len(attempts) == len(ups[0].bill) + len(ups[1].bill) == count
    for generation, line in zip(
        sorted(generations, key=lambda g: g.cost_nano),
        sorted([*ups[0].bill, *ups[1].bill], key=lambda charge: charge.nano),
        strict=True,
    ):
        assert generation.cost_nano == line.nano


@pytest.mark.parametrize("stream", [False, True])
async def test_a_reply_without_usage_is_estimated_and_never_free(stream):
    async with world(Answer(reports="no")) as (x, _, recorder):
        result = await send(x, chat("Hi " * 100, stream=stream))
        generation = await the_record(x, recorder, result)
    usage = generation.attempts[0].usage
    assert usage.quality == "estimated"
    assert usage.input_tokens >= 75
    assert usage.output_tokens > 0
    assert generation.cost_nano > 0


async def test_an_unknown_price_is_an_unknown_cost_and_not_zero():
    async with ScriptedProvider() as upstream:
        recorder = Recorder()
        async with exchange_with(offer("acme", upstream), sinks={"recorder": recorder}) as x:
            result = await send(x, chat())
            generation = await the_record(x, recorder, result)
    assert generation.cost_nano is None
    assert result.json["usage"]["cost"] is None
