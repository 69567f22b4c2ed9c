"""News of models: what was unstated is filled, what is said otherwise is doubted, and a later write keeps it."""

import json
import tomllib
from pathlib import Path

import pytest
from crossroads_catalog.model_news import hand_says, model_changes, model_claims, texts_with
from crossroads_catalog.published import parse
from crossroads_catalog.release import told
from crossroads_catalog.write import Overrides, texts_of

from crossroads.errors import BadRequest
from crossroads.facts import Facts, compile_facts

HERE = "https://news.example/api/models"
FILE = """\
schema = 1
author = "acme"

[sources]
old = { url = "https://old.example/", read = 2026-01-01 }

[models.small]
name = "Small"
context_tokens = 1000
supports = { tools = true }
aliases = ["acme/small-1"]
source = "old:small"
"""
# As OpenRouter's GET /api/v1/models answers (recorded in anomalyco/models.dev at f3fc692, models.json), shortened.
OPENROUTER = {
    "data": [
        {
            "id": "acme/small-1",
            "canonical_slug": "acme/small-20260512",
            "name": "Acme: Small One",
            "created": 1778613011,
            "context_length": 2000,
            "architecture": {"input_modalities": ["image", "text"], "output_modalities": ["text"]},
            "supported_parameters": ["include_reasoning", "max_tokens", "reasoning", "tool_choice"],
            "knowledge_cutoff": "2026-01-31",
            "expiration_date": None,
        },
        {"id": "beta/new-2", "name": "Beta: New", "context_length": 500, "supported_parameters": []},
        {"id": "beta/new-2:free", "name": "Beta: New (free)"},
        {"id": "openrouter/auto", "name": "Auto Router", "context_length": 2000000},
    ]
}
MODELS_DEV = {
    "acme/small": {
        "id": "acme/small",
        "name": "Small",
        "tool_call": False,
        "knowledge": "2026-01",
        "release_date": "2026-02-01",
        "modalities": {"input": ["text", "pdf"], "output": ["text"]},
        "open_weights": True,
        "limit": {"context": 1000, "output": 100},
        "license": "MIT",
    }
}


@pytest.fixture
def folder(tmp_path) -> Path:
    (tmp_path / "acme.toml").write_text(FILE)
    return tmp_path


def changes(folder: Path, document=OPENROUTER, format="openrouter"):
    return model_changes(
        model_claims(document, format), "mine", Facts([compile_facts(folder)]), format=format, source=HERE
    )


def test_openrouters_listing_fills_what_was_unstated_and_corrects_nothing_unasked(folder):
    found = changes(folder)
    assert [(one.model, told(one), one.doubt) for one in found] == [
        ("acme/small", "context_tokens 1000 -> 2000", "another source says otherwise"),
        ("acme/small", "input_modalities not stated -> text+image", None),
        ("acme/small", "output_modalities not stated -> text", None),
        ("acme/small", "knowledge_cutoff not stated -> 2026-01-31", None),
        ("acme/small", "supports.reasoning not stated -> yes", None),
        ("beta/new-2", "added", None),
    ]
    assert {one.provider for one in found} == {"catalog:mine"}


@pytest.mark.parametrize("document", [MODELS_DEV, {"models": MODELS_DEV, "providers": {}}])
def test_models_dev_states_facts_of_models(folder, document):
    found = changes(folder, document, "models.dev")
    assert [(one.field, one.new) for one in found] == [
        ("max_output_tokens", 100),
        ("input_modalities", "text+file"),
        ("output_modalities", "text"),
        ("knowledge_cutoff", "2026-01"),
        ("released", "2026-02-01"),
        ("open_weights", "yes"),
        ("license", "MIT"),
        ("supports.tools", "no"),
    ]
    assert found[-1].doubt == "another source says otherwise"


# As GPUStack's model-catalog.yaml (gpustack/gpustack at 47277d7) has them, shortened.
GPUSTACK = b"""
model_sets:
- name: Small 1
  licenses:
    - apache-2.0
  release_date: "2025-04-19"
  specs:
    - quantization: FP8
      huggingface_repo_id: else/Small-1-FP8
    - quantization: BF16
      huggingface_repo_id: acme/small-1
- name: Two
  licenses: [mit, apache-2.0]
  specs: [{huggingface_repo_id: acme/small-1}]
"""
# As Hugging Face's GET /api/models?full=true answers (@huggingface/hub 2.4.1, types/api/api-model.d.ts), shortened.
HUGGINGFACE = [
    {"id": "acme/small-1", "tags": ["text-generation", "license:other"], "cardData": {"license_name": "acme-open"}},
    {"id": "else/small-1-gguf", "tags": ["license:mit"]},
    {"id": "acme/unsaid", "tags": []},
]


def test_repositories_state_licences_of_models_that_are_known_and_add_none(folder):
    format, document = parse(GPUSTACK, None)
    assert format == "gpustack"
    assert [told(one) for one in changes(folder, document, format)] == ["license not stated -> Apache-2.0"]
    format, document = parse(json.dumps(HUGGINGFACE).encode(), None)
    assert format == "huggingface"
    assert [told(one) for one in changes(folder, document, format)] == ["license not stated -> acme-open"]


def test_a_format_without_facts_of_models_says_so():
    for document, format in (
        ([], "genai-prices"),
        ({"openai": {"models": {}}}, "models.dev"),
        ({"data": []}, "openrouter"),
    ):
        with pytest.raises(BadRequest, match="no facts of models"):
            model_claims(document, format)


def test_what_is_written_reads_back_with_its_sources_and_is_no_news_any_more(folder):
    for path, text in texts_with(folder, changes(folder), "2026-11-25").items():
        path.write_text(text)
    facts = Facts([compile_facts(folder)])
    small = facts.find("acme/small-1")
    assert (small.context_tokens, small.supports) == (2000, {"reasoning": True, "tools": True})
    assert facts.source(small, "supports.reasoning").url == HERE
    assert facts.source(small, "supports.tools").url == facts.source(small, "name").url == "https://old.example/small"
    assert facts.models["beta/new-2"].context_tokens == 500
    assert changes(folder) == []
    newer = json.loads(json.dumps(OPENROUTER).replace("2000", "3000"))
    assert [one.doubt for one in changes(folder, newer)] == [None]


def test_a_later_write_of_the_catalog_keeps_what_it_does_not_know(folder, tmp_path):
    catalog = tmp_path / "catalog"
    catalog.mkdir()
    line = {"id": "acme/small", "author": "acme", "context": 1500, "sources": [{"package": "old==2", "path": "x"}]}
    (catalog / "models.jsonl").write_text(json.dumps(line) + "\n")
    (catalog / "endpoints.jsonl").write_text("")
    (catalog / "providers.jsonl").write_text("")
    for path, text in texts_with(folder, changes(folder), "2026-11-25").items():
        path.write_text(text)
    from crossroads.facts import read_authors

    first = texts_of(catalog, Overrides(), "2026-11-26", read_authors(folder))
    small = tomllib.loads(first["acme.toml"])["models"]["small"]
    assert small["context_tokens"] == 1500
    assert small["knowledge_cutoff"] == "2026-01-31"
    assert small["supports"] == {"reasoning": True}  # tools were the catalog's word, and it has left it
    assert "name" not in small
    assert "beta.toml" in first
    for name in ("acme.toml", "beta.toml"):
        (folder / name).write_text(first[name])
    assert texts_of(catalog, Overrides(), "2026-11-26", read_authors(folder)) == first


def test_a_hands_word_stays(folder, tmp_path_factory):
    package = tmp_path_factory.mktemp("package")
    (package / "overrides.toml").write_text('[models."acme/small"]\nlicense = "MIT"\ncontext_tokens = 1\n')
    said = {one.field: hand_says(package, one) for one in changes(folder)}
    assert [word for word, stays in said.items() if stays] == ["context_tokens"]
