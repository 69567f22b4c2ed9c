"""A reply that is made here: where nobody is left to ask, and only of a dialect that estimates."""

import json

from crossroads_openai_chat import OpenAIChat

from crossroads.testing.plugins import chat, exchange_with, offer, send
from crossroads.testing.upstream import ScriptedProvider


class Counts(OpenAIChat):
    name, operation, paths = "counts", "count_tokens", ("/count",)
    estimates = True

    def estimate(self, request):
        return json.dumps({"messages": len(request.messages)}).encode()


async def told(dialect, body):
    async with ScriptedProvider() as upstream:
        offered = offer("acme", upstream)
        async with exchange_with(offered, dialects={"openai-chat": OpenAIChat, "counts": dialect}) as x:
            result = await send(x, body, dialect="counts")
            generation = await x.store.find_generation(result.header("x-generation-id"), None)
        return result, upstream.requests, generation


async def test_it_says_that_it_is_one_and_is_recorded_as_a_call_that_went_well_and_cost_nothing():
    result, sent, generation = await told(Counts, chat())
    assert (result.status, result.json, sent) == (200, {"messages": 1}, [])
    assert result.header("x-crossroads-quality") == "estimated"
    assert (generation.outcome, generation.cost_nano, generation.attempts) == ("ok", 0, ())


async def test_a_wrong_request_is_still_refused():
    assert (await told(Counts, chat(messages=[{"role": 1}])))[0].status == 400


async def test_of_a_model_that_nobody_has_there_is_no_estimate():
    assert (await told(Counts, chat(model="acme/none")))[0].status == 400


async def test_a_dialect_that_does_not_estimate_says_that_nobody_serves_it():
    class Plain(OpenAIChat):
        name, operation, paths = "counts", "count_tokens", ("/count",)

    assert (await told(Plain, chat()))[0].status == 404
