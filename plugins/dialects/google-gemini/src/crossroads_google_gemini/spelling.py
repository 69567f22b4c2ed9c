"""One spelling for Google's requests: proto JSON takes `system_instruction` as well as `systemInstruction`.

What is the caller's own stays as it is: arguments, results, JSON Schemas, labels, names of properties.
Source: Protocol Buffers documentation, "ProtoJSON Format", read 2026-11-25; recordings hold both spellings.
"""

from __future__ import annotations

import re
from typing import Any

from crossroads_google_gemini.shape import Json

OPAQUE = frozenset(
    {
        "args", "default", "enum", "example", "labels", "parametersJsonSchema", "partMetadata", "required", "response",
        "responseJsonSchema", "structValue",
    }
)  # fmt: skip
NAMED = frozenset({"defs", "properties"})
"""Objects whose keys are names; their values are read on."""

_SNAKE = re.compile(r"_([a-z0-9])")


def camel_name(name: str) -> str:
    """`inline_data` -> `inlineData`."""
    return name[0] + _SNAKE.sub(lambda found: found[1].upper(), name[1:]) if "_" in name else name


def camel(value: Any) -> Any:
    """A copy in which every field of Google's has its camelCase name. Two spellings of one field: the last one holds,
    as in Google's parser."""
    if isinstance(value, list):
        return [camel(item) for item in value]
    if not isinstance(value, dict):
        return value
    found: Json = {}
    for key, inner in value.items():
        name = camel_name(key)
        if name in OPAQUE:
            found[name] = inner
        elif name in NAMED and isinstance(inner, dict):
            found[name] = {each: camel(schema) for each, schema in inner.items()}
        else:
            found[name] = camel(inner)
    return found
