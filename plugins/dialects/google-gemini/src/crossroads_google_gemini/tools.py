"""Functions, Google's own tools and the choice among them, both ways.

Google's tools have canonical names `google:<name>`; its web search is what OpenRouter's clients ask for in three ways.
Source: google-genai 3.4, `types.Tool`, `types.ToolConfig`; OpenRouter API reference, "Web search", read 2026-11-24.
"""

from __future__ import annotations

from typing import Any

from crossroads.errors import Unsupported
from crossroads_google_gemini.lost import Ledger
from crossroads_google_gemini.media import google_extra, need_text
from crossroads_google_gemini.schema import json_schema
from crossroads_google_gemini.shape import Json, a_text, an_object, objects, texts

OWN = "google:"
SEARCH: Json = {"googleSearch": {}}
SERVER_TOOLS: dict[str, Json] = {
    "openrouter:web_search": SEARCH,
    "web_search": SEARCH,
    "web_search_preview": SEARCH,
    "openrouter:web_fetch": {"urlContext": {}},
    "code_interpreter": {"codeExecution": {}},
}
MODES = {"auto": "AUTO", "required": "ANY", "none": "NONE"}
CHOICES = {mode: choice for choice, mode in MODES.items()}
DECLARED = frozenset({"name", "description", "parameters", "parametersJsonSchema"})


def to_google(request: Json, ledger: Ledger) -> list[Json]:
    """`tools`, `functions` and what asks for a search -> `tools`. Raises Unsupported."""
    functions: list[Json] = []
    others: list[Json] = []
    old = [{"type": "function", "function": function} for function in request.get("functions") or []]
    for tool in [*(request.get("tools") or []), *old]:
        kind = tool["type"]
        if kind == "function":
            functions.append(_declaration(tool, ledger))
        elif kind.startswith(OWN):
            others.append({kind.removeprefix(OWN): tool.get("config") or {}})
        elif kind in SERVER_TOOLS:
            others.append(SERVER_TOOLS[kind])
            ledger.emulated("tools", "Google's own tool takes its place")
        else:
            raise _unsupported("tools.type", kind)
    web = any(each.get("id") == "web" and each.get("enabled") is not False for each in request.get("plugins") or [])
    if (web or request.get("web_search_options") is not None) and SEARCH not in others:
        others.append(SEARCH)
        if web or request["web_search_options"]:
            ledger.emulated("web_search_options", "Google's own search, without its settings")
    return [*([{"functionDeclarations": functions}] if functions else []), *others]


def _unsupported(field: str, value: Any) -> Unsupported:
    remedy = "Leave it out, or let other providers serve the call."
    return Unsupported("Gemini has nothing like it.", field=field, value=value, remedy=remedy)


def _declaration(tool: Json, ledger: Ledger) -> Json:
    function = tool["function"]
    if tool.get("cache_control"):
        ledger.dropped("cache_control", "Gemini caches by itself, or by a name (`cachedContent`)")
    if function.get("strict"):
        ledger.dropped("tools.function.strict", "Gemini has no strict functions")
    found = {name: function[name] for name in ("name", "description") if function.get(name) is not None}
    if function.get("parameters") is not None:
        found["parametersJsonSchema"] = function["parameters"]
    return {**found, **google_extra(function)}


def choice_to_google(request: Json, ledger: Ledger) -> Json | None:
    """`tool_choice` -> `functionCallingConfig`. Raises Unsupported."""
    choice: Any = request.get("tool_choice", request.get("function_call"))
    if request.get("parallel_tool_calls") is False:
        ledger.dropped("parallel_tool_calls", "Gemini decides by itself")
    if choice is None:
        return None
    if isinstance(choice, str):
        if choice in MODES:
            return {"mode": MODES[choice]}
        raise _unsupported("tool_choice", choice)
    if choice.get("type") == "allowed_tools":
        allowed = choice.get("allowed_tools") or {}
        names = [(tool.get("function") or tool).get("name") for tool in allowed.get("tools") or []]
        mode = "ANY" if allowed.get("mode") == "required" else "AUTO"
        return {"mode": mode, "allowedFunctionNames": names}
    name = (choice.get("function") or choice).get("name")
    if not name:
        raise _unsupported("tool_choice.type", choice.get("type"))
    return {"mode": "ANY", "allowedFunctionNames": [name]}


def to_canonical(document: Json) -> tuple[list[Json], bool]:
    """`tools` -> (canonical tools, was plain Google Search among them?). Raises Misshapen."""
    tools: list[Json] = []
    search = False
    for entry in objects(document, "tools"):
        for name, config in entry.items():
            if name == "functionDeclarations":
                tools += [_function(each) for each in objects(entry, name)]
            elif name == "googleSearch" and not config:
                search = True
            elif config is not None:
                tools.append({"type": OWN + name, "config": an_object(entry, name)})
    return tools, search


def _function(declared: Json) -> Json:
    function: Json = {"name": need_text(declared, "name")}
    if (description := a_text(declared, "description")) is not None:
        function["description"] = description
    if declared.get("parametersJsonSchema") is not None:
        function["parameters"] = an_object(declared, "parametersJsonSchema")
    elif declared.get("parameters") is not None:
        function["parameters"] = json_schema(an_object(declared, "parameters"))
    rest = {name: value for name, value in declared.items() if name not in DECLARED and value is not None}
    if rest:
        function["extra_content"] = {"google": rest}
    return {"type": "function", "function": function}


def choice_to_canonical(config: Json) -> Any:
    """`functionCallingConfig` -> `tool_choice`; None: there is none to say. Raises Misshapen."""
    mode = str(config.get("mode") or "").upper()
    names = texts(config, "allowedFunctionNames")
    if len(names) == 1 and mode == "ANY":
        return {"type": "function", "function": {"name": names[0]}}
    if names:
        tools = [{"type": "function", "function": {"name": name}} for name in names]
        how = "required" if mode == "ANY" else "auto"
        return {"type": "allowed_tools", "allowed_tools": {"mode": how, "tools": tools}}
    return CHOICES.get(mode)
