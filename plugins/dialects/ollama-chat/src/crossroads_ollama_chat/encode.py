"""A canonical request, dumped -> Ollama's fields, and what was lost on the way.

Tables first. A field that neither side names passes untouched (keep_alive, options.num_ctx, ...).
Source: ollama 0.6.3, `_types.py` (ChatRequest, Options), read 2026-11-25.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crossroads_openai_chat import vendor
from crossroads_openai_chat.request import FALSE, ROUTER_ONLY, TRUE

from crossroads.call import Fields, Lost
from crossroads.dialect import Draft
from crossroads.errors import Unsupported
from crossroads_ollama_chat.decode import DIALECT, OPTIONS
from crossroads_ollama_chat.messages import ollama_messages

Json = dict[str, Any]

REMEDY = "Leave it out, or let other providers serve the call."
NO_SUCH = "Ollama has no such parameter"

TO_OPTIONS = {ours: theirs for theirs, ours in OPTIONS.items()} | {"max_completion_tokens": "num_predict"}

HANDLED = frozenset(
    {
        "function_call", "functions", "messages", "model", "n", "options", "parallel_tool_calls", "prompt", "reasoning",
        "reasoning_effort", "response_format", "stream", "tool_choice", "tools",
    }
)  # fmt: skip

DROPPED = frozenset(
    {
        "audio", "cache_control", "image_config", "include_reasoning", "logit_bias", "metadata", "modalities",
        "prediction", "prompt_cache_key", "prompt_cache_options", "service_tier", "stream_options",
        "structured_outputs", "top_a", "user", "verbosity", "web_search_options",
    }
)  # fmt: skip
SILENT = frozenset({"stream_options", "structured_outputs"})
"""Of these: what is left out without a loss."""
NOTHING_LOST = {"include_reasoning": (None, True), "modalities": (None, ["text"])}
"""Values that ask for what happens anyway."""

LEVELS = {"minimal": "low", "low": "low", "medium": "medium", "high": "high", "xhigh": "high", "max": "high"}
"""Efforts that Ollama knows, and the nearest for those that it does not."""


def ollama_fields(fields: Json) -> tuple[Fields, list[Lost]]:
    """Raises Unsupported."""
    fields = vendor.restored(DIALECT, fields)
    lost: list[Lost] = []
    document: Fields = {"stream": fields["stream"]} if "stream" in fields else {}
    options: Json = dict(fields.get("options") or {})
    for name, value in fields.items():
        if name in DROPPED:
            if name not in SILENT and value not in NOTHING_LOST.get(name, (None, [], {})):
                lost.append(Lost(name, "dropped", NO_SUCH))
        elif name in TO_OPTIONS:
            if value is not None:
                options[TO_OPTIONS[name]] = value
        elif name not in HANDLED and name not in ROUTER_ONLY:
            document[name] = value
    if (fields.get("n") or 1) > 1:
        raise Unsupported("Ollama makes one answer.", remedy=REMEDY, field="n", value=fields["n"])
    if fields.get("functions") or fields.get("function_call"):
        raise Unsupported("Ollama takes no `functions`.", remedy="Send `tools`.", field="functions")
    if fields.get("parallel_tool_calls") is False:
        lost.append(Lost("parallel_tool_calls", "dropped", NO_SUCH))
    if options or "options" in fields:
        document["options"] = options
    document["messages"] = ollama_messages(fields, lost)
    _set_tools(document, fields, lost)
    set_format(document, fields.get("response_format"))
    _set_think(document, fields, lost)
    return document, list(dict.fromkeys(lost))


def draft(fields: Mapping[str, Any], lost: list[Lost], *, url: str, upstream: str, stream: bool) -> Draft:
    """What goes to the upstream, of a client's own fields or of encoded ones. Ollama streams unless told not to:
    a caller who named no `stream` gets that default, and none is added."""
    document: Fields = {**fields, "model": upstream}
    if not stream:
        document["stream"] = FALSE
    elif "stream" in document:
        document["stream"] = TRUE
    accept = b"application/x-ndjson" if stream else b"application/json"
    headers = ((b"content-type", b"application/json"), (b"accept", accept))
    return Draft(document=document, url=url, headers=headers, lost=lost)


def _set_tools(document: Fields, fields: Json, lost: list[Lost]) -> None:
    tools, choice = fields.get("tools"), fields.get("tool_choice")
    made = [{k: v for k, v in tool.items() if k != "cache_control"} for tool in tools or []]
    for tool in tools or []:
        if tool["type"] != "function":
            raise Unsupported("Ollama has no such tool.", remedy=REMEDY, field="tools", value=tool["type"])
        if tool.get("cache_control"):
            lost.append(Lost("tools[].cache_control", "dropped", NO_SUCH))
        if (tool["function"] or {}).get("strict"):
            lost.append(Lost("tools[].function.strict", "dropped", NO_SUCH))
    if choice == "none" and made:
        made = []
        lost.append(Lost("tool_choice", "emulated", "no tool is offered"))
    elif choice == "required":
        lost.append(Lost("tool_choice", "dropped", "Ollama can't be told to use a tool"))
    elif isinstance(choice, dict) and made:
        made = vendor.chosen(made, choice)
        lost.append(Lost("tool_choice", "emulated", "only what was named is offered"))
    if tools is not None:
        document["tools"] = made


def set_format(document: Fields, wanted: Any) -> None:
    """Raises Unsupported."""
    kind = wanted.get("type") if wanted else "text"
    schema = (wanted.get("json_schema") or {}).get("schema") if kind == "json_schema" else None
    if schema is not None:
        document["format"] = schema
    elif kind in ("json_object", "json_schema"):
        document["format"] = "json"
    elif kind != "text":
        raise Unsupported("Ollama has no such format.", remedy=REMEDY, field="response_format", value=kind)


def _set_think(document: Fields, fields: Json, lost: list[Lost]) -> None:
    wanted = dict(fields.get("reasoning") or {})
    effort = wanted.get("effort") or fields.get("reasoning_effort")
    for name in ("exclude", "summary", "max_tokens"):
        if wanted.get(name):
            lost.append(Lost(f"reasoning.{name}", "dropped", NO_SUCH))
    if effort == "none" or wanted.get("enabled") is False:
        document["think"] = False
    elif effort is not None:
        document["think"] = level = LEVELS.get(effort, "medium")
        if level != effort:
            lost.append(Lost("reasoning.effort", "emulated", f"sent as {level}, the nearest that Ollama knows"))
    elif wanted.get("enabled") or wanted.get("max_tokens"):
        document["think"] = True
