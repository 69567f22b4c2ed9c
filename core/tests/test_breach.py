"""A schema and a value of strangers: what breaks is named, and nothing keeps the process busy."""

import pytest

from crossroads.breach import DEPTH_MAX, breach

POINT = {"type": "object", "required": ["x"], "properties": {"x": {"type": "integer"}}, "additionalProperties": False}


@pytest.mark.parametrize(
    ("value", "where"),
    [
        ({"x": 1}, None),
        ({}, "$ (required)"),
        ({"x": "1"}, "$.x (type)"),
        ({"x": 1, "y": 2}, "$ (additionalProperties)"),
        ([], "$ (type)"),
    ],
)
@pytest.mark.parametrize("draft", [7, 2020])
def test_what_breaks_is_named(value, where, draft):
    assert breach(POINT, value, draft=draft) == where


def test_the_draft_counts_unless_the_schema_names_its_own():
    pair = {"items": [{"type": "string"}], "additionalItems": False}  # draft 7's words; later they stand elsewhere
    assert breach(pair, ["a", 1], draft=7) == "$ (additionalItems)"
    assert breach({**pair, "$schema": "http://json-schema.org/draft-07/schema#"}, ["a", 1]) == "$ (additionalItems)"


def test_what_is_no_schema_and_what_refers_to_nothing_breaks_nothing():
    assert breach({"type": "no such type"}, 1) is None
    assert breach({"$ref": "#/nowhere"}, 1) is None
    assert all(breach({"$schema": named}, 1) is None for named in ([], {}, 1, None))
    assert breach({"$ref": "https://127.0.0.1:1/x.json"}, 1) is None


@pytest.mark.parametrize(
    "schema",
    [
        {"pattern": "(a+)+$"},
        {"patternProperties": {"(a+)+$": {}}, "additionalProperties": False},
        {"patternProperties": {"(a+)+$": {}}, "unevaluatedProperties": False},
        {"allOf": [{"patternProperties": {"(a+)+$": {}}}], "unevaluatedProperties": False},
    ],
)
def test_no_expression_of_a_stranger_is_run(schema):
    """Run, either would take longer than anybody waits."""
    text = "a" * 60 + "!"
    assert breach(schema, text if "pattern" in schema else {text: 1}) is None


def test_a_schema_of_megabytes_is_not_judged_and_not_kept():
    assert breach({**POINT, "description": "x" * (1 << 20)}, {}) is None


def test_references_that_double_and_schemas_that_nest_end():
    doubling = {f"d{n}": {"allOf": [{"$ref": f"#/definitions/d{n + 1}"}] * 2} for n in range(60)}
    schema = {"definitions": {**doubling, "d60": {}}, "$ref": "#/definitions/d0"}
    assert breach(schema, {}, draft=7) is None
    nested: object = {"type": "integer"}
    value: object = "x"
    for _ in range(2 * DEPTH_MAX):
        nested, value = {"items": nested}, [value]
    assert breach(nested, value) is None
