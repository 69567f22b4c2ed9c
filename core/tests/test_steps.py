"""Calls of several requests: what follows on each answer, how long is waited, and where nothing is sent."""

import json
from contextlib import asynccontextmanager

import pytest
from crossroads_openai_chat import OpenAIChat

from crossroads.call import Caller
from crossroads.config import Secret
from crossroads.engine.attempts.steps import MISSES_MAX, WAIT_S_MAX
from crossroads.hookspecs import hookimpl
from crossroads.steps import Step
from crossroads.testing import Answer, QuickClock, Recorder, ScriptedProvider, chat, exchange_with, offer, refusal, send
from crossroads.tokens import Authorized, Fixed

REPLY = {"choices": [{"index": 0, "message": {"role": "assistant", "content": "done"}, "finish_reason": "stop"}]}
OPERATIONS = {"chat": {"dialect": "submitting", "url": "{base_url}/chat/completions"}}


class Submitting(OpenAIChat):
    """Chat behind a job: an answer that names where to ask is no reply yet."""

    name = "submitting"
    takes_steps = True
    paths = ("/submitting",)

    def step(self, body, request, *, url, upstream):
        told = json.loads(body)
        assert request.messages[0].content == "Hello?"
        assert url.endswith("/chat/completions")
        if "ask" not in told:
            return None
        given = {"body": told["send"].encode()} if "send" in told else {}
        return Step(url=told["ask"], after_s=told.get("after", 0.0), bare=told.get("bare", False), **given)


def told(**fields):
    return Answer(raw=(json.dumps(fields).encode(),))


@asynccontextmanager
async def world(clock, dialect=Submitting, plugin=None, **config):
    async with ScriptedProvider() as upstream:
        recorder = Recorder()
        dialects = {"openai-chat": OpenAIChat, "submitting": dialect}
        words = {"operations": OPERATIONS, "media_hosts": ["localhost"]}
        mine = offer("p", upstream, api_key="sk-canary", manifest=words, plugin=plugin)
        sinks = {"recorder": recorder}
        async with exchange_with(mine, dialects=dialects, sinks=sinks, clock=clock, config=config) as x:
            yield x, upstream, recorder


async def test_the_last_answer_is_the_reply_and_the_key_goes_with_every_step():
    clock = QuickClock()
    async with world(clock) as (x, upstream, recorder):
        at = upstream.base_url
        upstream.script(told(ask=f"{at}/jobs", send="{}"), told(ask=f"{at}/jobs/1", after=0.5), told(**REPLY))
        result = await send(x, chat("Hello?"))
        assert result.text == "done"
        assert [(one.method, one.path) for one in upstream.requests[1:]] == [
            ("POST", "/v1/jobs"),
            ("GET", "/v1/jobs/1"),
        ]
        assert {one.header("authorization") for one in upstream.requests} == {"Bearer sk-canary"}
        assert clock.slept == [0.5]
        (generation,) = await recorder.wait_generations(1)
        assert [attempt.outcome for attempt in generation.attempts] == ["ok"]


async def test_a_key_that_the_caller_brought_goes_with_every_step_too():
    """Else what it began would be paid for, lost, and begun again with the provider's own."""
    async with world(QuickClock()) as (x, upstream, _):
        at = upstream.base_url
        upstream.script(told(ask=f"{at}/jobs/1", after=0.5), told(ask=f"{at}/film", bare=True), told(**REPLY))
        caller = Caller(provider_keys={"p": Secret("canary-of-the-caller")})
        call = x.open_call("openai-chat", json.dumps(chat("Hello?")).encode(), caller=caller)
        head, *_ = [part async for part in x.run(call)]
        assert head.status == 200
        keys = [one.header("authorization") for one in upstream.requests]
    assert keys == ["Bearer canary-of-the-caller"] * 2 + [None]


async def test_waiting_grows_to_its_bound():
    clock = QuickClock()
    async with world(clock) as (x, upstream, _):
        upstream.script(*[told(ask=f"{upstream.base_url}/jobs/1", after=1.0)] * 40, told(**REPLY))
        assert (await send(x, chat("Hello?"))).text == "done"
    assert clock.slept == sorted(clock.slept)
    assert clock.slept[0] == 1.0
    assert clock.slept[-1] == WAIT_S_MAX


async def test_a_step_says_where_a_job_stands_whose_answers_do_not_name_it():
    class Forgetful(Submitting):
        def step(self, body, request, *, url, upstream):
            told = json.loads(body)
            if "number" in told:
                where = f"{url}/{told['number']}"
                return Step(url=where, told_at=where)
            return None if "choices" in told else Step(url=url)

    async with world(QuickClock(), dialect=Forgetful) as (x, upstream, _):
        upstream.script(told(number=7), told(done=False), told(done=False), told(**REPLY))
        assert (await send(x, chat("Hello?"))).text == "done"
        paths = [one.path for one in upstream.requests]
    assert paths == ["/v1/chat/completions", *["/v1/chat/completions/7"] * 3]


async def test_a_bare_step_goes_without_the_key():
    async with world(QuickClock()) as (x, upstream, _):
        upstream.script(told(ask=f"{upstream.base_url}/signed", bare=True), told(**REPLY))
        assert (await send(x, chat("Hello?"))).text == "done"
        assert upstream.requests[1].header("authorization") is None


class Signing:
    """A provider whose own transport shows the credential."""

    @hookimpl
    async def provider_open(self, transport, credential):
        return Authorized(transport, Fixed((b"authorization", b"Bearer token")))


async def test_a_bare_step_does_not_pass_a_transport_that_shows_the_credential():
    async with world(QuickClock(), plugin=Signing()) as (x, upstream, _):
        at = upstream.base_url
        upstream.script(told(ask=f"{at}/jobs/1"), told(ask=f"{at}/signed", bare=True), told(**REPLY))
        assert (await send(x, chat("Hello?"))).text == "done"
    shown = [one.header("authorization") for one in upstream.requests]
    assert shown == ["Bearer token", "Bearer token", None]


async def test_a_step_to_another_host_is_not_sent():
    async with world(QuickClock()) as (x, upstream, _):
        upstream.script(told(ask="http://evil.example/jobs/1"))
        result = await send(x, chat("Hello?"))
        assert result.status == 502
        assert len(upstream.requests) == 1


async def test_what_was_made_is_fetched_where_media_stand_and_the_key_never_goes_there():
    async with world(QuickClock()) as (x, upstream, _):
        there = upstream.base_url.replace("127.0.0.1", "localhost")
        upstream.script(told(ask=f"{there}/film", bare=True), told(**REPLY), told(ask=f"{there}/film"))
        assert (await send(x, chat("Hello?"))).text == "done"
        assert upstream.requests[1].header("authorization") is None
        assert (await send(x, chat("Hello?"))).status == 502
        assert len(upstream.requests) == 3, "the second call's step was not sent"


@pytest.mark.parametrize("status", [404, 500])
async def test_a_step_that_is_refused_fails_the_attempt(status):
    async with world(QuickClock()) as (x, upstream, recorder):
        upstream.script(told(ask=f"{upstream.base_url}/jobs/1"), refusal(status))
        assert (await send(x, chat("Hello?"))).status >= 400
        (generation,) = await recorder.wait_generations(1)
        assert [attempt.upstream_status for attempt in generation.attempts] == [status]


@pytest.mark.parametrize("status", [429, 503])
async def test_a_job_is_not_lost_of_a_busy_moment(status):
    async with world(QuickClock()) as (x, upstream, _):
        asked = told(ask=f"{upstream.base_url}/jobs/1", after=0.5)
        busy = [refusal(status)] * MISSES_MAX
        upstream.script(asked, *busy, asked, *busy, told(**REPLY))
        assert (await send(x, chat("Hello?"))).text == "done"


async def test_a_job_that_is_never_heard_of_is_billed_perhaps_and_one_that_never_began_is_not():
    async with world(QuickClock(), routing={"max_attempts": 1}) as (x, upstream, recorder):
        at = upstream.base_url
        upstream.script(told(ask=f"{at}/jobs/1", after=0.5), *[refusal(503)] * (MISSES_MAX + 1))
        assert (await send(x, chat("Hello?"))).status == 503
        upstream.script(told(ask=f"{at}/jobs", send="{}"), refusal(400))
        assert (await send(x, chat("Hello?"))).status >= 400
        lost, refused = await recorder.wait_generations(2)
    assert [attempt.usage.quality for attempt in lost.attempts] == ["uncertain"]
    assert [attempt.usage for attempt in refused.attempts] == [None]


async def test_a_wait_beyond_the_deadline_is_not_begun():
    clock = QuickClock()
    async with world(clock, limits={"deadline_s": 60}) as (x, upstream, _):
        upstream.script(told(ask=f"{upstream.base_url}/jobs/1", after=61.0))
        assert (await send(x, chat("Hello?"))).status == 504
        assert clock.slept == []
        assert len(upstream.requests) == 1


async def test_a_stream_is_made_of_the_last_answer():
    choice = b'{"index":0,"delta":{"content":"done"},"finish_reason":"stop"}'
    event = b'data: {"id":"a","choices":[%b]}\n\ndata: [DONE]\n\n' % choice
    async with world(QuickClock()) as (x, upstream, _):
        body = json.dumps({"ask": f"{upstream.base_url}/jobs/1"}).encode()
        Streaming = type("Streaming", (Submitting,), {"step": lambda self, body, request, **at: first_only(body)})
        x._dialects["submitting"] = Streaming()
        upstream.script(Answer(raw=(body,)), Answer(raw=(event,), content_type="text/event-stream"))
        result = await send(x, chat("Hello?", stream=True))
        assert result.text == "done"


def first_only(body):
    return Step(url=json.loads(body)["ask"]) if body.startswith(b"{") else None
