"""Pages of reference say what the schemas say."""

import json
import re

import msgspec
from crossroads_fleet.reference import PAGES, events_schema, page
from jsonschema import Draft202012Validator

from crossroads.events import EndpointHealth, Generation
from crossroads.schema import load_schema

SCHEMA = {
    "description": "A format.",
    "required": ["name"],
    "properties": {
        "name": {"$ref": "#/$defs/slug", "description": "Who."},
        "port": {"type": "integer", "minimum": 0, "maximum": 9, "default": 8},
        "parts": {"type": "array", "items": {"$ref": "#/$defs/part"}},
        "by": {"type": "object", "additionalProperties": {"properties": {"x": {"enum": ["a", "b"]}}}},
        "again": {"$ref": "#/$defs/part"},
    },
    "$defs": {"slug": {"type": "string"}, "part": {"description": "A part.", "properties": {"id": {"type": "string"}}}},
}


def test_each_word_has_its_row_and_each_object_its_section_once():
    text = page("x", "x.toml", SCHEMA)
    assert "| `name` | text **required** | Who. |" in text
    assert "| `port` | whole number, 0 to 9 | Default: `8`. |" in text
    assert "| `parts` | list of table `part` | A part. |" not in text, "a list is not its part"
    assert re.findall(r"^## `(.+)`$", text, re.M) == ["parts", "by.<name>"]
    assert "| `x` | `a`, `b` |  |" in text


def test_every_word_of_every_format_stands_on_its_page():
    for name, title in PAGES.items():
        schema = events_schema() if name == "events" else load_schema(name)
        text = page(name, title, schema)
        for word in schema.get("properties", {}):
            assert f"| `{word}` |" in text, f"{name}: {word}"


def test_what_a_sink_receives_holds_to_the_schema_of_events():
    check = Draft202012Validator(events_schema())
    generation = Generation(
        id="gen-1", received_at=1.0, operation="chat", dialect="d", stream=False, principal="p", key_id=None, model="m"
    )
    for event in (generation, EndpointHealth(id="h-1", at=1.0, endpoint="e", state="open", why="w")):
        check.validate(json.loads(msgspec.json.encode(event)))
    assert not check.is_valid({"type": "generation"})
