"""Keys that a caller brings: first, for its provider alone, kept nowhere, and nobody else's affair."""

import json
from contextlib import aclosing

from crossroads_openai_chat import OpenAIChat

from crossroads.call import Caller
from crossroads.config import Secret
from crossroads.hookspecs import hookimpl
from crossroads.testing import Recorder, ScriptedProvider, chat, exchange_with, offer, refusal
from crossroads.testing.plugins import Result
from crossroads.wire import HttpRequest

KEY = "canary-of-the-caller"


async def call_with(x, keys, **ask):
    caller = Caller(provider_keys={name: Secret(key) for name, key in keys.items()})
    call = x.open_call("openai-chat", json.dumps(chat(**ask)).encode(), caller=caller)
    async with aclosing(x.run(call)) as parts:
        head, *body = [part async for part in parts]
    return Result(call, head.status, head.headers, tuple(body))


def auth(upstream):
    return [request.header("authorization") for request in upstream.requests]


async def test_a_brought_key_goes_first_to_its_provider_and_nowhere_else():
    async with ScriptedProvider() as one, ScriptedProvider() as two:
        offers = offer("one", one, api_key="sk-own-1"), offer("two", two, api_key="sk-own-2")
        async with exchange_with(*offers) as x:
            result = await call_with(x, {"two": KEY}, provider={"order": ["one"]})
            assert [c.endpoint.id for c in result.call.route.candidates] == ["two#*/small", "one/small", "two/small"]
            await call_with(x, {})
        assert auth(two) == [f"Bearer {KEY}"]
        assert auth(one) == ["Bearer sk-own-1"]


async def test_what_it_is_refused_for_holds_for_nobody_else_and_the_next_takes_over():
    recorder = Recorder()
    async with ScriptedProvider() as upstream:
        upstream.script(refusal(429, f"limited: {KEY}", retry_after="60"))
        async with exchange_with(offer("acme", upstream, api_key="sk-own-1"), sinks={"r": recorder}) as x:
            result = await call_with(x, {"acme": KEY})
            assert result.status == 200
            for _ in range(12):
                upstream.script(refusal(401, f"Incorrect API key provided: {KEY}"))
                await call_with(x, {"acme": KEY})
            assert x.unwell() == {}
            assert (await call_with(x, {"acme": "sk-of-another"})).status == 200
        assert auth(upstream)[:3] == [f"Bearer {KEY}", "Bearer sk-own-1", f"Bearer {KEY}"]
        assert auth(upstream)[-1] == "Bearer sk-of-another"
    assert KEY not in repr(recorder.events)
    assert x.reporter.redact(KEY) == KEY, "it is forgotten when its call is over"


async def test_an_error_that_echoes_it_is_redacted_for_everybody():
    async with ScriptedProvider() as upstream:
        upstream.default = refusal(400, f"no such field: {KEY}")
        async with exchange_with(offer("acme", upstream)) as x:
            result = await call_with(x, {"acme": KEY})
    assert result.status == 400
    assert KEY.encode() not in result.body
    assert b"***" in result.body
    assert KEY not in repr(result.call.caller) + json.dumps(result.call.route.explain())


async def test_a_provider_without_a_key_of_its_own_can_be_called_with_a_brought_one():
    async with ScriptedProvider() as upstream:
        async with exchange_with(offer("acme", upstream, manifest={"auth": {"scheme": "query", "query": "k"}})) as x:
            assert (await call_with(x, {})).status >= 400
            assert (await call_with(x, {"acme": KEY})).status == 200
        (request,) = upstream.requests
        assert request.path.endswith(f"?k={KEY}")


def test_a_request_with_a_key_in_its_query_does_not_show_it():
    assert KEY not in repr(HttpRequest(method="GET", url=f"https://api.example/v1?key={KEY}"))


async def test_no_job_is_begun_with_a_brought_key_for_nobody_could_ask_for_it_later():
    class Making(OpenAIChat):
        name, makes_jobs = "making", True

    operations = {"chat": {"dialect": "making", "url": "{base_url}/chat/completions"}}
    mine = offer("acme", "http://127.0.0.1:1/v1", manifest={"operations": operations})
    async with exchange_with(mine, dialects={"openai-chat": OpenAIChat, "making": Making}) as x:
        caller = Caller(provider_keys={"acme": Secret(KEY)})
        route = await x.plan(x.open_call("making", json.dumps(chat()).encode(), caller=caller))
    assert [c.endpoint.id for c in route.candidates] == ["acme/small"]
    assert "no brought key begins a job" in " ".join(reason.text for reason in route.all_reasons())


async def test_a_policy_may_refuse_brought_keys():
    class OwnOnly:
        @hookimpl
        def policy_permit(self, candidates):
            return {c.endpoint.id: "no keys of callers" for c in candidates if c.endpoint.account == "*"}

    async with ScriptedProvider() as upstream:
        offers = offer("acme", upstream, api_key="sk-own-1")
        async with exchange_with(offers, policies={"own-only": OwnOnly()}) as x:
            await call_with(x, {"acme": KEY})
        assert auth(upstream) == ["Bearer sk-own-1"]


async def test_fallback_models_have_their_brought_keys_before_their_own():
    both = {"a/b": "m", "a/c": "n"}
    async with exchange_with(offer("acme", "http://127.0.0.1:1/v1", models=both)) as x:
        caller = Caller(provider_keys={"acme": Secret(KEY)})
        body = json.dumps(chat(model="a/b", models=["a/c"])).encode()
        route = await x.plan(x.open_call("openai-chat", body, caller=caller))
        assert [c.endpoint.id for c in route.candidates] == ["acme#*/m", "acme/m", "acme#*/n", "acme/n"]
