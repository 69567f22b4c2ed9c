"""Zero-completion insurance: what the provider bills stays on record, and the caller is not charged for nothing."""

import json

import pytest

from crossroads.engine.attempts.insurance import insured
from crossroads.testing import (
    Answer,
    Fault,
    Price,
    Recorder,
    ScriptedProvider,
    Tokens,
    chat,
    exchange_with,
    offer,
    send,
)
from crossroads.types.usage import Cost, Usage, cost_fields

PRICE = Price(input=150_000_000, output=600_000_000)
USAGE = {"prompt_tokens": 12, "completion_tokens": 0, "total_tokens": 12}
BILLED = 12 * 150


def whole(finish, content="", usage=USAGE):
    choice = {"index": 0, "message": {"role": "assistant", "content": content}, "finish_reason": finish}
    return Answer(raw=(json.dumps({"choices": [choice], "usage": usage}).encode(),))


def stream(finish, usage=USAGE):
    chunks = [
        {"choices": [{"index": 0, "delta": {"role": "assistant", "content": ""}, "finish_reason": finish}]},
        {"choices": [], "usage": usage},
    ]
    return Answer(raw=(*(b"data: %b\n\n" % json.dumps(chunk).encode() for chunk in chunks), b"data: [DONE]\n\n"))


async def outcome(answer, *, dialect="openai-chat", document=None, **config):
    """(result, generation, usage of the key)."""
    recorder = Recorder()
    async with ScriptedProvider(prices={"small": PRICE}, default=answer) as upstream:
        x = exchange_with(offer("acme", upstream), sinks={"recorder": recorder}, config=config)
        async with x:
            result = await send(x, document or chat(), dialect=dialect)
            (generation,) = await recorder.wait_generations(1)
            return result, generation, await x.store.usage(None)


def cost_of(result):
    documents = (
        [json.loads(data) for data in result.events if data != b"[DONE]"] if result.call.stream else [result.json]
    )
    (usage,) = [document["usage"] for document in documents if document.get("usage")]
    return usage["cost"], usage["cost_details"]["upstream_inference_cost"]


@pytest.mark.parametrize("finish", [None, "", "error"])
@pytest.mark.parametrize("streamed", [False, True])
async def test_a_completion_that_is_none_costs_the_caller_nothing_and_says_so(streamed, finish):
    answer = stream(finish) if streamed else whole(finish)
    result, generation, usage = await outcome(answer, document=chat(stream=streamed))
    assert result.status == 200
    assert cost_of(result) == (0, pytest.approx(BILLED / 1e9))
    assert (generation.cost_nano, generation.charged_nano) == (BILLED, 0)
    assert generation.attempts[0].waived == "no completion"
    assert usage.spent_nano == 0


@pytest.mark.parametrize("streamed", [False, True])
async def test_an_empty_completion_with_a_reason_is_charged(streamed):
    answer = stream("stop") if streamed else whole("stop")
    result, generation, _ = await outcome(answer, document=chat(stream=streamed))
    assert cost_of(result) == (pytest.approx(BILLED / 1e9),) * 2
    assert generation.charged_nano == generation.cost_nano == BILLED


async def test_a_client_of_another_dialect_is_told_too():
    document = {"model": "test/model", "max_tokens": 9, "messages": [{"role": "user", "content": "Hi"}]}
    result, generation, _ = await outcome(whole(None), dialect="anthropic-messages", document=document)
    assert result.json["usage"]["cost"] == 0
    assert (generation.cost_nano, generation.charged_nano) == (BILLED, 0)


@pytest.mark.parametrize("at", [-1, 300])
async def test_what_fails_or_breaks_is_not_charged_though_it_may_be_billed(at):
    answer = Answer(fault=Fault("close", at), pieces=("Hello", " there") * 5, tokens=Tokens(1000, 500))
    _, generation, usage = await outcome(answer, document=chat(stream=True))
    assert generation.attempts[0].outcome in ("failed", "cut")
    assert generation.cost_nano > 0
    assert generation.charged_nano == usage.spent_nano == 0


async def test_without_insurance_everything_is_charged():
    routing = {"insurance": False}
    result, generation, usage = await outcome(whole(None), routing=routing)
    assert cost_of(result)[0] == pytest.approx(BILLED / 1e9)
    assert generation.charged_nano == usage.spent_nano == BILLED
    _, generation, usage = await outcome(Answer(fault=Fault("close")), routing=routing)
    assert generation.charged_nano == usage.spent_nano > 0


async def test_operations_without_completions_are_not_touched():
    document = {"model": "test/model", "input": "Hi"}
    result, generation, _ = await outcome(Answer(tokens=Tokens(12, 0)), dialect="openai-embeddings", document=document)
    assert result.status == 200
    assert generation.charged_nano == generation.cost_nano == BILLED


def test_output_of_any_kind_is_a_completion():
    assert insured("chat", Usage(input_tokens=5), None)
    assert not insured("chat", Usage(reasoning_tokens=1), None)
    assert not insured("chat", Usage(images=1), None)
    assert not insured("chat", None, None), "unknown is not nothing"
    assert insured("chat", Usage(output_tokens=9), "error")


def test_a_waived_cost_of_an_unknown_price_is_known_to_the_caller():
    fields = cost_fields(Cost(total_nano=None, waived=True))
    assert bytes(fields["cost"]) == b"0"
    assert fields["cost_details"]["upstream_inference_cost"] is None
