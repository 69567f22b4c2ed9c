"""Tools, the choice among them, and output formats: flat in the Responses format, nested in the canonical one.

Tools of other types than `function` and `custom` are the same object in both: whoever serves the call knows them, or
not. What is not shaped as these tables expect stays as it is, on both ways.
Source: openai 3.57 `types/responses/` against `types/chat/`, read 2026-11-25.
"""

from __future__ import annotations

from typing import Any

from crossroads.call import Lost
from crossroads.errors import Unsupported

Json = dict[str, Any]

TOOL_FIELDS = {
    "function": ("name", "description", "parameters", "strict"),
    "custom": ("name", "description", "format"),
}
SCHEMA_FIELDS = ("name", "description", "schema", "strict")
FORMATS = frozenset({"text", "json_object", "json_schema"})


def decode_tool(tool: Any) -> Any:
    """A Responses tool as a canonical one."""
    kind = tool.get("type") if isinstance(tool, dict) else None
    if not isinstance(kind, str) or kind not in TOOL_FIELDS or kind in tool or not isinstance(tool.get("name"), str):
        return tool
    nested = _nest(tool, kind, TOOL_FIELDS[kind])
    if kind == "custom" and isinstance(grammar := nested["custom"].get("format"), dict):
        nested["custom"]["format"] = _nest(grammar, "grammar", ("syntax", "definition"))
    return nested


def encode_tool(tool: Json, lost: list[Lost]) -> Json:
    """A canonical tool as a Responses one. There a function's `strict` is true by default, here false."""
    kind = tool.get("type")
    if kind not in TOOL_FIELDS or not isinstance(tool.get(kind), dict):
        return tool
    flat = _flatten(tool, kind)
    if kind == "custom" and isinstance(grammar := flat.get("format"), dict):
        flat["format"] = _flatten(grammar, "grammar")
    if flat.pop("cache_control", None) is not None:
        lost.append(Lost("tools.cache_control", "dropped", "OpenAI takes cache marks in messages only"))
    return flat


def with_defaults(tool: Json) -> Json:
    """A function tool born as a chat tool, with what the two formats assume differently."""
    return {"parameters": None, "strict": False, **tool} if tool.get("type") == "function" else tool


def decode_choice(choice: Any) -> Any:
    """A Responses `tool_choice` as a canonical one."""
    kind = choice.get("type") if isinstance(choice, dict) else None
    if not isinstance(kind, str):
        return choice
    if kind in TOOL_FIELDS and kind not in choice:
        return _nest(choice, kind, ("name",))
    if kind == "allowed_tools" and kind not in choice and isinstance(choice.get("tools"), list):
        nested = _nest(choice, kind, ("mode", "tools"))
        nested[kind]["tools"] = [decode_choice(tool) for tool in choice["tools"]]
        return nested
    return choice


def encode_choice(choice: Any) -> Any:
    """The way back."""
    kind = choice.get("type") if isinstance(choice, dict) else None
    if kind not in ("function", "custom", "allowed_tools") or not isinstance(choice.get(kind), dict):
        return choice
    flat = _flatten(choice, kind)
    if kind == "allowed_tools" and isinstance(flat.get("tools"), list):
        flat["tools"] = [encode_choice(tool) for tool in flat["tools"]]
    return flat


def decode_format(format_: Json) -> Json:
    """`text.format` as `response_format`."""
    if format_.get("type") != "json_schema" or "json_schema" in format_:
        return format_
    return _nest(format_, "json_schema", SCHEMA_FIELDS)


def encode_format(format_: Json) -> Json:
    """`response_format` as `text.format`. Raises Unsupported: grammar, python."""
    kind = format_.get("type")
    if kind not in FORMATS:
        raise Unsupported(
            "the Responses format has no such output format.",
            remedy="Ask for json_schema, or let another endpoint serve the call.",
            field="response_format.type",
            value=kind,
        )
    if kind != "json_schema" or not isinstance(format_.get(kind), dict):
        return format_
    return _flatten(format_, kind)


def _nest(flat: Json, kind: str, fields: tuple[str, ...]) -> Json:
    inner = {name: flat[name] for name in fields if name in flat}
    return {kind: inner, **{name: value for name, value in flat.items() if name not in inner}}


def _flatten(nested: Json, kind: str) -> Json:
    return {**{name: value for name, value in nested.items() if name != kind}, **nested[kind]}
