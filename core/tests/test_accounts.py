"""Several keys of one provider: in their order, with their limits and their own health, each for whom it is for."""

import asyncio
from collections import Counter
from contextlib import suppress

import msgspec
import pytest

from crossroads.config import Config
from crossroads.engine.exchange import Exchange
from crossroads.errors import ConfigError, NoEndpoint
from crossroads.explained import stages
from crossroads.jsonbody import encode
from crossroads.listings import model_rows, provider_rows
from crossroads.store import KeyRecord
from crossroads.testing import Answer, Recorder, ScriptedProvider, chat, exchange_with, offer, refusal, send

NOWHERE = "http://127.0.0.1:1/v1"


def keyed(name, upstream=NOWHERE, *keys, own="sk-own-key-0", **facts):
    made = offer(name, upstream, api_key=own, **facts)
    return made._replace(
        instance={**made.instance, "keys": [{"api_key": f"sk-{key['name']}-0", **key} for key in keys]}
    )


async def routed(x, **ask):
    """Instances in the order of their turns."""
    route = await x.plan(x.open_call("openai-chat", encode(chat(**ask))))
    return [candidate.endpoint.provider for candidate in route.candidates]


async def test_keys_go_before_the_own_one_by_priority_and_fallbacks_behind_it():
    keys = {"name": "late", "fallback": True}, {"name": "second", "priority": 1}, {"name": "first"}
    async with exchange_with(keyed("acme", NOWHERE, *keys), offer("other", NOWHERE)) as x:
        assert await routed(x) == ["acme#first", "acme#second", "acme", "other", "acme#late"]
        assert await routed(x, provider={"order": ["other"]}) == [
            "acme#first", "acme#second", "other", "acme", "acme#late",
        ]  # fmt: skip
        assert await routed(x, provider={"only": ["acme"]}) == ["acme#first", "acme#second", "acme", "acme#late"]
        assert await routed(x, provider={"ignore": ["acme"]}) == ["other"]
        route = await x.plan(x.open_call("openai-chat", encode(chat())))
        told = {
            row["provider"]: row["stages"].get("keys") for row in stages(route, {e.id: e for e in x.catalog.routed})
        }
        assert told["acme#first"] == "key first, before the provider's own"
        assert told["acme#late"] == "key late, behind the provider's own"
        assert told["acme"] is None


async def test_a_key_sends_its_own_credential_and_the_next_takes_over_where_it_is_refused():
    recorder = Recorder()
    async with ScriptedProvider() as upstream:
        upstream.script(refusal(401, "bad key"))
        async with exchange_with(keyed("acme", upstream, {"name": "a"}), sinks={"r": recorder}) as x:
            result = await send(x, chat())
        sent = [request.header("authorization") for request in upstream.requests]
    assert (result.status, sent) == (200, ["Bearer sk-a-0", "Bearer sk-own-key-0"])
    (generation,) = recorder.generations
    assert [attempt.provider for attempt in generation.attempts] == ["acme#a", "acme"]
    assert x.catalog.stats["acme#a/small"].failures > 0
    assert x.catalog.stats["acme/small"].failures == 0, "each has its own health"


async def test_of_one_priority_keys_are_drawn_by_weight_and_a_conversation_keeps_its_key():
    keys = {"name": "big", "weight": 3}, {"name": "small"}
    async with exchange_with(keyed("acme", NOWHERE, *keys), keyed("other", NOWHERE, {"name": "x"})) as x:
        first = Counter()
        for number in range(600):
            order = await routed(x, messages=[{"role": "user", "content": str(number)}])
            assert await routed(x, messages=[{"role": "user", "content": str(number)}]) == order
            assert sorted(order[:3]) == ["acme#big", "acme#small", "other#x"]
            assert abs(order.index("acme#big") - order.index("acme#small")) == 1, "one offer, one place"
            first[min("acme#big", "acme#small", key=order.index)] += 1
    assert first["acme#big"] / 600 == pytest.approx(0.75, abs=0.08)


async def test_a_key_is_for_its_callers_and_models_and_says_nothing_to_others():
    keys = {"name": "team", "callers": ["ci"]}, {"name": "images", "models": ["image/*"]}
    record = KeyRecord(hash="0" * 64, name="ci")
    async with exchange_with(keyed("acme", NOWHERE, *keys), config={}) as x:
        assert await routed(x) == ["acme"]
        call = x.open_call("openai-chat", encode(chat()))
        route = await x.plan(call)
        assert not any("team" in f"{reason.endpoint} {reason.text}" for reason in route.all_reasons())
        from crossroads.call import Principal

        call = x.open_call("openai-chat", encode(chat()), principal=Principal(name=record.name, key_id=record.hash))
        assert [c.endpoint.provider for c in (await x.plan(call)).candidates] == ["acme#team", "acme"]


@pytest.mark.parametrize(
    "wish", [{"ignore": ["acme"]}, {"only": ["nobody"]}, {"order": ["acme"]}, {"max_price": {"prompt": 0}}, {}]
)
async def test_no_wish_of_a_caller_makes_a_route_name_a_key_of_others(wish):
    async with exchange_with(keyed("acme", NOWHERE, {"name": "team", "callers": ["ci"]}, context_tokens=50)) as x:
        call = x.open_call("openai-chat", encode(chat("word " * 500, provider=wish)))
        with suppress(NoEndpoint):  # whose text is made of these reasons
            await x.plan(call)
        assert not any("team" in f"{reason.endpoint} {reason.text}" for reason in call.route.all_reasons())


async def test_a_required_key_forbids_the_own_one_also_at_its_limit():
    async with exchange_with(keyed("acme", NOWHERE, {"name": "a", "required": True, "max_concurrent": 1})) as x:
        assert await routed(x) == ["acme#a"]
        x.catalog.stats["acme#a/small"].in_flight = 1
        with pytest.raises(NoEndpoint, match="calls at once"):
            await routed(x)


async def test_calls_that_fall_back_at_once_do_not_pass_the_limit_of_a_key_together():
    """LIMIT-7: that there was room when they were planned is no room by now."""
    async with ScriptedProvider() as upstream:
        upstream.default = Answer(latency_s=0.2)
        busy = msgspec.structs.replace(refusal(503), latency_s=0.2)
        upstream.script(busy, busy)
        late = {"name": "late", "fallback": True, "max_concurrent": 1}
        async with exchange_with(keyed("acme", upstream, late)) as x:
            results = await asyncio.gather(*(send(x, chat()) for _ in range(2)))
        keys = [request.header("authorization") for request in upstream.requests]
    assert keys == ["Bearer sk-own-key-0"] * 2 + ["Bearer sk-late-0"]
    assert sorted(result.status for result in results) == [200, 503]


async def test_a_key_at_its_limit_stays_out():
    async with exchange_with(keyed("acme", NOWHERE, {"name": "a", "requests_per_minute": 3})) as x:
        stats = x.catalog.stats["acme#a/small"]
        for passed in range(3):
            assert await routed(x) == ["acme#a", "acme"]
            if passed < 2:
                stats.minutes.record(True, x.clock.monotonic())
            else:
                stats.in_flight = 1
        assert await routed(x) == ["acme"]


async def test_a_provider_without_a_key_of_its_own_is_called_with_the_others_alone():
    made = keyed("acme", NOWHERE, {"name": "a"}, own=None, manifest={"auth": {"scheme": "bearer"}})
    async with exchange_with(made) as x:
        assert await routed(x) == ["acme#a"]


async def test_listings_show_each_offer_once_and_no_key():
    async with exchange_with(keyed("acme", NOWHERE, {"name": "a"}, {"name": "b"})) as x:
        assert [row["slug"] for row in provider_rows(x.catalog)] == ["acme"]
        (row,) = model_rows(x.catalog)
        assert "sk-" not in repr(row) + repr(x.catalog.accounts) + repr(x.config)


def test_a_name_that_stands_twice_is_an_error_that_says_where():
    keys = [{"name": "a", "api_key": "x"}] * 2
    provider = {"name": "p", "plugin": "openai-compatible", "base_url": NOWHERE, "keys": keys, "endpoints": []}
    with pytest.raises(ConfigError, match=r"providers\[0\]\.keys\[1\]\.name"):
        Exchange(Config.of({"providers": [provider]}))
