"""An event log becomes traffic: the same calls over endpoints that answer as the log says, at today's prices."""

import json

import msgspec
import pytest
from crossroads_simulate import app
from crossroads_simulate.log import read_arrivals
from crossroads_simulate.replay import LOGGED, measured, replay_of
from typer.testing import CliRunner

from crossroads.errors import ConfigError
from crossroads.events import AttemptRecord, Generation, PluginFailed
from crossroads.testing import ScriptedProvider, chat, exchange_with, offer, send
from crossroads.types.usage import Usage

START = 1_795_000_000.0
CONFIG = """
[routing]
strategies = ["price"]

[[providers]]
name = "dear"
plugin = "openai-compatible"
base_url = "http://127.0.0.1:1/v1"
endpoints = [{ model = "a/b", upstream = "m", price_usd_per_mtok = { input = "10", output = "10" } }]

[[providers]]
name = "cheap"
plugin = "openai-compatible"
base_url = "http://127.0.0.1:1/v1"
endpoints = [{ model = "a/b", upstream = "m", price_usd_per_mtok = { input = "1", output = "1" } }]
"""


def attempt(at, *, endpoint="dear/m", outcome="ok", error_code=None, tokens=(1_000, 500), first_s=0.5):
    usage = Usage(input_tokens=tokens[0], output_tokens=tokens[1]) if outcome == "ok" else None
    return AttemptRecord(
        id="a", endpoint=endpoint, provider=endpoint.partition("/")[0], model="a/b", started_at=START + at,
        outcome=outcome, seconds=first_s + 5.0, first_token_s=first_s if outcome == "ok" else None,
        usage=usage, cost_nano=15_000_000 if usage else None, error_code=error_code,
    )  # fmt: skip


def generation(at, *attempts, model="a/b", operation="chat", **more):
    attempts = attempts or (attempt(at),)
    ok = attempts[-1].outcome == "ok"
    return Generation(
        id=f"gen-{at}", received_at=START + at, operation=operation, dialect="openai-chat", stream=True,
        principal=more.pop("principal", "ci"), key_id=None, model=model, served_model=model if ok else None,
        provider=attempts[-1].provider, outcome="ok" if ok else "failed", seconds=5.5,
        cost_nano=15_000_000 if ok else 0, attempts=attempts, **more,
    )  # fmt: skip


@pytest.fixture
def files(tmp_path):
    def write(*events):
        log, config = tmp_path / "events.jsonl", tmp_path / "crossroads.toml"
        log.write_bytes(b"\n".join(map(msgspec.json.encode, events)) + b"\n")
        config.write_text(CONFIG, "utf-8")
        return log, config

    return write


def test_what_would_it_have_cost_is_one_command(files):
    log, config = files(*(generation(n) for n in range(100)))
    command = ["--log", str(log), "--config", str(config), "--strategy", "price", "--strategy", "in-order", "--json"]
    done = CliRunner().invoke(app, command)
    was, price, in_order = json.loads(done.stdout)
    assert [row["strategy"] for row in (was, price, in_order)] == [LOGGED, "price", "in-order"]
    assert (was["calls"], was["success"], was["cost_usd"]) == (100, 1.0, pytest.approx(1.5))
    assert price["cost_usd"] == pytest.approx(0.15)
    assert in_order["cost_usd"] == pytest.approx(1.5)
    assert in_order["first_token_p50_s"] == pytest.approx(was["first_token_p50_s"], rel=0.05)
    assert in_order["total_p50_s"] == pytest.approx(was["total_p50_s"], rel=0.05)


def test_only_chats_are_calls_and_uncounted_ones_are_as_long_as_the_others(files):
    failed = generation(7, attempt(7, outcome="failed", error_code="server"), session_id="s", principal="b")
    other = generation(8, operation="images")
    told = PluginFailed(id="x", at=1.0, plugin="p", hook="h", error="")
    log, _ = files(generation(5), failed, other, told)
    first, second = read_arrivals(log)
    assert (first.at_s, first.input_tokens, first.output_tokens, first.key) == (0.0, 1_000, 500, "ci")
    assert (second.at_s, second.input_tokens, second.session, second.key) == (2.0, 1_000, "s", "b")


def test_calls_of_models_that_nobody_offers_are_left_out_and_told(files):
    log, config = files(generation(0), generation(1, model="gone/model"))
    found = replay_of(log, config)
    assert (len(found.arrivals), found.left_out) == (1, {"gone/model": 1})
    with pytest.raises(ConfigError, match="none of its calls"):
        replay_of(files(generation(1, model="gone/model"))[0], config)


def test_an_endpoint_answers_as_the_log_says_and_one_that_it_does_not_know_as_the_others(files):
    log, config = files(*(generation(n, attempt(n, first_s=2.0)) for n in range(10)))
    dear, cheap = replay_of(log, config).scenario.endpoints
    assert (dear.name, cheap.name) == ("dear-m", "cheap-m")
    assert dear.first_token_s == cheap.first_token_s == pytest.approx(2.0)
    assert dear.tokens_per_s == cheap.tokens_per_s == pytest.approx(100.0)
    assert (dear.price_input, cheap.price_input) == ("10.000000000", "1.000000000")


def test_spells_in_which_nearly_all_failed_are_outages_and_the_rest_is_a_share():
    def failed(at, code):
        return attempt(at, outcome="failed", error_code=code)

    made = [attempt(n) for n in range(0, 60, 2)]
    made += [failed(n, "rate_limit_exceeded") for n in range(60, 180, 5)]
    made += [attempt(n) for n in range(180, 240, 3)] + [failed(n, "server") for n in range(181, 240, 6)]
    facts = measured(made, START)
    (outage,) = facts["outages"]
    assert (outage.from_s, outage.to_s, outage.kind) == (60.0, 180.0, "limit")
    assert facts["error_rate"] == pytest.approx(10 / 60)
    assert facts["error_s"] == pytest.approx(5.5)


@pytest.mark.parametrize("line", [b'{"type":"generation"}', b"{", b'{"at_s":"x"}'])
def test_a_broken_line_is_one_error_that_names_it(tmp_path, line):
    log = tmp_path / "x.jsonl"
    log.write_bytes(b'{"at_s":1}\n' + line + b"\n")
    with pytest.raises(ConfigError, match="line 2"):
        read_arrivals(log)


def test_without_scenario_and_log_the_command_says_what_it_needs():
    done = CliRunner().invoke(app, [])
    assert done.exit_code == 2


async def test_what_the_sink_jsonl_writes_is_read(tmp_path):
    jsonl = pytest.importorskip("crossroads_jsonl")
    log = tmp_path / "events.jsonl"
    async with ScriptedProvider() as upstream:
        config = {"sinks": {"jsonl": {"path": str(log)}}}
        async with exchange_with(offer("acme", upstream), sinks={"jsonl": jsonl.Jsonl}, config=config) as x:
            for stream in (False, True):
                await send(x, chat(stream=stream, session_id="s"))
    found = read_arrivals(log)
    assert [(arrival.model, arrival.session, arrival.key) for arrival in found] == [("test/model", "s", "local")] * 2
    assert all(arrival.input_tokens > 0 and arrival.output_tokens > 0 for arrival in found)
