"""What no pattern allows is denied; a key's rule narrows and never widens."""

import pytest
from crossroads_allowed_models import AllowedModels, Settings
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from crossroads.call import Principal
from crossroads.route import Candidate, Endpoint, EndpointStats, Served
from crossroads.testing import ScriptedProvider, chat, exchange_with, offer, policy_conformance, send

TestAllowedModels = policy_conformance(AllowedModels, settings={"allowed": ["nobody/*"]}, denies=True)


class FakeCall:
    def __init__(self, name="local"):
        self.principal = Principal(name=name)


def denied(settings, *models, key="local"):
    candidates = tuple(
        Candidate(
            Endpoint(
                id=model, provider="p", plugin="p", provider_name="p", model=model, upstream=model,
                serves={"chat": Served("openai-chat", "http://x")},
            ),
            EndpointStats(),
        )
        for model in models
    )  # fmt: skip
    return AllowedModels(Settings.model_validate(settings)).policy_permit(FakeCall(key), candidates)


@pytest.mark.parametrize(
    ("pattern", "model", "allowed"),
    [
        ("anthropic/*", "anthropic/claude-sonnet-4.5", True),
        ("anthropic/*", "Anthropic/Claude", True),
        ("anthropic/*", "anthropic-fake/claude", False),
        ("*/*-mini", "openai/gpt-5-mini", True),
        ("*/*-mini", "openai/gpt-5-mini-x", False),
        ("openai/gpt-5", "openai/gpt-5:free", False),
        ("openai/gpt-5*", "openai/gpt-5:free", True),
        ("openai/gpt-4.1", "openai/gpt-4x1", False),
        ("*/*", "a/b", True),
    ],
)
def test_a_pattern_allows_what_it_says(pattern, model, allowed):
    assert (denied({"allowed": [pattern]}, model) == {}) == allowed


def test_a_denial_wins_and_holds_for_variants():
    reasons = denied({"allowed": ["*/*"], "denied": ["a/B"]}, "a/b", "a/b:free", "a/bc")
    assert set(reasons) == {"a/b", "a/b:free"}
    assert reasons["a/b"] == "allowed-models denies a/b"


def test_a_key_narrows_and_never_widens():
    settings = {"allowed": ["a/*"], "denied": ["a/secret"], "keys": {"ci": {"allowed": ["*/*-mini", "a/secret"]}}}
    assert set(denied(settings, "a/x", "a/x-mini", "a/secret", "b/x-mini", key="ci")) == {"a/x", "a/secret", "b/x-mini"}
    assert set(denied(settings, "a/x", "b/x-mini", key="other")) == {"b/x-mini"}
    assert "allowed-models.keys.ci" in denied(settings, "a/x", key="ci")["a/x"]


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"allowed": []},
        {"allowed": ["gpt-5"]},
        {"allowed": ["a/[bc]"]},
        {"allowed": ["a/b?"]},
        {"allowed": ["a/*"], "deny": ["a/b"]},
        {"allowed": ["a/*"], "keys": {"ci": {"allow": ["a/b"]}}},
        {"allowed": ["a/*"], "keys": {"ci": {}}},
    ],
)
def test_a_mistake_in_the_settings_is_an_error_and_never_an_open_door(settings):
    with pytest.raises(ValidationError):
        Settings.model_validate(settings)


@given(
    st.lists(st.sampled_from(["a/*", "*/b", "a/b", "*/*", "c/*d"]), min_size=1),
    st.lists(st.sampled_from(["a/*", "*/b", "a/b", "c/cd"])),
    st.sampled_from(["a/b", "a/c", "c/b", "c/cd", "c/d", "d/d"]),
    st.sampled_from(["a/*", "*/b", "a/b", "c/cd"]),
)
def test_one_more_denial_never_permits_more(allowed, deny, model, more):
    before = denied({"allowed": allowed, "denied": deny}, model)
    after = denied({"allowed": allowed, "denied": [*deny, more]}, model)
    assert set(before) <= set(after)


async def test_an_alias_and_a_fallback_do_not_get_around_it():
    async with ScriptedProvider() as upstream:
        config = {
            "routing": {"aliases": {"good/name": "bad/model"}},
            "policies": {"allowed-models": {"allowed": ["good/*"]}},
        }
        acme = offer("acme", upstream, models={"bad/model": "bad", "good/model": "good"})
        async with exchange_with(acme, policies={"allowed-models": AllowedModels}, config=config) as x:
            aliased = await send(x, chat(model="good/name"))
            assert (aliased.status, upstream.requests) == (404, [])
            assert "allowed-models does not allow bad/model" in aliased.json["error"]["message"]
            fallback = await send(x, chat(model="bad/model", models=["good/model"]))
            assert fallback.status == 200
            assert [request.json["model"] for request in upstream.requests] == ["good"]
