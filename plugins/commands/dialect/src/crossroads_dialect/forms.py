"""Spellings that a vendor documents as one: brought into a single form before two requests are compared.

Law: a rule stands here only where the vendor's own reference says that both spellings mean the same.
"""

from __future__ import annotations

import re
from typing import Any

from crossroads_dialect.reading import Json

_UNDERSCORE = re.compile(r"_([a-z0-9])")

FREE = frozenset({"args", "response", "struct", "enum", "required", "default", "example", "labels"})
"""Of Google's requests: what a caller or a model named itself; no key in there is Google's."""
TYPES = {1: "string", 2: "number", 3: "integer", 4: "boolean", 5: "array", 6: "object"}
"""Numbers of the enum `Type`, which ProtoJSON takes too."""
KEYWORDS = frozenset(
    {"any_of", "max_items", "max_length", "max_properties", "min_items", "min_length", "min_properties",
     "property_ordering"}
)  # fmt: skip
SCHEMAS = {
    "parameters": "parametersJsonSchema", "responseSchema": "responseJsonSchema", "response": "responseJsonSchema",
}  # fmt: skip
BASE64 = frozenset({"data", "thoughtSignature"})
LISTS = frozenset({"contents", "parts", "tools", "functionDeclarations", "safetySettings"})
WORDS = frozenset({"mode", "thinkingLevel", "category", "threshold", "mediaResolution", "role"})


def plain(dialect: str, body: Any) -> Any:
    """The one form of this request."""
    if dialect in ("google-gemini", "google-vertex") and isinstance(body, dict):
        return _google(body)
    return body


def _google(body: Json) -> Json:
    """ProtoJSON: keys in camelCase or snake_case, base64 in either alphabet, an empty message like none.

    Sources: protobuf.dev, "ProtoJSON Format"; Google's API reference, "GenerateContent" (role of a content defaults to
    user, that of a system instruction is not read; tools are a set; a schema is given as `parameters` or as
    `parametersJsonSchema`), read 2026-11-25.
    """
    made = _proto(body)
    system = made.get("systemInstruction")
    if isinstance(system, dict):
        system.pop("role", None)
    for content in made.get("contents") or []:
        if isinstance(content, dict):
            content.setdefault("role", "USER")
    settings = made.get("generationConfig")
    if isinstance(settings, dict):
        made["generationConfig"] = _without_defaults(settings)
    if isinstance(made.get("tools"), list):
        made["tools"] = _tools(made["tools"])
    return {name: value for name, value in made.items() if value not in ({}, [], None)}


def _without_defaults(settings: Json) -> Json:
    """Text is the default type of an answer, and thoughts are not included by default."""
    made = {name: value for name, value in settings.items() if (name, value) != ("responseMimeType", "text/plain")}
    thinking = made.get("thinkingConfig")
    if isinstance(thinking, dict) and thinking.get("includeThoughts") is False:
        made["thinkingConfig"] = {name: value for name, value in thinking.items() if name != "includeThoughts"}
    return {name: value for name, value in made.items() if value != {}}


def _proto(value: Any, name: str = "") -> Any:
    if name in ("parametersJsonSchema", "responseJsonSchema"):
        return _schema(value)
    if isinstance(value, dict):
        made = {}
        for key, inner in value.items():
            camel = _camel(key)
            if camel in SCHEMAS and not (camel == "response" and name == "functionResponse"):
                camel = SCHEMAS[camel]
            if inner is not None and inner != []:
                made[camel] = inner if camel in FREE else _proto(inner, camel)
        return [made] if name in LISTS else made
    if isinstance(value, list):
        return [_proto(inner) for inner in value]
    if isinstance(value, str) and name in BASE64:
        return value.replace("-", "+").replace("_", "/").rstrip("=")
    if isinstance(value, str) and name in WORDS:
        return value.upper()
    return value


def _camel(key: str) -> str:
    return _UNDERSCORE.sub(lambda m: m[1].upper(), key)


def _schema(value: Any) -> Any:
    """Names of types are written in either case; OpenAPI's `nullable` is JSON Schema's "null"."""
    if isinstance(value, dict):
        made = {_camel(key) if key in KEYWORDS else key: _schema(inner) for key, inner in value.items()}
        kind = made.get("type")
        kind = TYPES.get(kind, kind) if isinstance(kind, int) else kind
        if isinstance(kind, str):
            made["type"] = kind.lower()
        if isinstance(kind, str) and made.get("nullable") is True:
            made["type"] = [kind.lower(), "null"]
            if isinstance(made.get("enum"), list) and None not in made["enum"]:
                made["enum"] = [*made["enum"], None]
            del made["nullable"]
        return made
    if isinstance(value, list):
        return [_schema(inner) for inner in value]
    return value


def _tools(tools: list[Any]) -> list[Any]:
    """A set: one entry a kind, functions in one."""
    functions: list[Any] = []
    others: list[Any] = []
    for tool in tools:
        for kind, value in tool.items() if isinstance(tool, dict) else ():
            if kind == "functionDeclarations":
                functions += value
            else:
                others.append({kind: value})
    others.sort(key=lambda one: next(iter(one)))
    return [*others, *([{"functionDeclarations": functions}] if functions else [])]
