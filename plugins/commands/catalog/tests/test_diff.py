"""Contradictions are shown with who says what, and nothing is decided about them."""

import json
from pathlib import Path

import pytest
from crossroads_catalog.command import app
from crossroads_catalog.compare import findings, shown
from crossroads_catalog.installed import Installed
from typer.testing import CliRunner

from crossroads.facts import Facts, compile_facts
from crossroads.manifest import parse_manifest

FACTS = """
schema = 1
author = "acme"
sources = {{ s = {{ url = "https://{catalog}.example/", read = 2026-11-20 }} }}
[models.small]
context_tokens = {context}
input_modalities = ["text"]
output_modalities = ["text"]
supports = {{ tools = false }}
aliases = ["{catalog}/small"]
source = "s:small"
"""


def manifest(name: str, price: str | None = None, **facts):
    row = {"model": "acme/small", "upstream": "small-1", **facts}
    if price is not None:
        row["price_usd_per_mtok"] = {"input": price, "output": "0"}
    words = {
        "schema": 1,
        "name": name,
        "auth": {"scheme": "none"},
        "operations": {"chat": {"dialect": "openai-chat", "url": "https://x.example/v1"}},
        "endpoints": [row],
    }
    return parse_manifest(words, file=name)


@pytest.fixture
def installed(tmp_path: Path):
    def make(*manifests, catalogs=(("one", 1000),), conflicts: str = "") -> Installed:
        folders = {}
        for name, context in catalogs:
            folders[name] = tmp_path / name / "models"
            folders[name].mkdir(parents=True)
            (folders[name] / "acme.toml").write_text(FACTS.format(catalog=name, context=context))
        if conflicts:
            (tmp_path / "one" / "conflicts.jsonl").write_text(conflicts)
        return Installed(
            manifests={one.name: one for one in manifests},
            files={},
            versions={},
            catalogs=folders,
            facts=Facts(map(compile_facts, folders.values())),
        )

    return make


def test_an_endpoint_that_claims_more_than_its_model_can_is_named(installed):
    more = manifest(
        "more", context_tokens=2000, input_modalities=["text", "image"], supported_parameters=["tools", "seed"]
    )
    found = list(findings(installed(more)))
    assert [(one["kind"], one["field"]) for one in found] == [
        ("model", "context_tokens"),
        ("model", "input_modalities"),
        ("model", "supports"),
    ]
    assert found[0]["values"] == {"more": 2000, "https://one.example/small": 1000}
    assert shown(found[0])["says"] == "more: 2000; https://one.example/small: 1000"


def test_an_endpoint_that_does_less_or_says_nothing_contradicts_nothing(installed):
    less = manifest("less", context_tokens=10, output_modalities=["embeddings"])
    assert list(findings(installed(less, manifest("silent")))) == []


def test_a_price_far_from_all_others_is_doubtful_and_a_free_one_is_not(installed):
    offers = [manifest(name, price) for name, price in (("a", "1"), ("b", "1"), ("c", "1.5"), ("dear", "7"))]
    found = list(findings(installed(*offers, manifest("free", "0"), manifest("cheap", "0.1"))))
    assert {one["provider"]: one["values"] for one in found} == {
        "dear": {"dear": "7", "median of 5": "1"},
        "cheap": {"cheap": "0.1", "median of 5": "1"},
    }
    assert not list(findings(installed(*offers[:1], offers[3], catalogs=())))


def test_two_catalogs_that_disagree_are_both_shown(installed):
    found = list(findings(installed(catalogs=(("one", 1000), ("two", 2000)))))
    assert found == [
        {
            "kind": "catalogs",
            "model": "acme/small",
            "field": "context_tokens",
            "values": {"one": 1000, "two": 2000},
            "preferred": "one",
        }
    ]


def test_what_the_writer_of_a_catalog_noted_is_shown(installed):
    noted = [{"provider": "a", "field": "context", "values": {"x": 1, "y": 2}}, {"provider": "a", "doubt": "odd"}]
    noted.append({"provider": "a", "field": "auth", "values": ["header", "bearer"]})
    found = findings(installed(conflicts="".join(f"{json.dumps(line)}\n" for line in noted)))
    assert [(one["kind"], shown(one)["says"]) for one in found] == [
        ("sources", "x: 1; y: 2"),
        ("doubt", "odd"),
        ("sources", "header; bearer"),
    ]


def test_all_that_is_noted_here_can_be_shown():
    done = CliRunner().invoke(app, ["diff", "--all"])
    assert done.exit_code == 0, done.output


def test_the_command_answers_json_and_refuses_a_kind_that_it_does_not_know():
    done = CliRunner().invoke(app, ["diff", "--kind", "doubt", "--all", "--model", "gemini", "--json"])
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert found
    assert all(one["kind"] == "doubt" and "gemini" in one["model"] for one in found)
    assert CliRunner().invoke(app, ["diff", "--kind", "rumour"]).exit_code == 2
