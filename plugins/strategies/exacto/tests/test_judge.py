"""Schemas that can't be judged are no fault, and none keeps the process busy."""

import json
from types import SimpleNamespace

import pytest
from crossroads_exacto.judge import fault


def judged(arguments, schema):
    tool = SimpleNamespace(type="function", function=SimpleNamespace(name="t", parameters=schema))
    call = {"function": {"name": "t", "arguments": arguments}}
    return fault([tool], {"choices": [{"message": {"tool_calls": [call]}}]})


ENDLESS = {f"a{n}": {"allOf": [{"$ref": f"#/definitions/a{n + 1}"}] * 2} for n in range(60)}
EVIL = "(a+)+$"


@pytest.mark.parametrize(
    "schema",
    [
        None,
        {},
        {"type": 5},
        {"$ref": "http://nowhere.invalid/x"},
        {"$ref": "#"},
        {"$ref": "#/definitions/a0", "definitions": {**ENDLESS, "a60": {}}},
        {"properties": {"x": {"pattern": EVIL}}},
        {"patternProperties": {EVIL: {}}, "additionalProperties": False},
        {"properties": {"x": {"multipleOf": 1e-308}}},
    ],
)
def test_a_schema_that_cannot_be_judged_is_no_fault(schema):
    long = "a" * 40 + "b"
    assert judged(json.dumps({"x": long, long: 1}), schema) == ""


def test_depth_is_bounded():
    deep = '{"x":' * 400 + "1" + "}" * 400
    assert judged(deep, {"properties": {"x": {"$ref": "#"}}}) == ""
    nested = {}
    for _ in range(150):
        nested = {"not": nested}
    assert judged("{}", nested) == ""
    levels = {"type": "integer"}
    for _ in range(20):
        levels = {"type": "object", "properties": {"x": levels}}
    assert "schema" in judged('{"x":' * 20 + '"1"' + "}" * 20, levels), "what people write is judged"


def test_the_schema_is_kept_where_it_is_judged():
    nested = {"type": "object", "$defs": {"n": {"type": "integer"}}, "properties": {"x": {"$ref": "#/$defs/n"}}}
    assert judged('{"x": 1}', nested) == ""
    assert "schema" in judged('{"x": "1"}', nested)
    assert "schema" in judged('{"x": 1}', {"additionalProperties": False})


def test_a_reply_without_calls_is_not_judged():
    assert fault([], {"choices": [{"message": {"content": "hi"}}]}) is None
    assert fault([], {"choices": []}) is None
