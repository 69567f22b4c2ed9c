"""A route in words: every candidate, and at each stage why it went on, went behind or went out."""

import json
from contextlib import suppress

import pytest
from typer.testing import CliRunner

from crossroads.cli.route import app
from crossroads.errors import CrossroadsError
from crossroads.explained import stages
from crossroads.hookspecs import hookimpl
from crossroads.jsonbody import encode
from crossroads.testing import chat, exchange_with, offer

URL = "http://127.0.0.1:1/v1"


class NoB:
    @hookimpl
    def policy_permit(self, candidates):
        return {c.endpoint.id: "not b" for c in candidates if c.endpoint.provider == "b"}


class ByName:
    @hookimpl
    def strategy_score(self, candidates):
        return [float(c.endpoint.provider in "cd") for c in candidates]


async def considered(*, offered=None, policies=None, **fields):
    offers = [offer(name, URL, models=offered or {"test/model": "m"}) for name in "abcd"]
    async with exchange_with(*offers, strategies={"by-name": ByName()}, policies=policies) as x:
        call = x.open_call("openai-chat", encode(chat(**fields)))
        with suppress(CrossroadsError):
            await x.plan(call)
        return stages(call.route, {endpoint.id: endpoint for endpoint in x.catalog.endpoints})


async def test_each_stage_says_what_it_did_with_everybody():
    rows = await considered(policies={"no-b": NoB()}, provider={"ignore": ["a"]})
    assert [(row["place"], row["endpoint"]) for row in rows] == [(1, "c/m"), (2, "d/m"), (None, "a/m"), (None, "b/m")]
    tied = "scores 1, place 1 of 2, tied"
    assert [row["stages"] for row in rows] == [
        {"filters": "passed", "policies": "passed", "by-name": tied},
        {"filters": "passed", "policies": "passed", "by-name": tied},
        {"filters": "provider.ignore names it"},
        {"filters": "passed", "policies": "no-b: not b"},
    ]


async def test_places_count_ties_once():
    rows = await considered()
    told = {row["provider"]: row["stages"]["by-name"] for row in rows}
    assert told["c"] == "scores 1, place 1 of 4, tied"
    assert told["a"] == "scores 0, place 3 of 4, tied"


async def test_fallback_models_follow_behind_with_places_of_their_own():
    two = {"test/model": "m", "test/other": "n"}
    rows = await considered(offered=two, models=["test/other"], provider={"only": ["a", "c"]})
    kept = [(row["endpoint"], row["stages"]["by-name"]) for row in rows if row["place"]]
    assert kept == [
        ("c/m", "scores 1, place 1 of 2"),
        ("a/m", "scores 0, place 2 of 2"),
        ("c/n", "scores 1, place 1 of 2"),
        ("a/n", "scores 0, place 2 of 2"),
    ]


async def test_who_wants_no_fallback_sees_who_would_have_been_one():
    rows = await considered(provider={"allow_fallbacks": False})
    assert [row["place"] for row in rows] == [1, None, None, None]
    assert {row["stages"].get("fallbacks") for row in rows[1:]} == {"not to be tried: allow_fallbacks is false"}


async def test_order_is_a_stage():
    rows = await considered(provider={"order": ["b"]})
    assert rows[0]["stages"]["order"] == "provider.order names it, place 1"
    assert rows[1]["stages"]["order"] == "behind all that it names"


CONFIG = """
[[providers]]
name = "{name}"
plugin = "openai-compatible"
base_url = "http://127.0.0.1:1/v1"
endpoints = [{{ model = "a/m", upstream = "m" }}, {{ model = "a/n", upstream = "n" }}]
"""


@pytest.fixture
def config(tmp_path):
    file = tmp_path / "crossroads.toml"
    file.write_text("".join(CONFIG.format(name=name) for name in ("one", "two")), "utf-8")
    return str(file)


def test_the_command_takes_fallback_models_and_prints_what_was_considered(config):
    found = CliRunner().invoke(app, ["explain", "-m", "a/m", "-m", "a/n", "-c", config, "--json"])
    told = json.loads(found.stdout)
    assert [row["model"] for row in told["considered"]] == ["a/m", "a/m", "a/n", "a/n"]
    assert [row["place"] for row in told["considered"]] == [1, 2, 3, 4]
    assert told["error"] is None
    table = CliRunner().invoke(app, ["explain", "-m", "a/m", "-c", config])
    assert table.stdout.split()[:4] == ["place", "endpoint", "model", "filters"]


def test_a_call_that_nobody_serves_is_told_and_fails(config, tmp_path):
    body = tmp_path / "body.json"
    body.write_text(
        json.dumps({"messages": [{"role": "user", "content": "?"}], "provider": {"ignore": ["one", "two"]}}), "utf-8"
    )
    found = CliRunner().invoke(app, ["explain", "-m", "a/m", "--body", str(body), "-c", config, "--json"])
    told = json.loads(found.stdout)
    assert found.exit_code == 1
    assert "ignore" in told["error"]
    assert [row["stages"] for row in told["considered"]] == [{"filters": "provider.ignore names it"}] * 2
