"""Suffixes, tiers and soft filters: each does what it says, and none leaves a model without an endpoint."""

import pytest

from crossroads.engine.routing.plan import plan
from crossroads.engine.routing.variants import PLAIN, Variant, split
from crossroads.hookspecs import hookimpl
from crossroads.jsonbody import encode
from crossroads.testing import MODEL, chat, exchange_with, offer
from crossroads.testing.plugins import InOrder

NOWHERE = "http://127.0.0.1:1/v1"


async def planned(*offers, **ask):
    """-> (providers in order, texts of the reasons)."""
    async with exchange_with(*offers) as x:
        route = plan(x.open_call("openai-chat", encode(chat(**ask))), x)
        return [c.endpoint.provider for c in route.candidates], " ".join(reason.text for reason in route.all_reasons())


@pytest.mark.parametrize(
    ("name", "model", "variant"),
    [
        ("a/b", "a/b", PLAIN),
        ("a/b:nitro", "a/b", Variant("throughput", "priority")),
        ("a/b:floor", "a/b", Variant("price", "flex")),
        ("a/b:free", "a/b:free", PLAIN),
        ("a/b:free:floor", "a/b:free", Variant("price", "flex")),
        ("a/c:free:nitro", "a/c", Variant("throughput", "priority", free=True)),
        ("a/b:thinking", "a/b:thinking", PLAIN),
        ("a/b:nonsense", "a/b:nonsense", PLAIN),
    ],
)
def test_a_name_is_split_into_model_and_suffixes_unless_it_is_offered_as_it_stands(name, model, variant):
    assert split(name, {"a/b", "a/b:free"}) == (model, variant)


async def test_free_drops_whatever_is_not_stated_to_cost_nothing():
    offers = [offer("dear", NOWHERE), offer("free", NOWHERE, price_usd_per_mtok={"input": "0", "output": "0"})]
    assert (await planned(*offers, model=f"{MODEL}:free"))[0] == ["free"]


async def test_endpoints_of_a_tier_serve_only_calls_that_ask_for_it():
    offers = [offer("usual", NOWHERE), offer("flexible", NOWHERE, tag="acme/flex")]
    assert (await planned(*offers))[0] == ["usual"]
    assert (await planned(*offers, service_tier="flex"))[0] == ["flexible"]
    assert set((await planned(*offers, model=f"{MODEL}:floor"))[0]) == {"usual", "flexible"}
    assert (await planned(*offers, provider={"only": ["acme/flex"]}))[0] == ["flexible"]


class Fastest:
    @hookimpl
    def strategy_score(self, candidates):
        return [float(c.endpoint.provider == "fast-usual") for c in candidates]


async def test_the_priority_tier_comes_first_by_throughput_and_the_usual_one_is_its_fallback():
    offers = [offer(name, NOWHERE) for name in ("usual", "fast-usual")]
    offers += [offer("quick", NOWHERE, tag="acme/priority"), offer("flexible", NOWHERE, tag="acme/flex")]
    strategies = {"in-order": InOrder(), "throughput": Fastest()}
    config = {"routing": {"strategies": ["in-order"]}}
    async with exchange_with(*offers, strategies=strategies, config=config) as x:

        async def order(**ask):
            route = await x.plan(x.open_call("openai-chat", encode(chat(**ask))))
            return [c.endpoint.provider for c in route.candidates]

        assert await order() == ["usual", "fast-usual"]
        for name in ("priority", "fast"):
            assert await order(service_tier=name) == ["quick", "fast-usual", "usual"]
        named = {"order": ["usual"]}
        assert await order(service_tier="priority", provider=named) == ["usual", "quick", "fast-usual"]


async def test_tools_narrow_the_choice_but_never_empty_it():
    able = offer("able", NOWHERE, supported_parameters=["tools"])
    unable = offer("unable", NOWHERE, supported_parameters=["seed"])
    tools = [{"type": "function", "function": {"name": "f"}}]
    assert (await planned(able, unable, tools=tools))[0] == ["able"]
    assert (await planned(unable, tools=tools))[0] == ["unable"]


async def test_a_prompt_that_surely_overflows_goes_elsewhere_and_the_route_says_so():
    small, large = offer("small", NOWHERE, context_tokens=1_000), offer("large", NOWHERE, context_tokens=100_000)
    long = [{"role": "user", "content": "x" * 20_000}]
    order, reasons = await planned(small, large, messages=long)
    assert order == ["large"]
    assert "holds 1000 tokens" in reasons
    assert (await planned(small, messages=long))[0] == ["small"]
    picture = [{"role": "user", "content": "data:image/png;base64," + "x" * 20_000}]
    assert set((await planned(small, large, messages=picture))[0]) == {"small", "large"}
