"""Who may serve, in what order, and why: every drop leaves a reason, and no way leads around a policy."""

import json
import math

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crossroads.errors import BadRequest, Denied, NoEndpoint, UnknownModel
from crossroads.hookspecs import hookimpl
from crossroads.testing import MODEL, chat, exchange_with, offer

NOWHERE = "http://127.0.0.1:1/v1"


class Scores:
    """One strategy: scores by provider."""

    def __init__(self, **scores):
        self.scores = scores

    @hookimpl
    def strategy_score(self, candidates):
        return [self.scores.get(c.endpoint.provider, 0.0) for c in candidates]


class Forbids:
    """One policy: refuses these models."""

    def __init__(self, *models):
        self.models, self.asked = set(models), []

    @hookimpl
    def policy_permit(self, candidates):
        self.asked.append([c.endpoint.id for c in candidates])
        return {c.endpoint.id: "forbidden here" for c in candidates if c.endpoint.model in self.models}


async def planned(*offers, ask=None, **exchange):
    """-> (providers in order, route). Raises what the plan raises."""
    from crossroads.engine.routing.plan import plan

    async with exchange_with(*offers, **exchange) as x:
        call = x.open_call("openai-chat", encoded(ask or chat()))
        route = plan(call, x)
        return [c.endpoint.provider for c in route.candidates], route


def encoded(document):
    return json.dumps(document).encode()


def three(**facts):
    return [offer(name, NOWHERE, **facts) for name in ("a", "b", "c")]


async def test_without_any_opinion_the_order_is_the_configurations():
    assert (await planned(*three()))[0] == ["a", "b", "c"]


async def test_the_first_strategy_decides_and_the_next_breaks_its_ties():
    strategies = {"first": Scores(a=1.0, b=2.0, c=2.0), "second": Scores(a=9.0, c=1.0)}
    assert (await planned(*three(), strategies=strategies))[0] == ["c", "b", "a"]


@pytest.mark.parametrize(
    ("scores", "order"),
    [
        ({"a": -math.inf, "b": 0.0, "c": 1.0}, ["c", "b", "a"]),
        ({"a": math.nan, "b": 0.0, "c": 1.0}, ["c", "a", "b"]),
        ({"a": math.nan, "b": -math.inf, "c": math.inf}, ["c", "a", "b"]),
        ({"a": math.nan, "b": math.nan, "c": math.nan}, ["a", "b", "c"]),
        ({"a": True, "b": 0, "c": 2}, ["c", "a", "b"]),
    ],
)
async def test_no_opinion_stands_in_the_middle_and_infinity_at_the_end(scores, order):
    assert (await planned(*three(), strategies={"s": Scores(**scores)}))[0] == order


async def test_the_callers_order_comes_before_any_score_and_the_rest_follows():
    strategies = {"s": Scores(a=3.0, b=2.0, c=1.0)}
    ask = chat(provider={"order": ["c", "absent", "b"]})
    assert (await planned(*three(), strategies=strategies, ask=ask))[0] == ["c", "b", "a"]


@pytest.mark.parametrize(
    ("preferences", "left"),
    [
        ({"allow_fallbacks": False}, ["a"]),
        ({"order": ["c", "a"], "allow_fallbacks": False}, ["c", "a"]),
        ({"ignore": ["a"]}, ["b", "c"]),
        ({"only": ["b"]}, ["b"]),
    ],
)
async def test_preferences_drop_and_each_drop_has_its_reason(preferences, left):
    order, route = await planned(*three(), ask=chat(provider=preferences))
    assert order == left
    if "allow_fallbacks" not in preferences or "order" in preferences:
        dropped = {reason.endpoint for reason in route.all_reasons() if reason.dropped}
        assert len(dropped) == 3 - len(left)


async def test_when_nobody_is_left_the_error_says_who_was_dropped_and_why():
    with pytest.raises(NoEndpoint) as caught:
        await planned(*three(), ask=chat(provider={"only": ["b"], "ignore": ["b"]}))
    assert "a/small: provider.only permits only b" in str(caught.value)
    assert "b/small: provider.ignore names it" in str(caught.value)


@pytest.mark.parametrize(
    ("model", "error", "says"),
    [
        ("test/modle", UnknownModel, "Did you mean test/model?"),
        ("x" * 5_000, UnknownModel, "not a valid model ID"),
        (None, BadRequest, "model"),
    ],
)
async def test_a_model_that_nobody_offers_is_the_callers_to_correct(model, error, says):
    ask = chat(model=model)
    if model is None:
        del ask["model"]
    with pytest.raises(error) as caught:
        await planned(*three(), ask=ask)
    assert says in str(caught.value)
    assert len(str(caught.value)) < 1_000


async def test_a_default_model_serves_calls_that_name_none():
    ask = chat()
    del ask["model"]
    config = {"routing": {"default_model": MODEL}}
    assert (await planned(*three(), ask=ask, config=config))[0] == ["a", "b", "c"]


async def test_an_endpoint_that_gives_too_few_tokens_is_dropped_and_an_unknown_bound_is_not():
    offers = [offer("short", NOWHERE, max_output_tokens=100), offer("unknown", NOWHERE)]
    order, route = await planned(*offers, ask=chat(max_tokens=101))
    assert order == ["unknown"]
    assert "at most 100 tokens" in route.all_reasons()[0].text


async def test_fallback_models_come_after_and_each_endpoint_once():
    offers = [offer("a", NOWHERE, models={"x/one": "1", "x/two": "2"})]
    _, route = await planned(*offers, ask=chat(model="x/one", models=["x/two", "x/one"]))
    assert [c.endpoint.model for c in route.candidates] == ["x/one", "x/two"]


async def test_policies_unite_and_the_later_sees_only_what_the_earlier_left():
    first, second = Forbids("x/one"), Forbids("x/two")
    offers = [offer("a", NOWHERE, models={"x/one": "1"}), offer("b", NOWHERE, models={"x/one": "1"})]
    with pytest.raises(NoEndpoint, match="forbidden here"):
        await planned(*offers, ask=chat(model="x/one"), policies={"first": first, "second": second})
    assert first.asked == [["a/1", "b/1"]]
    assert second.asked == []


async def test_a_sort_that_is_not_installed_is_a_bad_request_that_lists_what_is():
    with pytest.raises(BadRequest) as caught:
        await planned(*three(), ask=chat(provider={"sort": "magic"}), strategies={"mine": Scores()})
    assert (caught.value.field, caught.value.value) == ("provider.sort", "magic")
    assert "mine" in caught.value.remedy


async def test_a_sort_decides_alone():
    strategies = {"configured": Scores(a=9.0), "other": Scores(c=9.0)}
    config = {"routing": {"strategies": ["configured", "other"]}}
    ask = chat(provider={"sort": "other"})
    assert (await planned(*three(), ask=ask, strategies=strategies, config=config))[0][0] == "c"


MODELS = ["m/a", "m/b", "m/c"]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    aliases=st.dictionaries(st.sampled_from(["n/x", "n/y", "m/a"]), st.sampled_from(MODELS)),
    forbidden=st.sets(st.sampled_from(MODELS)),
    more=st.sets(st.sampled_from(MODELS)),
    asked=st.lists(st.sampled_from([*MODELS, "n/x", "n/y"]), min_size=1, max_size=4),
    preferences=st.fixed_dictionaries(
        {},
        optional={
            "order": st.lists(st.sampled_from(["a", "b"])),
            "allow_fallbacks": st.booleans(),
            "ignore": st.lists(st.sampled_from(["a", "b"]), max_size=1),
        },
    ),
)
async def test_no_alias_fallback_or_preference_leads_around_a_policy(aliases, forbidden, more, asked, preferences):
    """DISP-4 and DATA-3 against an oracle of four lines."""
    offers = [offer("a", NOWHERE, models={m: m for m in MODELS}), offer("b", NOWHERE, models={"m/b": "m/b"})]
    config = {"routing": {"aliases": aliases}}
    ask = chat(model=asked[0], models=asked[1:], provider=preferences)

    async def reachable(denied):
        policies = {"one": Forbids(*denied), "two": Forbids()}
        try:
            _, route = await planned(*offers, ask=ask, policies=policies, config=config)
        except (NoEndpoint, UnknownModel):
            return set()
        return {c.endpoint.id for c in route.candidates}

    meant = {aliases.get(name, name) for name in asked}
    found = await reachable(forbidden)
    assert {e.partition("/")[2] for e in found} <= meant - forbidden
    assert not any(e.startswith(f"{name}/") for name in preferences.get("ignore", ()) for e in found)
    if not preferences.get("order") and preferences.get("allow_fallbacks", True):
        everybody = {f"a/{m}" for m in MODELS} | {"b/m/b"}
        ignored = set(preferences.get("ignore", ()))
        allowed = {e for e in everybody if e.partition("/")[2] in meant - forbidden}
        assert found == {e for e in allowed if e.partition("/")[0] not in ignored}
        assert await reachable(forbidden | more) <= found


async def test_a_policy_that_answers_a_list_of_names_denies_all():
    class Lists:
        @hookimpl
        def policy_permit(self):
            return ["b/small"]

    with pytest.raises(Denied):
        await planned(*three(), policies={"lists": Lists()})
