"""The same seed, the same figures; outages cost what they must, and no more; a wrong scenario is one clear error."""

import json
from pathlib import Path

import pytest
from crossroads_simulate import app
from crossroads_simulate.command import compared
from crossroads_simulate.figures import percentile
from crossroads_simulate.run import simulate
from crossroads_simulate.scenario import arrivals_of, read_scenario
from typer.testing import CliRunner

from crossroads import Exchange
from crossroads.errors import ConfigError

EXAMPLE = Path(__file__).parents[4] / "docs" / "examples" / "outage.toml"
TWO = """
strategies = ["price"]
[arrivals]
rate_per_s = 5
duration_s = {seconds}
keys = {{ a = 0.5, b = 0.5 }}
{log}
[[endpoints]]
name = "cheap"
price_input = "1"
price_output = "1"
{cheap}
[[endpoints]]
name = "dear"
price_input = "2"
price_output = "2"
"""


def scenario(tmp_path, cheap="", log="", seconds=60):
    file = tmp_path / "scenario.toml"
    file.write_text(TWO.format(cheap=cheap, log=log, seconds=seconds), "utf-8")
    return file


def figures(file, seed=1, strategy="price"):
    read = read_scenario(file)
    return simulate(read, arrivals_of(read, file.parent, seed), strategy, seed)[0]


def test_the_same_seed_gives_the_same_figures_and_another_gives_others(tmp_path):
    file = scenario(tmp_path, "error_rate = 0.2")
    assert figures(file) == figures(file)
    assert figures(file) != figures(file, seed=2)


def test_a_well_and_cheap_endpoint_takes_everything(tmp_path):
    found = figures(scenario(tmp_path))
    assert (found["success"], found["extra_calls"], found["fairness"]) == (1.0, 0.0, 1.0)
    assert found["shares"] == {"cheap": 1.0, "dear": 0.0}


@pytest.mark.parametrize("kind", ["error", "limit", "refuse"])
def test_an_outage_loses_no_call_and_few_attempts(tmp_path, kind):
    found = figures(scenario(tmp_path, f'outages = [{{ from_s = 10, to_s = 40, kind = "{kind}" }}]'))
    assert found["success"] == 1.0
    assert 0 < found["extra_calls"] < 0.1
    assert 0.2 < found["shares"]["dear"] < 0.8


@pytest.mark.parametrize("per_minute", [60, 180])
def test_a_limit_a_minute_is_learned_used_and_rarely_hit(tmp_path, per_minute):
    found = figures(scenario(tmp_path, f"per_minute = {per_minute}", seconds=600))
    used = found["shares"]["cheap"] * found["upstream_calls"] - found["refused"]
    assert found["success"] == 1.0
    assert found["refused"] < 0.02 * found["calls"]
    assert used > 0.9 * per_minute * 11, "ten minutes, and the bucket that was full"


def test_with_places_and_a_queue_a_limit_on_calls_at_once_loses_few_calls(tmp_path):
    only = "at_once = 20\n" + "\n[routing.concurrency]\nstart = 32\n"
    alone = scenario(tmp_path, only).read_text("utf-8").replace("rate_per_s = 5", "rate_per_s = 5.5")
    one = alone.partition('[[endpoints]]\nname = "dear"')[0]
    bare = one.partition("[routing.concurrency]")[0]
    (tmp_path / "queued.toml").write_text(one, "utf-8")
    (tmp_path / "bare.toml").write_text(bare, "utf-8")
    queued, refused = figures(tmp_path / "queued.toml"), figures(tmp_path / "bare.toml")
    assert queued["success"] > 0.95 > refused["success"]
    assert queued["refused"] < refused["refused"] / 2


def test_a_traffic_log_is_replayed_and_priced(tmp_path):
    lines = [{"at_s": n / 10, "input_tokens": 1000, "output_tokens": 500, "key": "a"} for n in range(100)]
    (tmp_path / "traffic.jsonl").write_text("\n".join(map(json.dumps, lines)), "utf-8")
    found = figures(scenario(tmp_path, log='log = "traffic.jsonl"'))
    assert found["calls"] == 100
    assert found["cost_usd"] == pytest.approx(100 * 1500 / 1e6)


def test_the_command_prints_one_row_a_strategy_in_json(tmp_path):
    command = [str(scenario(tmp_path)), "--strategy", "price", "--strategy", "balanced", "--seed", "3", "--json"]
    first, second = (CliRunner().invoke(app, command) for _ in range(2))
    assert first.exit_code == 0, first.output
    assert first.stdout == second.stdout
    assert [row["strategy"] for row in json.loads(first.stdout)] == ["price", "balanced"]


def test_a_wrong_scenario_names_its_file_and_field(tmp_path):
    with pytest.raises(ConfigError, match="latency"):
        read_scenario(scenario(tmp_path, "latency = 3"))


def test_the_example_of_the_docs_is_valid():
    read = read_scenario(EXAMPLE)
    assert len(read.endpoints) == 3
    assert len(arrivals_of(read, EXAMPLE.parent, 1)) > 5_000


def test_percentiles_are_the_nearest_rank():
    assert [percentile([1.0, 2.0, 3.0, 4.0], p) for p in (0, 50, 99)] == [1.0, 3.0, 4.0]
    assert percentile([], 50) == 0.0


CACHED = """
[arrivals]
rate_per_s = 2
duration_s = 120
turns = {turns}
[[endpoints]]
name = "caching"
price_input = "10"
price_output = "0"
price_cache_read = "1"
"""


def test_conversations_read_their_prompts_from_an_endpoints_cache(tmp_path):
    file = tmp_path / "cached.toml"
    costs = []
    for turns in (1, 5):
        file.write_text(CACHED.format(turns=turns), "utf-8")
        read = read_scenario(file)
        arrivals = arrivals_of(read, tmp_path, 1)
        found, _ = simulate(read, arrivals, "price", 1)
        costs.append(found["cost_usd"] / (sum(arrival.input_tokens for arrival in arrivals) * 10 / 1e6))
    assert costs[0] == pytest.approx(1.0)
    assert 0.1 < costs[1] < 0.8


def test_each_key_has_its_figures(tmp_path):
    found = figures(scenario(tmp_path, "error_rate = 0.1"))
    assert [key["key"] for key in found["keys"]] == ["a", "b"]
    assert sum(key["calls"] for key in found["keys"]) == found["calls"]
    assert sum(key["cost_usd"] for key in found["keys"]) == pytest.approx(found["cost_usd"])
    assert found["worst_key"].split()[0] in ("a", "b")


def test_a_chain_a_setting_and_no_strategy_at_all(tmp_path):
    file = scenario(tmp_path)
    assert figures(file, strategy="in-order")["shares"]["cheap"] == 1.0
    file.write_text(
        file.read_text("utf-8").replace("[arrivals]", "[settings.weighted]\nweights = { cheap = 0 }\n[arrivals]")
    )
    assert figures(file, strategy="weighted,price")["shares"]["dear"] == 1.0


def test_processes_of_their_own_give_the_same_figures(tmp_path, monkeypatch):
    read = read_scenario(scenario(tmp_path))
    arrivals = arrivals_of(read, tmp_path, 1)
    alone = compared(read, arrivals, ["price", "balanced"], 1)
    monkeypatch.setattr("crossroads_simulate.command.PARALLEL_CALLS", 1)
    beside = compared(read, arrivals, ["price", "balanced"], 1)
    assert [row for row, _ in alone] == [row for row, _ in beside]


def test_pictures_are_the_same_for_the_same_figures(tmp_path):
    pytest.importorskip("matplotlib")
    from crossroads_simulate.plot import draw

    read = read_scenario(scenario(tmp_path))
    results = compared(read, arrivals_of(read, tmp_path, 1), ["price"], 1)
    first, again = (draw(results, tmp_path / name) for name in ("one", "two"))
    assert [path.suffix for path in first] == [".png", ".svg"]
    assert first[0].read_bytes().startswith(b"\x89PNG")
    assert first[1].read_bytes() == again[1].read_bytes()


def test_a_provider_that_a_key_in_the_environment_would_add_takes_no_part(tmp_path, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-nobody-at-all")
    file = scenario(tmp_path)
    file.write_text('model = "openai/gpt-6-astra"\n' + file.read_text("utf-8"), "utf-8")
    assert any(e.plugin == "openai" for e in Exchange({}).catalog.models["openai/gpt-6-astra"]), (
        "else this shows nothing"
    )
    found = figures(file, strategy="balanced")
    assert (found["success"], found["extra_calls"]) == (1.0, 0.0)


def test_policies_of_a_scenario_are_at_work(tmp_path):
    file = scenario(tmp_path)
    denied = '[policies.allowed-models]\nallowed = ["sim/*"]\nkeys.b = { allowed = ["other/*"] }\n'
    file.write_text(file.read_text("utf-8").replace("[arrivals]", denied + "[arrivals]"), "utf-8")
    rates = {key["key"]: key["success"] for key in figures(file)["keys"]}
    assert rates == {"a": 1.0, "b": 0.0}


FULL = """
{concurrency}
[arrivals]
rate_per_s = 10
duration_s = 120
keys = {{ flood = 0.9, quiet = 0.1 }}
[[endpoints]]
name = "narrow"
at_once = 10
"""


def test_a_queue_in_front_of_a_full_endpoint_shares_it_fairly_between_keys(tmp_path):
    file = tmp_path / "full.toml"
    found = {}
    queue = "[routing.concurrency]\nstart = 10\nmax = 10\nqueue = 20\nqueue_s = 20"
    for name, words in (("bare", ""), ("queued", queue)):
        file.write_text(FULL.format(concurrency=words), "utf-8")
        row = figures(file, strategy="in-order")
        found[name] = {key["key"]: key["success"] for key in row["keys"]}
    assert found["bare"]["quiet"] < 0.7
    assert found["queued"]["quiet"] > 0.95
    assert found["queued"]["flood"] < 0.7
