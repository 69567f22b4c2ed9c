"""Writing model facts: one name a model, a hand's words on top, disagreement kept, and a rewrite changes nothing."""

import json

import pytest
from crossroads_catalog.command import app
from crossroads_catalog.names import name_models
from crossroads_catalog.source import located, read_lines
from typer.testing import CliRunner

from crossroads.errors import ConfigError
from crossroads.facts import Facts, compile_facts

LIST = {"repo": "acme/list.dev", "path": "models/small.toml", "commit": "abc"}
MAP = {"package": "litellm==1.109.1", "path": "litellm/map.json"}
WHEEL = {"package": "listing==1.2", "path": "listing/map.json"}
MODELS = [
    {
        "id": "acme/small-2-1",
        "author": "acme",
        "deprecation_date": "2027-01-01",
        "name": "Small (latest)",
        "context": 1000,
        "input_modalities": ["pdf", "text"],
        "supports": {"tools": True},
        "release_date": "2026-01-02",
        "sources": [LIST],
    },
    {"id": "acme/small-2-1-fp8", "author": "acme", "context": 900, "max_output": 50, "sources": [WHEEL]},
    {"id": "host/large-latest", "author": "host", "deprecation_date": "2026-12-01", "sources": [MAP]},
    {"id": "acme/large-latest", "author": "acme", "name": "Large (latest)", "sources": [LIST]},
]
ENDPOINTS = [
    {"provider": "openrouter", "provider_model_id": "acme/small-2.1", "model": "acme/small-2-1"},
    {"provider": "openrouter", "provider_model_id": "acme/small-2.1:free", "model": "acme/small-2-1"},
    {"provider": "one", "provider_model_id": "Acme/Small-2.1", "model": "acme/small-2-1"},
    {"provider": "two", "provider_model_id": "Acme/Small-2.1", "model": "acme/small-2-1"},
    {"provider": "one", "provider_model_id": "once/seen", "model": "acme/small-2-1"},
    *({"provider": "acme", "provider_model_id": f"small-{n}", "model": "acme/small-2-1"} for n in range(3)),
    {
        "provider": "one",
        "provider_model_id": "s",
        "model": "acme/small-2-1",
        "conflicts": [{"field": "context", "preferred": "a", "values": {"a": 1, "b": 2}}],
        "doubt": "price is 10 times the median; max_output is larger than context",
    },
]
STALE = """
schema = 1
author = "stale"
sources = { list-dev = { url = "https://github.com/acme/list.dev/blob/old/", read = 2026-01-01 } }
models = { old = { context_tokens = 5, source = "list-dev:models/old.toml" } }
"""
OVERRIDES = """
[names]
"host/large-latest" = "acme/large-latest"
[sources]
site = { url = "https://acme.example/", read = 2026-11-20 }
[models."acme/small-2.1"]
license = "MIT"
context_tokens = 1024
source = "site:small"
"""


@pytest.fixture
def catalog(tmp_path):
    folder = tmp_path / "catalog"
    folder.mkdir()
    for name, rows in (("models", MODELS), ("endpoints", ENDPOINTS), ("providers", [])):
        (folder / f"{name}.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    (folder / "README.md").write_text("# Catalog\n\nBuilt 2026-11-24 from sources.\n")
    return folder


@pytest.fixture
def package(tmp_path):
    module = tmp_path / "package" / "src" / "acme_facts"
    module.mkdir(parents=True)
    (module / "__init__.py").touch()
    (tmp_path / "package" / "overrides.toml").write_text(OVERRIDES)
    return tmp_path / "package"


def write(catalog, package, *options):
    done = CliRunner().invoke(app, ["write", str(catalog), "--package", str(package), "--json", *options])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_a_second_write_changes_nothing_and_a_file_that_nobody_states_goes(catalog, package):
    assert len(write(catalog, package)) == 2
    assert write(catalog, package) == []
    stale = package / "src" / "acme_facts" / "models" / "stale.toml"
    stale.write_text(STALE)
    assert [row["file"] for row in write(catalog, package)] == [str(stale)]
    assert not stale.exists()


def test_a_hands_words_win_and_every_word_keeps_its_source(catalog, package):
    write(catalog, package)
    facts = Facts([compile_facts(package / "src" / "acme_facts" / "models")])
    small = facts.find("acme/small-2.1")
    assert (small.context_tokens, small.max_output_tokens, small.license) == (1024, 50, "MIT")
    assert (small.name, small.input_modalities) == ("Small", ("text", "file"))
    assert facts.source(small, "context_tokens").url == "https://acme.example/small"
    assert facts.source(small, "name").url == "https://github.com/acme/list.dev/blob/abc/models/small.toml"
    assert facts.source(small, "max_output_tokens").url == "pkg:pypi/listing@1.2#listing/map.json"
    assert (small.deprecated, facts.source(small, "deprecated").url) == (
        "2027-01-01",
        "pkg:pypi/litellm@1.109.1#litellm/map.json",
    )
    assert facts.models["acme/large-latest"].deprecated is None
    assert facts.models["acme/large-latest"].name == "Large (latest)"


def test_what_sources_disagree_about_is_kept_beside_the_facts(catalog, package):
    write(catalog, package)
    lines = [json.loads(line) for line in (package / "src/acme_facts/conflicts.jsonl").read_text().splitlines()]
    about = {"provider": "one", "upstream": "s", "model": "acme/small-2.1"}
    assert {"model": "acme/small-2.1", "field": "context_tokens", "values": {
        "acme/small-2-1": 1000, "acme/small-2-1-fp8": 900}} in lines  # fmt: skip
    assert {**about, "field": "context", "preferred": "a", "values": {"a": 1, "b": 2}} in lines
    assert {**about, "doubt": "max_output is larger than context"} in lines
    assert len(lines) == 4


def test_the_day_of_the_sources_has_to_be_known(catalog, package):
    (catalog / "README.md").unlink()
    command = ["write", str(catalog), "--package", str(package)]
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 2
    assert "--read" in done.output
    write(catalog, package, "--read", "2026-11-25")
    assert CliRunner().invoke(app, ["write", str(catalog), "--package", str(catalog)]).exit_code == 2


def test_names_are_openrouters_where_it_has_one_and_spellings_are_whose_meaning_is_clear():
    names = name_models(MODELS, ENDPOINTS, {}, {})
    assert names.canonical["acme/small-2-1"] == names.canonical["acme/small-2-1-fp8"] == "acme/small-2.1"
    assert names.aliases["Acme/Small-2.1"] == names.aliases["small-0"] == "acme/small-2.1"
    assert "once/seen" not in names.aliases
    assert "s" not in names.aliases
    two = [*ENDPOINTS, {"provider": "two", "provider_model_id": "Acme/Small-2.1", "model": "acme/large-latest"}]
    assert "Acme/Small-2.1" not in name_models(MODELS, two, {}, {}).aliases


def test_names_do_not_depend_on_the_order_of_the_lines():
    assert name_models(MODELS[::-1], ENDPOINTS[::-1], {}, {}) == name_models(MODELS, ENDPOINTS, {}, {})


def test_a_dated_snapshot_of_anthropic_is_its_version_unless_there_are_two():
    ids = ["claude-x-4-5", "claude-x-4-5-20250929", "claude-y-3-5", "claude-y-3-5-20240620", "claude-y-3-5-20241022"]
    names = name_models([{"id": f"anthropic/{id}"} for id in ids], [], {}, {}).canonical
    assert names["anthropic/claude-x-4-5-20250929"] == "anthropic/claude-x-4.5"
    assert names["anthropic/claude-y-3-5-20240620"] == "anthropic/claude-y-3.5-20240620"


def test_a_source_is_a_page_or_a_package_and_never_the_host_of_a_registry():
    assert located({"package": "@acme/core==1.0", "path": "package/dist/x y.json"}) == (
        "acme-core", "pkg:npm/%40acme/core@1.0#", "dist/x%20y.json")  # fmt: skip


@pytest.mark.parametrize("text", ["[1]\n", "{", None])
def test_a_catalog_that_can_not_be_read_is_named(tmp_path, text):
    if text is not None:
        (tmp_path / "models.jsonl").write_text(text)
    with pytest.raises(ConfigError, match="can't be read"):
        read_lines(tmp_path, "models.jsonl")


def test_an_offer_that_no_source_names_means_the_one_model_whose_slug_it_has():
    loose = [
        {"provider": "host", "provider_model_id": "small-2-1", "model": None},
        {"provider": "host", "provider_model_id": "SMALL_2.1:free", "model": None},
        {"provider": "host", "provider_model_id": "smaller-2.1", "model": None},
        {"provider": "other", "provider_model_id": "someone/Small-2.1", "model": None},
    ]
    aliases = name_models(MODELS, [*ENDPOINTS, *loose], {}, {"host": "our-host"}).aliases
    assert aliases["our-host/small-2-1"] == aliases["someone/Small-2.1"] == "acme/small-2.1"
    assert not {"host/small-2-1", "SMALL_2.1:free", "smaller-2.1", "our-host/smaller-2.1"} & aliases.keys()
    twin = [{"id": "twin/small-2.1"}]
    assert "our-host/small-2-1" not in name_models([*MODELS, *twin], [*ENDPOINTS, *loose], {}, {}).aliases


def test_a_model_that_only_openrouter_or_its_own_lab_lists_is_a_model():
    listed = [
        {"provider": "openrouter", "provider_model_id": "new/thing-7", "model": None, "context": 5},
        {"provider": "openrouter", "provider_model_id": "new/thing-7:free", "model": None},
        {"provider": "openrouter", "provider_model_id": "openrouter/auto-7", "model": None},
        {"provider": "acme", "provider_model_id": "medium-3", "model": None},
        {"provider": "host", "provider_model_id": "unheard-of-9", "model": None},
    ]
    names = name_models(MODELS, [*ENDPOINTS, *listed], {}, {})
    assert list(names.added) == ["acme/medium-3", "new/thing-7"]
    assert names.added["new/thing-7"]["context"] == 5
    assert names.aliases["medium-3"] == "acme/medium-3"


@pytest.mark.parametrize("line", ["", "[]", "{}", '{"id": 3}', '{"id": "a/b"}', "[" * 100_000])
def test_a_catalog_without_facts_takes_none_away(line, tmp_path):
    (tmp_path / "models.jsonl").write_text(line and f"{line}\n")
    for name in ("endpoints", "providers"):
        (tmp_path / f"{name}.jsonl").write_text("")
    models = tmp_path / "package" / "src" / "it" / "models"
    models.mkdir(parents=True)
    (models.parent / "__init__.py").write_text("")
    (models / "acme.toml").write_text('schema = 1\nauthor = "acme"\nsources = {}\n[models]\n')
    words = ["write", str(tmp_path), "--package", str(tmp_path / "package"), "--read", "2026-11-24"]
    done = CliRunner().invoke(app, words)
    assert isinstance(done.exception, ConfigError)
    assert "models.jsonl" in str(done.exception)
    assert (models / "acme.toml").exists()


def test_the_day_of_the_sources_is_a_day(tmp_path):
    (tmp_path / "src" / "it").mkdir(parents=True)
    (tmp_path / "src" / "it" / "__init__.py").write_text("")
    done = CliRunner().invoke(app, ["write", str(tmp_path), "--package", str(tmp_path), "--read", "2026-99-99"])
    assert (done.exit_code, "--read" in done.output) == (2, True)
