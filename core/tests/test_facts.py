"""Facts of models: true or absent, each with its source; a name leads to one model; broken files are named."""

import pytest

from crossroads.errors import ConfigError
from crossroads.facts import FILE_BYTES_MAX, AuthorFile, Facts, ModelFacts, Source, compile_facts, words
from crossroads.schema import load_schema

ACME = """
schema = 1
author = "acme"

[sources]
site = { url = "https://acme.example/", read = 2026-11-20 }
list = { url = "https://list.example/", read = 2026-11-21 }

[models.small]
context_tokens = 1000
supports = { tools = true, reasoning = false, structured_output = true, vision = true }
aliases = ["small-2", "Acme/Small"]
source = "site:models/small"
sources = { context_tokens = "list" }
"""


def facts_of(tmp_path, *catalogs: str) -> Facts:
    compiled = []
    for number, text in enumerate(catalogs):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "acme.toml").write_text(text)
        compiled.append(compile_facts(folder))
    return Facts(compiled)


def test_a_model_is_found_by_its_name_and_by_its_spellings(tmp_path):
    facts = facts_of(tmp_path, ACME)
    assert facts.find("acme/small") is facts.find("Acme/Small") is facts.find("small-2")
    assert facts.canonical("small-2") == "acme/small"
    assert facts.find("acme/large") is None
    assert facts.canonical("acme/large") == "acme/large"


def test_every_word_names_its_source(tmp_path):
    facts = facts_of(tmp_path, ACME)
    small = facts.models["acme/small"]
    assert facts.source(small, "supports") == Source(url="https://acme.example/models/small", read="2026-11-20")
    assert facts.source(small, "context_tokens") == Source(url="https://list.example/", read="2026-11-21")


def test_parameters_follow_only_from_what_the_model_is_said_to_do(tmp_path):
    small = facts_of(tmp_path, ACME).models["acme/small"]
    assert small.supported_parameters == ("response_format", "structured_outputs", "tool_choice", "tools")
    assert "open_weights" not in words(small)


def test_of_two_catalogs_the_first_wins_and_the_second_fills_in(tmp_path):
    other = ACME.replace("context_tokens = 1000", 'context_tokens = 2\nlicense = "MIT"').replace("small-2", "tiny")
    facts = facts_of(tmp_path, ACME, other.replace("https://acme.example/", "https://other.example/"))
    small = facts.models["acme/small"]
    assert (small.context_tokens, small.license) == (1000, "MIT")
    assert facts.source(small, "license").url == "https://other.example/models/small"
    assert facts.canonical("tiny") == facts.canonical("small-2") == "acme/small"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (ACME.replace('"site:models/small"', '"nowhere:x"'), "no source is named"),
        (ACME.replace("context_tokens = 1000", "contxt = 1000"), "contxt"),
        (ACME.replace("1000", '"many"'), "Expected `int"),
        (ACME + '[models.large]\naliases = ["small-2"]\nsource = "site"\n', "means acme/small and acme/large|small-2"),
        (ACME + '[models.small-2]\nsource = "site"\naliases = ["acme/small"]\n', "means"),
        (ACME.replace("1000", "0"), "Expected `int` >= 1"),
        (ACME.replace("context_tokens = 1000", 'released = "May 2026"'), "matching regex"),
        ("[", "can't be read"),
        ("#" * (FILE_BYTES_MAX + 1), "larger than"),
    ],
)
def test_a_wrong_file_is_named_with_what_is_wrong(tmp_path, wrong, said):
    with pytest.raises(ConfigError, match=said) as raised:
        facts_of(tmp_path, wrong)
    assert str(tmp_path) in str(raised.value)


def test_a_catalog_without_files_is_an_error(tmp_path):
    with pytest.raises(ConfigError, match="holds no file"):
        compile_facts(tmp_path)


def test_the_schema_that_strangers_read_has_the_words_that_are_read():
    model = load_schema("models")["$defs"]["model"]
    assert list(model["properties"]) == list(ModelFacts.__struct_fields__)
    assert set(load_schema("models")["properties"]) == set(AuthorFile.__struct_fields__)
