"""The cheap model's reply goes out when it is good enough; else the next one's, both billed, and the route says why."""

import json

import pytest
from crossroads_cascade import Cascade
from crossroads_cascade.checks import fault, find_check

from crossroads.errors import ConfigError
from crossroads.jsonbody import encode
from crossroads.route import Prices
from crossroads.testing import (
    Answer,
    Price,
    Recorder,
    ScriptedProvider,
    chat,
    exchange_with,
    offer,
    refusal,
    send,
    strategy_conformance,
)
from crossroads.testing.plugins import InOrder
from crossroads.testing.ranking import candidate

TestCascade = strategy_conformance(Cascade)

BOTH = {"model": "a/small", "models": ["a/large"]}
OBJECT = {"type": "object", "required": ["n"], "properties": {"n": {"type": "integer"}}}


def wants(schema):
    return {"response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": schema}}}


def strict(call, attempt, reply):
    """A check of an operator's own."""
    return attempt.endpoint.model != "a/small"


async def patient(call, attempt, reply):
    return f"said {reply['choices'][0]['message']['content']}"


async def ask(small, large, *, settings=None, strategies=None, **fields):
    """-> (result, generation record, times each upstream was asked)."""
    prices = {"m": Price(10**9, 10**9)}
    recorder = Recorder()
    async with ScriptedProvider(prices=prices) as one, ScriptedProvider(prices=prices) as two:
        one.default, two.default = small, large
        offers = offer("one", one, models={"a/small": "m"}), offer("two", two, models={"a/large": "m"})
        strategies = strategies or {"cascade": Cascade}
        config = {"strategies": {"cascade": settings or {}}, "routing": {"strategies": list(strategies)[:1]}}
        async with exchange_with(*offers, strategies=strategies, config=config, sinks={"r": recorder}) as x:
            result = await send(x, {**chat(), **BOTH, **fields})
        billed = one.bill_nano + two.bill_nano
    (generation,) = recorder.generations
    assert generation.cost_nano == billed, "every try is billed"
    return result, generation, (len(one.requests), len(two.requests))


GOOD, BETTER = Answer(pieces=("small says",)), Answer(pieces=("large says",))


@pytest.mark.parametrize("stream", [False, True])
async def test_a_good_reply_of_the_cheap_model_is_the_reply(stream):
    result, generation, asked = await ask(GOOD, BETTER, stream=stream)
    assert (result.status, result.text, asked) == (200, "small says", (1, 0))
    assert generation.served_model == "a/small"


@pytest.mark.parametrize("stream", [False, True])
async def test_one_that_was_cut_off_is_turned_down_and_both_stand_in_the_record(stream):
    result, generation, asked = await ask(Answer(pieces=("sm",), finish_reason="length"), BETTER, stream=stream)
    assert (result.status, result.text, asked) == (200, "large says", (1, 1))
    assert [a.model for a in generation.attempts] == ["a/small", "a/large"]
    assert [a.outcome for a in generation.attempts] == ["ok", "ok"]
    assert generation.served_model == "a/large"
    (why,) = [reason for reason in result.call.route.reasons if "not good enough" in reason.text]
    assert (why.by, why.endpoint) == ("strategies/cascade", "one/m")
    assert "length" in why.text


@pytest.mark.parametrize("stream", [False, True])
async def test_when_nobody_behind_delivers_the_one_that_was_turned_down_does(stream):
    small = Answer(pieces=("sm",), finish_reason="length")
    result, generation, asked = await ask(small, refusal(503, "busy"), stream=stream)
    assert (result.status, result.text, asked) == (200, "sm", (1, 1))
    assert (generation.served_model, generation.outcome) == ("a/small", "ok")


async def test_a_cheap_model_that_fails_is_followed_by_the_next_as_ever():
    result, _, asked = await ask(refusal(503, "busy"), BETTER)
    assert (result.text, asked) == ("large says", (1, 1))
    result, _, _ = await ask(refusal(503, "busy"), refusal(503, "busy too"))
    assert result.status == 503


@pytest.mark.parametrize(
    ("content", "asked"),
    [('{"n": 1}', (1, 0)), ('{"n": "1"}', (1, 1)), ("{}", (1, 1)), ("Here you are: {}", (1, 1)), ("", (1, 1))],
)
async def test_json_that_was_asked_for_is_checked(content, asked):
    assert (await ask(Answer(pieces=(content,)), BETTER, **wants(OBJECT)))[2] == asked


@pytest.mark.parametrize(
    "schema",
    [{"type": 5}, {"$ref": "http://nowhere.invalid/x"}, {"$ref": "#"}, {"type": "string", "pattern": "(a+)+$"}],
)
async def test_a_schema_that_cannot_be_checked_turns_nothing_down(schema):
    assert (await ask(Answer(pieces=('"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab"',)), BETTER, **wants(schema)))[2] == (
        1,
        0,
    )


async def test_an_operators_own_check_decides_beside():
    settings = {"check": f"{__name__}:strict"}
    result, _, asked = await ask(GOOD, BETTER, settings=settings)
    assert (result.text, asked) == ("large says", (1, 1))
    result, _, _ = await ask(GOOD, BETTER, settings={"check": f"{__name__}:patient"})
    assert any("said small says" in reason.text for reason in result.call.route.reasons)


async def test_it_judges_only_calls_that_it_ranks():
    both = {"in-order": InOrder(), "cascade": Cascade}
    cut = Answer(pieces=("sm",), finish_reason="length")
    assert (await ask(cut, BETTER, strategies=both))[2] == (1, 0)
    asks = {"provider": {"sort": "cascade"}}
    assert (await ask(cut, BETTER, strategies=both, **asks))[2] == (1, 1)


def priced(name, model, usd):
    made = candidate(name, prices=Prices() if usd is None else Prices(input=usd, output=usd))
    return type(made)(__import__("msgspec").structs.replace(made.endpoint, model=model), made.stats)


def test_models_that_are_sorted_together_go_by_their_cheapest_endpoint_and_tie_within():
    strategy = Cascade(Cascade.Settings())
    made = [priced("a", "dear", 9), priced("b", "cheap", 5), priced("c", "cheap", 1), priced("d", "unknown", None)]
    scores = strategy.strategy_score(None, tuple(made))
    assert scores[1] == scores[2] > scores[0] > scores[3]
    assert strategy.strategy_score(None, tuple(made[1:3])) is None


def test_refusals_and_choices_of_tools_are_seen():
    rules = {"finish_reasons": frozenset(), "refusals": True, "empty": True, "as_json": False}
    reply = {"choices": [{"message": {"refusal": "no"}}]}
    assert fault(None, reply, **rules) == "the model refused"
    assert fault(None, {"choices": [{"message": {"tool_calls": [{}]}}]}, **rules) is None
    assert fault(None, {"choices": []}, **rules) == "it is empty"
    assert fault(None, reply, **rules | {"refusals": False, "empty": False}) is None


@pytest.mark.parametrize("path", ["no_such_module:f", f"{__name__}:nothing", f"{__name__}:OBJECT"])
def test_a_check_that_is_not_there_is_an_error_that_names_it(path):
    with pytest.raises(ConfigError, match=r"strategies\.cascade\.check"):
        find_check(path)


async def test_another_dialect_is_judged_in_canonical_form():
    body = {"model": "a/small", "models": ["a/large"], "max_tokens": 9, "messages": chat()["messages"]}
    async with ScriptedProvider() as one, ScriptedProvider() as two:
        one.default, two.default = Answer(pieces=("sm",), finish_reason="length"), BETTER
        offers = offer("one", one, models={"a/small": "m"}), offer("two", two, models={"a/large": "m"})
        async with exchange_with(*offers, strategies={"cascade": Cascade}) as x:
            for stream in (False, True):
                result = await send(x, encode({**body, "stream": stream}), dialect="anthropic-messages")
                assert b"large says" in result.body
                assert json.dumps(result.call.route.explain()).count("not good enough") == 1
