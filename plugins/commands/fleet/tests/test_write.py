"""From facts and a hand's words to packages: what is taken, what is left out, what is never lost."""

import json
import tomllib
from pathlib import Path

import pytest
from crossroads_fleet.catalog import read_catalog
from crossroads_fleet.command import app
from crossroads_fleet.merge import read_overrides
from crossroads_fleet.repo import Repo, manifest_file
from crossroads_fleet.write import changes
from typer.testing import CliRunner

from crossroads.errors import ConfigError
from crossroads.manifest import read_manifest

HERE = Path(__file__).parents[4]


def write(root: Path, *words: str) -> list[str]:
    done = CliRunner().invoke(app, ["write", "--root", str(root), "--json", *words])
    assert done.exit_code == 0, done.output
    return [row["file"] for row in json.loads(done.stdout)]


def words(root: Path, name: str) -> dict:
    return tomllib.loads(manifest_file(root / "plugins" / "providers" / name).read_text())


@pytest.fixture
def written(root, catalog) -> Path:
    write(root, "--catalog", str(catalog))
    return root


def test_writing_again_changes_nothing_with_the_catalog_or_without(written, catalog):
    assert write(written) == []
    assert write(written, "--catalog", str(catalog)) == []
    assert CliRunner().invoke(app, ["write", "--check", "--root", str(written)]).exit_code == 0


def test_every_package_here_is_as_it_would_be_written_again():
    assert [path for _, files in changes(Repo(HERE), None, ()) for path in files] == []


def test_the_address_without_plan_or_region_is_the_usual_one_and_others_are_sites(written):
    found = words(written, "north")
    assert found["base_url"] == "https://api.north.example/v1"
    assert {name: site["base_url"] for name, site in found["sites"].items()} == {"cn": "https://cn.north.example/v1"}
    assert found["models_url"] == "{base_url}/models"
    assert found["hosts"] == ["api.north.example"]


def test_operations_are_those_that_a_source_names_at_that_address_and_dialects_under_its_domain(written):
    chat, embeddings = words(written, "north")["operations"].values()
    assert {name: also["url"] for name, also in chat["also"].items()} == {
        "anthropic-messages": "https://api.north.example/claude/v1/messages"
    }
    assert embeddings["url"] == "{base_url}/embeddings"


def test_a_key_of_somebody_else_a_plan_or_no_key_at_all_is_left_out(written):
    assert words(written, "north")["auth"]["env"] == ["NORTH_API_KEY"]


def test_offers_are_taken_only_where_they_can_be_called_and_doubted_prices_are_not(written):
    rows = {(row["upstream"], row.get("site")): row for row in words(written, "north")["endpoints"]}
    assert set(rows) == {("small", None), ("small", "cn"), ("embed", None), ("doubtful", None), ("said-to-be", None)}
    small = rows["small", None]
    assert small["price_usd_per_mtok"] == {"input": "0.1", "output": "0.2"}
    assert "price_usd" not in small, "an amount below a nano-dollar can't be written"
    assert small["source"]["note"] == "also in litellm", "which states prices; a registry of names does not"
    assert small["price_tiers"] == [{"above_input_tokens": 4, "price_usd_per_mtok": {"input": "1"}}]
    assert "price_usd_per_mtok" not in rows["doubtful", None]
    assert rows["doubtful", None]["note"] == "left out, in doubt: price is 9 times the median"
    assert rows["said-to-be", None]["model"] == "north/said-to-be"


def test_where_sources_differ_that_is_said_and_the_preferred_one_stands(written):
    found = words(written, "north")
    small = next(row for row in found["endpoints"] if row["upstream"] == "small" and "site" not in row)
    assert (small["context_tokens"], small["note"]) == (8, "sources differ on context: 8 (two), 4 (one)")
    assert found["notes"][-1]["text"] == "sources differ on auth: bearer (one), header (two)"
    assert found["notes"][-1]["source"]["url"].endswith("a%20b.toml")


def test_what_only_openrouter_says_of_keeping_prompts_is_left_out_and_half_days_too(written):
    policy = words(written, "north")["data_policy"]
    assert policy == {"trains_on_data": False, "zero_retention": {"available": True, "how": "ask"}}
    assert words(written, "north")["sources"]["data_policy.trains_on_data"]["url"] == "https://north.example/terms"


def test_sources_are_pages_at_a_commit_or_urls_of_packages(written):
    assert words(written, "north")["auth"]["source"]["url"] == "https://github.com/acme/facts/blob/c0/a%20b.toml"
    assert words(written, "far")["auth"]["source"]["url"] == "pkg:npm/%40far/sdk@1.2#dist/i.js"


def test_an_address_with_a_placeholder_asks_for_a_variable_and_a_historic_provider_for_configuration(written):
    far = read_manifest(manifest_file(written / "plugins" / "providers" / "far"))
    assert far.base_url == "https://{account_id}.far.example"
    assert (far.status, far.activate, far.callable) == ("historic", "configuration", True)


def test_where_nothing_is_known_it_is_listed_and_says_what_is_missing(written):
    assert words(written, "ghost")["missing"] == ["base_url", "dialect", "auth"]
    assert "listed, not callable" in (written / "plugins/providers/ghost/pyproject.toml").read_text()


def test_a_hands_words_outlast_new_facts_and_a_hands_files_are_left_alone(written, catalog):
    package = written / "plugins" / "providers" / "ghost"
    source = '{ url = "https://ghost.example", read = 2026-11-25 }'
    (package / "overrides.toml").write_text(
        f'base_url = "https://ghost.example/v1"\n[sources]\nbase_url = {source}\n'
        f'[operations.chat]\ndialect = "openai-chat"\nurl = "{{base_url}}/chat/completions"\nsource = {source}\n'
        f'[auth]\nscheme = "bearer"\nenv = ["GHOST_KEY"]\nsource = {source}\n'
        '[package]\nentry_point = "crossroads_ghost:Ghost"\ndependencies = ["botocore>=1.40"]\n'
    )
    module = package / "src" / "crossroads_ghost" / "__init__.py"
    module.write_text('"""By hand."""\n')
    write(written, "--catalog", str(catalog))
    assert read_manifest(manifest_file(package)).callable
    project = tomllib.loads((package / "pyproject.toml").read_text())["project"]
    assert project["entry-points"]["crossroads.providers"] == {"ghost": "crossroads_ghost:Ghost"}
    assert project["dependencies"] == ["crossroads>=0.1,<0.2", "crossroads-words>=0.1,<0.2", "botocore>=1.40"]
    assert module.read_text() == '"""By hand."""\n'
    assert write(written) == []


def test_a_package_that_a_hand_keeps_whole_gets_its_level_and_nothing_else(written, catalog):
    file = manifest_file(written / "plugins" / "providers" / "ghost")
    words = 'schema = 1\nname = "ghost"\n{}missing = ["auth"]\n'
    file.write_text(words.format(""))
    write(written, "--catalog", str(catalog))
    assert file.read_text() == words.format('level = "draft"\n'), "its level alone, which no hand may claim"
    assert write(written) == []


def test_a_version_stays_when_the_rest_is_written_anew(written):
    file = written / "plugins" / "providers" / "far" / "pyproject.toml"
    file.write_text(file.read_text().replace('version = "0.1.0"', 'version = "0.3.7"'))
    assert write(written) == []


def test_check_writes_nothing_and_fails(written):
    file = manifest_file(written / "plugins" / "providers" / "far")
    changed = file.read_text().replace("x-key", "x-other")
    file.write_text(changed + "\n")
    done = CliRunner().invoke(app, ["write", "--check", "--root", str(written)])
    assert done.exit_code == 1
    assert file.read_text() == changed + "\n"


def test_a_name_that_a_package_of_another_kind_has_is_refused(root, catalog):
    (root / "plugins" / "dialects" / "north").mkdir()
    (root / "plugins" / "dialects" / "north" / "pyproject.toml").write_text('[project]\nname = "crossroads-north"\n')
    with pytest.raises(ConfigError, match=r"names\.toml"):
        list(changes(Repo(root), read_catalog(catalog), ["north"]))


def test_an_unknown_name_is_an_error_that_names_it(root):
    with pytest.raises(ConfigError, match="no-such"):
        list(changes(Repo(root), None, ["no-such"]))


@pytest.mark.parametrize(
    "text",
    [
        "remove = 3",
        "remove_endpoints = 3",
        "endpoints = [3]",
        'operations = "x"',
        "package = 3",
        "package.dependencies = 3",
    ],
)
def test_a_word_of_a_wrong_type_in_overrides_is_named(text, tmp_path):
    (tmp_path / "overrides.toml").write_text(text)
    with pytest.raises(ConfigError, match=text.split(" ")[0]):
        read_overrides(tmp_path)


@pytest.mark.parametrize("line", ["[]", "3", "null", "{}", '{"id": 3}', '{"id": "north"}', "[" * 100_000])
def test_a_line_of_a_catalog_that_is_no_fact_is_named(line, tmp_path):
    for name in ("providers", "endpoints", "models", "governance"):
        (tmp_path / f"{name}.jsonl").write_text("")
    for name in ("providers", "governance"):
        (tmp_path / f"{name}.jsonl").write_text(line + "\n")
        with pytest.raises(ConfigError, match=f"{name}.jsonl"):
            read_catalog(tmp_path)
        (tmp_path / f"{name}.jsonl").write_text("")
