"""Tools, the choice among them, and structured output: Anthropic's <-> canonical.

Structured output is native where the model has it; elsewhere it is emulated by one forced tool, by whose name the
answer is known again (a dialect keeps nothing between a request and its reply).
Source: `anthropic` 2.12, types/tool_param.py, tool_choice_*.py, output_config_param.py; read 2026-11-25.
"""

from __future__ import annotations

import re
from typing import Any

from crossroads.call import Lost
from crossroads.errors import Unsupported
from crossroads_anthropic_messages.models import Generation

OUTPUT_TOOL = "crossroads_structured_output"
"""The forced tool whose input is the answer."""

OWN_TOOL = re.compile(r"\w+_20\d{6}$|mcp_toolset$")
"""Types of the tools that Anthropic runs or trained its models for."""

WEB_SEARCH = {"type": "web_search_20250305", "name": "web_search"}
JSON_ONLY = "Answer with one JSON object and nothing else: no prose, no code fence."


SAID = frozenset({"type", "name", "description", "input_schema", "strict", "cache_control"})
"""Fields of a client's tool that the canonical one has words for."""


def unsaid(tool: dict[str, Any]) -> list[str]:
    """The fields of a tool that only Anthropic understands; none of a tool that is Anthropic's own."""
    return [name for name in tool if name not in SAID] if tool.get("type") in (None, "custom") else []


def canonical_tool(tool: dict[str, Any]) -> dict[str, Any]:
    """A tool of a client of Anthropic's. What Anthropic runs itself has no canonical word, and passes as it is."""
    if tool.get("type") not in (None, "custom") or "name" not in tool:
        return tool if "type" in tool else {**tool, "type": "custom"}
    function = {"name": tool["name"]}
    for name, theirs in (("description", "description"), ("parameters", "input_schema"), ("strict", "strict")):
        if tool.get(theirs) is not None:
            function[name] = tool[theirs]
    made: dict[str, Any] = {"type": "function", "function": function}
    if isinstance(tool.get("cache_control"), dict):
        made["cache_control"] = tool["cache_control"]
    return made


def anthropic_tool(tool: dict[str, Any], path: str) -> dict[str, Any]:
    """A canonical tool. Raises Unsupported: another vendor's own."""
    if tool.get("type") != "function":
        if OWN_TOOL.match(str(tool.get("type"))):
            return tool
        what = f"a tool of type {tool.get('type')} is unknown to Anthropic."
        remedy = "Leave it out, or let a provider that has it serve the call."
        raise Unsupported(what, remedy=remedy, field=f"{path}.type", value=tool.get("type"))
    function = tool["function"]
    made = {"name": function["name"]}
    if function.get("description") is not None:
        made["description"] = function["description"]
    schema = function.get("parameters") or {"properties": {}}
    made["input_schema"] = schema if "type" in schema else {"type": "object", **schema}
    if function.get("strict"):
        made["strict"] = True
    if tool.get("cache_control") is not None:
        made["cache_control"] = tool["cache_control"]
    return made


def canonical_choice(choice: dict[str, Any]) -> dict[str, Any]:
    """`tool_choice` and `parallel_tool_calls`."""
    made: dict[str, Any] = {}
    match choice:
        case {"type": "auto" | "none" as kind}:
            made["tool_choice"] = kind
        case {"type": "any"}:
            made["tool_choice"] = "required"
        case {"type": "tool", "name": str(name)}:
            made["tool_choice"] = {"type": "function", "function": {"name": name}}
    if isinstance(choice.get("disable_parallel_tool_use"), bool):
        made["parallel_tool_calls"] = not choice["disable_parallel_tool_use"]
    return made


def anthropic_choice(choice: Any, parallel: Any, lost: list[Lost]) -> dict[str, Any] | None:
    """Canonical `tool_choice` and `parallel_tool_calls` as one object; None: neither says anything."""
    made: dict[str, Any] | None = None
    if choice in ("auto", "none"):
        made = {"type": choice}
    elif choice in ("required", "any"):
        made = {"type": "any"}
    elif isinstance(choice, dict) and (function := choice.get("function")):
        made = {"type": "tool", "name": function["name"]}
    elif choice is not None:
        lost.append(Lost("tool_choice", "dropped", "Anthropic knows auto, any, none and a tool's name"))
    if parallel is False and (made is None or made["type"] != "none"):
        made = {**(made or {"type": "auto"}), "disable_parallel_tool_use": True}
    return made


def structured(document: dict[str, Any], wanted: dict[str, Any], generation: Generation, lost: list[Lost]) -> None:
    """Put `response_format` into an Anthropic document that has its other fields."""
    kind = wanted["type"]
    if kind == "text":
        return
    if kind == "json_object":
        _say(document, JSON_ONLY)
        lost.append(Lost("response_format", "emulated", "asked for in the system prompt"))
        return
    schema = (wanted.get("json_schema") or {}).get("schema")
    if kind != "json_schema" or not isinstance(schema, dict):
        what = f"a response format of type {kind} is unknown to Anthropic."
        raise Unsupported(
            what, remedy="Use json_schema, or another provider.", field="response_format.type", value=kind
        )
    if generation.schema:
        document["output_config"] = {
            **document.get("output_config", {}),
            "format": {"type": "json_schema", "schema": schema},
        }
        return
    said = (wanted["json_schema"].get("description")) or "Give the answer here."
    tool = {"name": OUTPUT_TOOL, "description": said, "input_schema": {"type": "object", **schema}}
    document["tools"] = [*document.get("tools", []), tool]
    # With tools of the caller's own the model may still choose one of them first.
    document["tool_choice"] = {"type": "tool", "name": OUTPUT_TOOL} if len(document["tools"]) == 1 else {"type": "any"}
    lost.append(Lost("response_format", "emulated", f"a forced tool, {OUTPUT_TOOL}"))


def _say(document: dict[str, Any], instruction: str) -> None:
    system = document.get("system")
    if isinstance(system, list):
        document["system"] = [*system, {"type": "text", "text": instruction}]
    else:
        document["system"] = f"{system}\n\n{instruction}" if system else instruction
