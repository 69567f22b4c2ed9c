"""Google's `Schema` (a subset of OpenAPI 3.0) -> JSON Schema.

Only this way: since `parametersJsonSchema` and `responseJsonSchema` exist, JSON Schema goes to Google as it is.
Source: google-genai 3.4, `types.Schema`; Gemini API documentation, "Structured output", read 2026-11-25.
"""

from __future__ import annotations

from typing import Any

from crossroads_google_gemini.shape import Json, Misshapen, a_text, an_object, objects

COUNTS = ("maxItems", "minItems", "maxLength", "minLength", "maxProperties", "minProperties")
TYPES = {0: None, 1: "string", 2: "number", 3: "integer", 4: "boolean", 5: "array", 6: "object", 7: "null"}
"""As numbers, where a client was told to send enumerations so."""


def json_schema(schema: Json) -> Json:
    """Raises Misshapen. Keys that both dialects share, and unknown ones, stay."""
    found: Json = {}
    nullable = schema.get("nullable") is True
    for name, value in schema.items():
        if name == "type":
            kind = TYPES.get(value, value) if isinstance(value, int) else value
            if isinstance(kind, str) and kind != "TYPE_UNSPECIFIED":
                found["type"] = [kind.lower(), "null"] if nullable else kind.lower()
            elif isinstance(kind, list):
                found["type"] = kind
        elif name in COUNTS:
            found[name] = int(value) if isinstance(value, str) and value.isdigit() else value
        elif name == "properties":
            found[name] = {key: json_schema(_schema(inner)) for key, inner in an_object(schema, name).items()}
        elif name in ("items", "additionalProperties") and isinstance(value, dict):
            found[name] = json_schema(value)
        elif name == "anyOf":
            found[name] = [json_schema(inner) for inner in objects(schema, name)]
        elif name == "example":
            found["examples"] = [value]
        elif name == "ref":
            found["$ref"] = a_text(schema, name)
        elif name == "defs":
            found["$defs"] = {key: json_schema(_schema(inner)) for key, inner in an_object(schema, name).items()}
        elif name != "nullable":
            found[name] = value
    if nullable and "anyOf" in found and "type" not in found:
        found["anyOf"].append({"type": "null"})
    if nullable and isinstance(found.get("enum"), list):
        found["enum"] = [*found["enum"], None]
    return found


def _schema(value: Any) -> Json:
    if not isinstance(value, dict):
        raise Misshapen("properties", "an object of schemas", value)
    return value
