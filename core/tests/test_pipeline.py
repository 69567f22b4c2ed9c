"""The one way through: one Head, one record, one settle, however a call ends; no word of its content in an event."""

import asyncio
import hashlib
import json
from contextlib import aclosing, asynccontextmanager

import msgspec
import pytest

from crossroads.call import Deny, Head, Lost, Rewrite
from crossroads.errors import PaymentRequired
from crossroads.hookspecs import hookimpl
from crossroads.testing import (
    Answer,
    Fault,
    Price,
    Recorder,
    ScriptedProvider,
    ToolCall,
    chat,
    exchange_with,
    offer,
    refusal,
    send,
)

PROMPT, ANSWER = "canary-of-the-prompt", "canary-of-the-answer"


class Ledger:
    """A policy that counts what is settled."""

    def __init__(self, admits=None):
        self.admits, self.settled = admits, []

    @hookimpl
    async def policy_admit(self, call):
        return self.admits(call) if self.admits else None

    @hookimpl
    async def policy_settle(self, call, usages):
        await asyncio.sleep(0)
        self.settled.append((call.id, [usage for _, usage in usages]))


@asynccontextmanager
async def world(*answers, admits=None, config=None, policies=None):
    """-> (exchange, upstream, ledger, recorder)."""
    async with ScriptedProvider(prices={"small": Price(10**9, 10**9)}) as upstream:
        upstream.script(*answers)
        ledger, recorder = Ledger(admits), Recorder()
        policies = {"ledger": ledger, **(policies or {})}
        sinks = {"recorder": recorder}
        async with exchange_with(offer("acme", upstream), policies=policies, sinks=sinks, config=config) as x:
            yield x, upstream, ledger, recorder


ENDS = {
    "a reply": (Answer(), False, 200, "ok"),
    "a streamed reply": (Answer(), True, 200, "ok"),
    "a refusal": (refusal(400), False, 400, "failed"),
    "a refusal of a stream": (refusal(503), True, 503, "failed"),
    "a cut before the first token": (Answer(fault=Fault("reset")), True, 502, "failed"),
    "a cut in the middle": (Answer(gap_s=0.005, fault=Fault("close", 700)), True, 200, "cut"),
}


@pytest.mark.parametrize("end", ENDS)
async def test_every_end_has_one_head_one_settle_and_one_record(end):
    answer, stream, status, outcome = ENDS[end]
    async with world(answer) as (x, _, ledger, recorder):
        result = await send(x, chat(stream=stream))
        (generation,) = await recorder.wait_generations(1)
    assert (result.status, generation.outcome, generation.status) == (status, outcome, status)
    assert [call for call, _ in ledger.settled] == [generation.id] == [result.call.id]
    assert result.header("x-generation-id") == generation.id
    assert (generation.error is None) == (outcome == "ok")
    if not stream or status != 200:
        assert result.header("content-length") == str(len(result.body))
        assert result.header("content-type") == "application/json"


@pytest.mark.parametrize("stream", [False, True])
async def test_a_call_that_is_denied_is_recorded_and_reaches_nobody(stream):
    no = Deny(reason="not today", remedy="Come back tomorrow.")
    async with world(admits=lambda call: no) as (x, upstream, ledger, recorder):
        result = await send(x, chat(stream=stream))
        (generation,) = await recorder.wait_generations(1)
    assert (result.status, upstream.requests) == (403, [])
    assert "not today" in result.json["error"]["message"]
    assert (generation.outcome, generation.error_code, generation.attempts) == ("failed", "permission_denied", ())
    assert ledger.settled == [(generation.id, [])]


async def test_a_denial_can_carry_its_own_error_and_the_first_one_ends_it():
    asked = []
    second = Ledger(admits=lambda call: asked.append(call))
    broke = Deny(reason="", error=PaymentRequired("No money left.", remedy="Add some."))
    async with world(admits=lambda call: broke, policies={"second": second}) as (x, _, _, _):
        assert (await send(x, chat())).status == 402
    assert asked == []


async def test_a_rewrite_is_what_later_policies_and_the_upstream_see():
    seen = []

    def shout(call):
        request = call.request()
        messages = [message.model_copy(update={"content": "REWRITTEN"}) for message in request.messages]
        return Rewrite(request.model_copy(update={"messages": messages}))

    second = Ledger(admits=lambda call: seen.append(call.request().messages[0].content))
    async with world(admits=shout, policies={"second": second}) as (x, upstream, _, _):
        result = await send(x, chat(PROMPT, temperature=0.5))
    assert (result.status, seen) == (200, ["REWRITTEN"])
    (request,) = upstream.requests
    assert request.json["messages"] == [{"role": "user", "content": "REWRITTEN"}]
    assert request.json["temperature"] == 0.5
    assert PROMPT not in request.body.decode()


class Shortens:
    """Rewrites each attempt's request, from what policies before it made of it."""

    def __init__(self, answer=None):
        self.answer = answer

    @hookimpl
    async def policy_reserve(self, call, attempt):
        if self.answer is not None:
            return self.answer
        request = attempt.request or call.request()
        said = f"{request.messages[0].content} for {attempt.endpoint.provider}"
        messages = [request.messages[0].model_copy(update={"content": said})]
        lost = (Lost("messages", "clamped", "it was long"),)
        return Rewrite(request.model_copy(update={"messages": messages}), lost=lost)


async def test_a_rewrite_of_an_attempt_is_of_that_attempt_alone_and_the_caller_is_told():
    async with ScriptedProvider() as one, ScriptedProvider() as two:
        one.default = refusal(503, "busy")
        policies = {"first": Shortens(), "second": Shortens()}
        async with exchange_with(offer("one", one), offer("two", two), policies=policies) as x:
            result = await send(x, chat("hi"))
        sent = [upstream.requests[0].json["messages"][0]["content"] for upstream in (one, two)]
    assert sent == ["hi for one for one", "hi for two for two"]
    assert result.header("x-crossroads-changed") == "messages=clamped"
    told = [reason.endpoint for reason in result.call.route.reasons if "it was long" in reason.text]
    assert [endpoint.partition("/")[0] for endpoint in told] == ["one", "one", "two", "two"]


async def test_an_attempt_about_which_a_policy_says_nonsense_is_denied():
    async with ScriptedProvider() as upstream:
        policies = {"mine": Shortens(answer="yes")}
        async with exchange_with(offer("acme", upstream), policies=policies) as x:
            assert (await send(x, chat())).status == 403
        assert upstream.requests == []


async def test_a_call_that_nobody_reads_sends_the_clients_own_bytes():
    odd = b'{"model":"test/model","messages":[{"role":"user","content":"x","odd":1e2}],"extra":{"b":1,"a":[ 2]}}'
    async with world() as (x, upstream, _, _):
        assert (await send(x, odd)).status == 200
    sent = upstream.requests[0].body
    assert b'[{"role":"user","content":"x","odd":1e2}]' in sent
    assert b'"extra":{"b":1,"a":[ 2]}' in sent


async def test_a_request_that_does_not_validate_is_refused_only_where_somebody_reads_it():
    wrong = chat()
    wrong["messages"] = [{"role": "user", "content": 5}]
    async with world(admits=lambda call: call.request() and None) as (x, upstream, _, recorder):
        result = await send(x, wrong)
        await recorder.wait_generations(1)
    assert (result.status, upstream.requests) == (400, [])


KEY = "sk-cr-v1-" + "k" * 64
HASH = hashlib.sha256(KEY.encode()).hexdigest()
KEYS = {"keys": [{"name": "ci", "hash": HASH}, {"name": "old", "hash": "0" * 64, "disabled": True}]}


@pytest.mark.parametrize("token", [None, "", "wrong", HASH, KEY + "x", KEY[:-1], KEY.upper(), "\udcff"])
async def test_without_the_whole_key_nobody_enters_and_a_stored_value_opens_nothing(token):
    async with world(config=KEYS) as (x, upstream, _, recorder):
        result = await send(x, chat(), token=token)
        (generation,) = await recorder.wait_generations(1)
    assert (result.status, upstream.requests) == (401, [])
    assert result.json["error"]["metadata"]["error_type"] == "authentication"
    assert generation.key_id is None
    if token:
        assert token not in result.body.decode("utf-8", "surrogateescape")


async def test_the_key_that_called_is_in_the_record_and_its_text_nowhere():
    async with world(config=KEYS) as (x, upstream, _, recorder):
        result = await send(x, chat(), token=KEY)
        (generation,) = await recorder.wait_generations(1)
    assert result.status == 200
    assert (generation.principal, generation.key_id) == ("ci", HASH)
    assert KEY not in repr(recorder.events) + repr(upstream.requests[0].headers) + repr(result.call.caller)


async def test_an_event_holds_no_word_of_prompt_or_answer():
    answers = [
        Answer(pieces=(ANSWER,)),
        Answer(reasoning=(ANSWER,), tool_calls=(ToolCall("f", json.dumps({"x": ANSWER})),)),
        Answer(pieces=(ANSWER,) * 9, gap_s=0.005, fault=Fault("close", 900)),
    ]
    async with world(*answers) as (x, _, _, recorder):
        for number in range(len(answers)):
            await send(x, chat(PROMPT, stream=number == 2))
        await recorder.wait_generations(len(answers))
    told = msgspec.json.encode(recorder.events).decode()
    assert PROMPT not in told
    assert ANSWER not in told


@pytest.mark.parametrize("turns", range(0, 60, 3))
async def test_cancelled_at_any_moment_a_call_settles_once_and_leaves_nothing_behind(turns):
    async with world(Answer(pieces=("a ",) * 5, gap_s=0.002)) as (x, upstream, ledger, recorder):
        before = len(asyncio.all_tasks())
        task = asyncio.create_task(send(x, chat(stream=True)))
        for _ in range(turns):
            await asyncio.sleep(0)
        if turns > 30:
            await upstream.wait_received(1)
        task.cancel()
        (outcome,) = await asyncio.gather(task, return_exceptions=True)
        if turns == 0:
            assert recorder.events == [], "a task that never ran made no call"
            return
        (generation,) = await recorder.wait_generations(1)
        async with asyncio.timeout(5):
            while len(asyncio.all_tasks()) > before:
                await asyncio.sleep(0.001)
    assert isinstance(outcome, asyncio.CancelledError)
    assert (generation.outcome, len(ledger.settled)) == ("cancelled", 1)


async def test_cancelled_a_second_time_while_it_settles_it_is_recorded_all_the_same():
    entered, release = asyncio.Event(), asyncio.Event()

    class Slow:
        @hookimpl
        async def policy_settle(self):
            entered.set()
            await release.wait()

    async with world(policies={"slow": Slow()}) as (x, _, _, recorder):
        task = asyncio.create_task(send(x, chat()))
        await entered.wait()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        release.set()
        (generation,) = await recorder.wait_generations(1)
    assert generation.outcome == "ok"


async def test_a_record_holds_no_text_of_megabytes():
    """Thousands of them are kept."""
    said = "x" * (1 << 20)
    async with world(refusal(400, said)) as (x, _, _, recorder):
        await send(x, chat(model=said, session_id=said))
        await send(x, chat(session_id=said))
        await recorder.wait_generations(2)
    assert max(len(msgspec.json.encode(generation)) for generation in recorder.generations) < 10_000


@pytest.mark.parametrize("after", [0, 1])
async def test_a_surface_that_stops_reading_early_settles_the_call(after):
    async with world(Answer(pieces=("a ",) * 50, gap_s=0.002)) as (x, _, ledger, recorder):
        call = x.open_call("openai-chat", json.dumps(chat(stream=True)).encode())
        async with aclosing(x.run(call)) as parts:
            count = 0
            async for part in parts:
                assert isinstance(part, Head) == (count == 0)
                if count == after:
                    break
                count += 1
        (generation,) = await recorder.wait_generations(1)
    assert (generation.outcome, len(ledger.settled)) == ("cancelled", 1)


async def test_a_store_that_fails_is_reported_and_fails_no_call():
    from crossroads.store import MemoryStore

    class Broken(MemoryStore):
        async def record(self, generation):
            raise OSError("disk full")

    async with ScriptedProvider() as upstream:
        recorder = Recorder()
        sinks = {"recorder": recorder}
        async with exchange_with(offer("acme", upstream), sinks=sinks, store=Broken()) as x:
            assert (await send(x, chat())).status == 200
            await recorder.wait_generations(1)
    assert [event.plugin for event in recorder.events if event.id.startswith("plf")] == ["store"]


@pytest.mark.parametrize("how", ["fails", "hangs"])
async def test_a_store_that_can_not_say_whose_key_it_is_is_a_503_and_no_401(how):
    from crossroads.store import MemoryStore

    class Away:
        def __init__(self):
            self._inner = MemoryStore()

        async def find_key(self, key_hash):
            if how == "hangs":
                await asyncio.Event().wait()
            raise OSError(f"no route to {key_hash}")

        async def has_keys(self):
            return True

        def __getattr__(self, name):
            return getattr(self._inner, name)

    config = {"limits": {"policy_timeout_s": 0.02}}
    async with ScriptedProvider() as upstream:
        async with exchange_with(offer("acme", upstream), store=Away(), config=config) as x:
            result = await send(x, chat(), token=KEY)
        assert (result.status, upstream.requests) == (503, [])
    assert result.header("retry-after") == "1"
