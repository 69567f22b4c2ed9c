"""The facts that ship: they read, they are written as they should be, and one name leads to one model."""

import json
import tomllib
from pathlib import Path

import crossroads_models
import pytest
from crossroads_catalog.layout import render

from crossroads.facts import FOLDER, Facts, compile_facts, read_authors, words
from crossroads.schema import check

MODULE = Path(crossroads_models.__file__).parent
AUTHORS = {file.author: file for file in read_authors(MODULE / FOLDER)}


@pytest.fixture(scope="module")
def facts() -> Facts:
    return Facts([compile_facts(MODULE / FOLDER)])


@pytest.mark.parametrize("author", AUTHORS)
def test_every_file_is_what_a_rewrite_of_its_own_words_gives(author):
    file = MODULE / FOLDER / f"{author}.toml"
    assert render(AUTHORS[author]) == file.read_text("utf-8")


@pytest.mark.parametrize("author", AUTHORS)
def test_every_file_keeps_the_schema_of_the_specification(author):
    check(tomllib.loads((MODULE / FOLDER / f"{author}.toml").read_text("utf-8")), "models", file=author)


def test_every_fact_has_a_source_that_a_stranger_can_open(facts):
    assert len(facts.models) > 1000
    for name, model in facts.models.items():
        for word in words(model):
            source = facts.source(model, word)
            assert source.url.startswith(("https://github.com/", "pkg:pypi/", "pkg:npm/")), name
            assert len(source.read) == 10


def test_numbers_are_numbers_of_tokens_and_dates_are_dates(facts):
    for name, model in facts.models.items():
        assert model.context_tokens is None or 0 < model.context_tokens <= 100_000_000, name
        assert all(len(day) in (7, 10) for day in (model.released, model.deprecated, model.knowledge_cutoff) if day)


@pytest.mark.parametrize(
    ("spelling", "name"),
    [
        ("claude-sonnet-4-5", "anthropic/claude-sonnet-4.5"),
        ("claude-sonnet-4-5-20250929", "anthropic/claude-sonnet-4.5"),
        ("anthropic/claude-sonnet-4-5", "anthropic/claude-sonnet-4.5"),
        ("meta-llama/Llama-3.3-70B-Instruct", "meta-llama/llama-3.3-70b-instruct"),
        ("Qwen/Qwen3-32B", "qwen/qwen3-32b"),
        ("gpt-5", "openai/gpt-5"),
        ("openai/gpt-5", "openai/gpt-5"),
        ("zai-org/GLM-5.2", "z-ai/glm-5.2"),
        ("nobody/knows-this", "nobody/knows-this"),
    ],
)
def test_spellings_of_providers_lead_to_the_one_name(facts, spelling, name):
    assert facts.canonical(spelling) == name


def test_no_alias_hides_a_model_and_none_is_a_bare_word(facts):
    assert not facts.aliases.keys() & facts.models.keys()
    assert not {"auto", "base", "search", "openrouter/auto"} & facts.aliases.keys()
    assert set(facts.aliases.values()) <= facts.models.keys()


def test_conflicts_are_lines_that_say_who_says_what():
    lines = (MODULE / "conflicts.jsonl").read_text("utf-8").splitlines()
    assert lines == sorted(lines)
    for line in map(json.loads, lines):
        assert "provider" in line or "model" in line
        assert line.get("doubt") or len(line["values"]) > 1


def test_every_manifest_here_writes_a_models_one_name(facts):
    packages = (MODULE / FOLDER).parents[4] / "providers"
    for file in sorted(packages.glob("*/src/*/provider.toml")):
        for row in tomllib.loads(file.read_text("utf-8")).get("endpoints", ()):
            assert facts.canonical(row["model"]) == row["model"], f"{file.parents[2].name}: {row['upstream']}"
