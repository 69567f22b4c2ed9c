"""Version 1's tools <-> functions with a JSON Schema. A parameter has a name, a Python type and a description, no more.

Source: cohere 7.3.1, `types/tool.py`, `types/tool_parameter_definitions_value.py`, read 2026-11-25.
"""

from __future__ import annotations

import re
from typing import Any

from crossroads_openai_chat import vendor

from crossroads.call import Lost
from crossroads.errors import Unsupported

Json = dict[str, Any]

REMEDY = "Leave it out, or let other providers serve the call."
TYPES = {"str": "string", "int": "integer", "float": "number", "bool": "boolean", "list": "array", "dict": "object"}
"""Python's and JSON Schema's."""
PYTHON = {schema: python for python, schema in TYPES.items()}
KEPT = frozenset({"type", "description"})
WHOLE = frozenset({"type", "properties", "required"})
LIST_OF = re.compile(r"list\[(\w+)\]")


def canonical_tools(tools: Any) -> Any:
    """What is malformed passes, and is refused by the canonical types."""
    return [_function(tool) if isinstance(tool, dict) else tool for tool in tools] if isinstance(tools, list) else tools


def _function(tool: Json) -> Json:
    function = {name: value for name, value in tool.items() if name != "parameter_definitions"}
    defined = tool.get("parameter_definitions")
    if isinstance(defined, dict):
        needed = [name for name, one in defined.items() if isinstance(one, dict) and one.get("required")]
        properties = {name: _property(one) for name, one in defined.items()}
        function["parameters"] = {
            "type": "object",
            "properties": properties,
            **({"required": needed} if needed else {}),
        }
    return {"type": "function", "function": function}


def _property(definition: Any) -> Any:
    if not isinstance(definition, dict):
        return definition
    made = {name: value for name, value in definition.items() if name != "required"}
    kind = str(definition.get("type")).lower()
    if (of := LIST_OF.fullmatch(kind)) is not None:
        made |= {"type": "array", "items": {"type": TYPES.get(of[1], "string")}}
    else:
        made["type"] = TYPES.get(kind, kind if kind in PYTHON else "string")
    return made


def cohere_tools(fields: Json, lost: list[Lost]) -> list[Json] | None:
    """Of a canonical request: those that the choice leaves. Raises Unsupported."""
    tools, choice = fields.get("tools"), fields.get("tool_choice")
    if tools is None:
        return None
    offered = list(tools)
    if choice == "required":
        lost.append(Lost("tool_choice", "dropped", "Cohere's version 1 can't be told to use a tool"))
    elif choice == "none":
        offered = []
        lost.append(Lost("tool_choice", "emulated", "no tool is offered"))
    elif isinstance(choice, dict):
        offered = vendor.chosen(offered, choice)
        lost.append(Lost("tool_choice", "emulated", "only what was named is offered"))
    return [_tool(tool, lost) for tool in offered]


def _tool(tool: Json, lost: list[Lost]) -> Json:
    if tool["type"] != "function":
        raise Unsupported("Cohere has no such tool.", remedy=REMEDY, field="tools", value=tool["type"])
    function = tool["function"]
    if tool.get("cache_control"):
        lost.append(Lost("tools[].cache_control", "dropped", "Cohere has no such parameter"))
    if function.get("strict"):
        lost.append(Lost("tools[].function.strict", "dropped", "Cohere's version 1 has no such parameter"))
    made: Json = {"name": function["name"], "description": function.get("description") or ""}
    schema = function.get("parameters") or {}
    properties = schema.get("properties") if isinstance(schema.get("properties"), dict) else {}
    needed = schema.get("required") if isinstance(schema.get("required"), list) else []
    if properties:
        made["parameter_definitions"] = {name: _definition(name in needed, one) for name, one in properties.items()}
    if not schema.keys() <= WHOLE or any(not isinstance(one, dict) or _says_more(one) for one in properties.values()):
        why = "a parameter of Cohere's version 1 has a type and a description, no more"
        lost.append(Lost("tools[].function.parameters", "emulated", why))
    return made


def _says_more(schema: Json) -> bool:
    inner = schema.get("items")
    listed = isinstance(inner, dict) and inner.keys() == {"type"} and inner["type"] in PYTHON
    return not schema.keys() <= KEPT | ({"items"} if listed else set()) or schema.get("type") not in PYTHON


def _definition(needed: bool, schema: Any) -> Json:
    schema = schema if isinstance(schema, dict) else {}
    kind, inner = schema.get("type"), schema.get("items")
    python = PYTHON.get(kind, "str") if isinstance(kind, str) else "str"
    if python == "list" and isinstance(inner, dict) and inner.get("type") in PYTHON:
        python = f"list[{PYTHON[inner['type']]}]"
    made: Json = {"type": python, "required": needed}
    return made if schema.get("description") is None else {"description": schema["description"], **made}
