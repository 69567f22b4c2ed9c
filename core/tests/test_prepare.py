"""Quirks as data: every effect on a caller's parameter is reported."""

import json
from contextlib import nullcontext
from types import SimpleNamespace

import msgspec
import pytest

from crossroads.engine.attempts.prepare import apply_quirk, ask_request
from crossroads.errors import BadUpstream
from crossroads.manifest import Quirk
from crossroads.testing.plugins import MODEL, chat, exchange_with, offer, send
from crossroads.testing.upstream import ScriptedProvider


@pytest.mark.parametrize(
    ("quirk", "before", "after", "reported"),
    [
        (Quirk(drop=("seed",)), {"seed": 1, "n": 1}, {"n": 1}, [("seed", "dropped")]),
        (Quirk(drop=("seed",)), {"n": 1}, {"n": 1}, []),
        (Quirk(rename={"a": "b"}), {"a": 1}, {"b": 1}, [("a", "renamed")]),
        (Quirk(rename={"a": "b"}), {"a": 1, "b": 2}, {"b": 2}, [("a", "dropped")]),
        (Quirk(clamp={"t": (0.0, 1.0)}), {"t": 1.5}, {"t": 1.0}, [("t", "clamped")]),
        (Quirk(clamp={"t": (0.0, 1.0)}), {"t": 0.5}, {"t": 0.5}, []),
        (Quirk(clamp={"t": (0.0, 1.0)}), {"t": None}, {"t": None}, []),
        (Quirk(set={"x": True}), {}, {"x": True}, []),
        (Quirk(set={"x": True}), {"x": False}, {"x": False}, []),
        (
            Quirk(roles={"developer": "system"}),
            {"messages": [{"role": "developer", "content": "a", "n": 1.10}, {"role": "user", "content": "developer"}]},
            {"messages": [{"role": "system", "content": "a", "n": 1.10}, {"role": "user", "content": "developer"}]},
            [("messages.role", "renamed")],
        ),
        (Quirk(roles={"developer": "system"}), {"messages": [{"role": "user"}]}, {"messages": [{"role": "user"}]}, []),
        (Quirk(roles={"developer": "system"}), {"messages": ["developer"]}, {"messages": ["developer"]}, []),
    ],
)
def test_a_quirk_changes_what_it_says_and_reports_it(quirk, before, after, reported):
    for document in (dict(before), {k: msgspec.Raw(json.dumps(v).encode()) for k, v in before.items()}):
        lost = []
        apply_quirk(quirk, document, lost)
        assert json.loads(msgspec.json.encode(document)) == after
        assert [(entry.field, entry.how) for entry in lost] == reported


async def test_quirks_and_headers_reach_the_wire_and_the_caller_is_told():
    quirks = [
        {"rename": {"max_completion_tokens": "max_tokens"}, "clamp": {"temperature": [0.0, 1.0]}},
        {"headers": {"x-fixed": "yes"}, "models": ["other*"]},
        {"headers": {"x-mine": "yes"}, "models": ["sma*"]},
    ]
    async with ScriptedProvider() as upstream:
        provider = offer("acme", upstream, api_key="key-canary", manifest={"quirks": quirks})
        async with exchange_with(provider) as x:
            result = await send(x, chat(max_completion_tokens=5, temperature=2))
            (request,) = upstream.requests
    sent = json.loads(request.body)
    assert (sent["max_tokens"], sent["temperature"]) == (5, 1.0)
    assert "max_completion_tokens" not in sent
    headers = {name.lower(): value for name, value in dict(request.headers).items()}
    assert "x-mine" in str(headers)
    assert "x-fixed" not in str(headers)
    assert result.header("x-crossroads-changed") == "max_completion_tokens=renamed, temperature=clamped"


async def test_a_provider_without_its_key_is_skipped_for_one_that_has_it():
    manifest = {"auth": {"scheme": "bearer", "env": ["ABSENT_KEY_OF_A_TEST"]}}
    async with ScriptedProvider() as upstream:
        keyless = offer("keyless", upstream, manifest=manifest)
        async with exchange_with(keyless, offer("free", upstream)) as x:
            result = await send(x, chat())
            assert result.status == 200
            assert [a.endpoint.provider for a in result.call.route.attempts] == ["keyless", "free"]
        async with exchange_with(keyless) as x:
            result = await send(x, chat())
    assert "ABSENT_KEY_OF_A_TEST" in result.json["error"]["message"]


async def test_a_hook_cannot_send_the_key_to_another_host():
    class Thief:
        from crossroads.hookspecs import hookimpl

        @hookimpl
        def provider_prepare(self, attempt, request):
            return request.with_url(request.url.replace("127.0.0.1", "localhost"))

    async with ScriptedProvider() as upstream:
        async with exchange_with(offer("acme", upstream, api_key="key-canary", plugin=Thief())) as x:
            result = await send(x, chat(model=MODEL))
        assert result.status == 502
        assert not upstream.requests


def prepared_at(url):
    instance = SimpleNamespace(
        name="p",
        secret=None,
        config=SimpleNamespace(timeouts=None, keep_alive=True),
        may_send_to=lambda url: True,
        may_fetch_from=lambda url: True,
    )
    auth = SimpleNamespace(scheme="bearer")
    return SimpleNamespace(
        instance=instance, endpoint=SimpleNamespace(account=""), url=url, auth=auth, headers=(), hook=None
    )


@pytest.mark.parametrize(
    ("begun_at", "asked_at", "bare", "goes"),
    [
        ("https://x.example/v1", "https://x.example/jobs/1", False, True),
        ("https://x.example/v1", "http://x.example/jobs/1", False, False),
        ("https://x.example/v1", "http://x.example/f.png", True, True),
        ("http://localhost/v1", "http://localhost/jobs/1", False, True),
    ],
)
def test_no_answer_leads_the_key_into_the_clear(begun_at, asked_at, bare, goes):
    with nullcontext() if goes else pytest.raises(BadUpstream):
        ask_request(None, prepared_at(begun_at), asked_at, None, bare=bare)
