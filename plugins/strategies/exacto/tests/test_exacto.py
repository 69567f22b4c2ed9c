"""Right calls of tools first, then few failures, then speed; replies are judged once they have left; nobody starves."""

from types import SimpleNamespace

import pytest
from crossroads_exacto import Exacto, quality

from crossroads.jsonbody import encode
from crossroads.testing import Answer, ScriptedProvider, chat, exchange_with, offer, strategy_conformance
from crossroads.testing.answers import ToolCall
from crossroads.testing.plugins import InOrder
from crossroads.testing.ranking import NOW, RankedCall, candidate

TestExacto = strategy_conformance(Exacto)

CITY = {"type": "object", "required": ["city"], "properties": {"city": {"type": "string"}}}
TOOL = {"type": "function", "function": {"name": "weather", "parameters": CITY}}
GOOD, BAD = ToolCall("weather", '{"city": "Rome"}'), ToolCall("weather", '{"city": 5}')


def heard(strategy, name, *, good=0, bad=0, at=NOW):
    for call in [GOOD] * good + [BAD] * bad:
        tool = SimpleNamespace(
            type="function", function=SimpleNamespace(name=TOOL["function"]["name"], parameters=CITY)
        )
        request = SimpleNamespace(tools=[tool])
        past = SimpleNamespace(began=at, opened=SimpleNamespace(parameters={"tools"}), request=lambda r=request: r)
        function = {"name": call.name, "arguments": call.arguments}
        reply = {"choices": [{"message": {"tool_calls": [{"function": function}]}, "finish_reason": "tool_calls"}]}
        strategy.strategy_heard(past, SimpleNamespace(endpoint=SimpleNamespace(id=name), request=None), reply)


def known(name, *, speed=50.0, failures=0.0, successes=10.0):
    made = candidate(name)
    made.stats.speed.record(speed, NOW)
    made.stats.updated_at = NOW
    made.stats.successes, made.stats.failures = successes, failures
    return made


def order(strategy, candidates, *, tools=True, seed=0, at=NOW):
    call = RankedCall(seed)
    call.began, call.opened = at, SimpleNamespace(parameters={"tools"} if tools else set())
    scores = strategy.strategy_score(call, tuple(candidates))
    return [candidates[i].endpoint.id for i in sorted(range(len(scores)), key=lambda i: -scores[i])]


def test_right_calls_of_tools_decide_whatever_the_speed_and_the_unknown_stand_in_the_middle():
    strategy = Exacto()
    heard(strategy, "good", good=6)
    heard(strategy, "bad", good=6, bad=1)
    trio = [known("bad", speed=900.0), known("unknown", speed=90.0), known("good", speed=9.0)]
    assert order(strategy, trio) == ["good", "unknown", "bad"]
    assert order(strategy, trio, tools=False) == ["bad", "unknown", "good"], "without tools: by speed"


def test_failures_decide_before_speed_and_speed_among_equals():
    pair = [known("slow", speed=10.0), known("fast", speed=100.0)]
    failing = known("fast", speed=100.0, failures=3.0)
    for tools in (True, False):
        assert order(Exacto(), pair, tools=tools) == ["fast", "slow"]
        assert order(Exacto(), [failing, pair[0]], tools=tools) == ["slow", "fast"]


def test_a_fault_is_forgiven_with_time():
    strategy = Exacto()
    heard(strategy, "was-bad", bad=3)
    pair = [known("was-bad"), known("unknown")]
    assert order(strategy, pair) == ["unknown", "was-bad"]
    assert order(strategy, pair, at=NOW + 20 * 3_600.0) == ["was-bad", "unknown"]


def test_only_whole_doublings_of_the_run_without_fault_count():
    assert [quality(0, n) for n in (0, 5, 6, 21, 22)] == [4, 4, 5, 5, 6]
    assert (quality(1, 1), quality(1e9, 1e9), quality(0, 1e300)) == (2, 0, 63)


def test_one_whose_tools_nobody_has_judged_lately_is_explored_now_and_then():
    strategy = Exacto()
    heard(strategy, "good", good=50)
    heard(strategy, "bad", bad=5)
    pair = [known("good"), known("bad")]
    assert {order(strategy, pair, seed=seed)[0] for seed in range(500)} == {"good"}
    heard(strategy, "good", good=1, at=NOW + 301)
    first = [order(strategy, pair, seed=seed, at=NOW + 301)[0] for seed in range(5_000)]
    assert first.count("bad") / 5_000 == pytest.approx(0.02, abs=0.006)


def test_one_that_nobody_has_measured_goes_last_while_calls_wait_for_it():
    crowded, bad = candidate("crowded"), known("bad", failures=1e6)
    crowded.stats.in_flight = 4
    assert order(Exacto(), [crowded, bad]) == ["bad", "crowded"]


async def rounds(bad, *, stream=False, strategies=None, dialect="openai-chat", **fields):
    """Whom four calls reach, where the first upstream answers `bad` and the second a right call."""
    async with ScriptedProvider() as one, ScriptedProvider() as two:
        one.default, two.default = bad, Answer(tool_calls=(GOOD,))
        config = {"routing": {"strategies": ["exacto"] if strategies is None else list(strategies)[:1]}}
        strategies = strategies or {"exacto": Exacto}
        async with exchange_with(offer("one", one), offer("two", two), strategies=strategies, config=config) as x:
            for _ in range(4):
                asked = {**chat(), "tools": [TOOL], "stream": stream, **fields}
                call = x.open_call(dialect, encode(asked))
                call.random = SteadyDice()
                parts = [part async for part in x.run(call)]
                assert parts[0].status == 200
        return len(one.requests), len(two.requests)


class SteadyDice:
    """Never explores."""

    def random(self):
        return 0.5


WRONG = {
    "no JSON": ToolCall("weather", '{"city": '),
    "unknown name": ToolCall("wether", '{"city": "Rome"}'),
    "no object": ToolCall("weather", "[]"),
    "schema": BAD,
    "nothing": ToolCall("weather", ""),
}


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("wrong", WRONG)
async def test_a_host_whose_calls_of_tools_are_wrong_is_left_after_one_reply(wrong, stream):
    assert await rounds(Answer(tool_calls=(GOOD, WRONG[wrong])), stream=stream) == (1, 3)


@pytest.mark.parametrize("stream", [False, True])
async def test_right_calls_text_and_what_the_caller_cut_off_cost_nothing(stream):
    for fine in (Answer(tool_calls=(GOOD,)), Answer(), Answer(tool_calls=(WRONG["no JSON"],), finish_reason="length")):
        assert await rounds(fine, stream=stream) == (4, 0)


async def test_it_hears_the_calls_that_name_it_by_sort_or_suffix_and_no_others():
    both, bad = {"in-order": InOrder(), "exacto": Exacto}, Answer(tool_calls=(BAD,))
    assert await rounds(bad, strategies=both) == (4, 0)
    assert await rounds(bad, strategies=both, provider={"sort": "exacto"}) == (1, 3)
    assert await rounds(bad, strategies=both, model=f"{chat()['model']}:exacto") == (1, 3)


@pytest.mark.parametrize("stream", [False, True])
async def test_another_dialect_is_judged_in_canonical_form(stream):
    tool = {"name": "weather", "input_schema": CITY}
    asked = {"dialect": "anthropic-messages", "tools": [tool], "max_tokens": 9, "stream": stream}
    assert await rounds(Answer(tool_calls=(BAD,)), **asked) == (1, 3)
