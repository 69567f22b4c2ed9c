"""A canonical request, dumped -> Cohere's fields, and what was lost on the way.

Tables first. A field that neither side names passes untouched (documents, citation_options, safety_mode, ...).
Source: cohere 7.3.1, `v2/client.py` (parameters, their limits), read 2026-11-25.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from crossroads_openai_chat import vendor
from crossroads_openai_chat.request import FALSE, ROUTER_ONLY, TRUE

from crossroads.call import Fields, Lost
from crossroads.dialect import Draft
from crossroads.errors import Unsupported
from crossroads_cohere_v2.decode import DIALECT
from crossroads_cohere_v2.messages import cohere_messages

Json = dict[str, Any]

REMEDY = "Leave it out, or let other providers serve the call."
NO_SUCH = "Cohere has no such parameter"

RENAMED = {"max_completion_tokens": "max_tokens", "top_k": "k", "top_p": "p", "stop": "stop_sequences"}

HANDLED = frozenset(
    {
        "function_call", "functions", "messages", "model", "n", "parallel_tool_calls", "prompt", "reasoning",
        "reasoning_effort", "response_format", "stream", "tool_choice", "tools",
    }
)  # fmt: skip

DROPPED = frozenset(
    {
        "audio", "cache_control", "image_config", "include_reasoning", "logit_bias", "metadata", "min_p", "modalities",
        "prediction", "prompt_cache_key", "prompt_cache_options", "repetition_penalty", "service_tier",
        "stream_options", "structured_outputs", "top_a", "top_logprobs", "user", "verbosity", "web_search_options",
    }
)  # fmt: skip
SILENT = frozenset({"stream_options", "structured_outputs"})
"""Of these: what is left out without a loss."""
NOTHING_LOST = {"include_reasoning": (None, True), "modalities": (None, ["text"])}
"""Values that ask for what happens anyway."""

LIMITS = {"frequency_penalty": (0.0, 1.0), "presence_penalty": (0.0, 1.0), "p": (0.01, 0.99), "k": (0, 500)}
STOPS_MAX = 5

EFFORTS = {"max": 0.95, "xhigh": 0.95, "high": 0.8, "medium": 0.5, "low": 0.2, "minimal": 0.1}
"""Share of max_tokens that may be thought (OpenRouter API reference, "Reasoning tokens", read 2026-11-24)."""


def cohere_fields(fields: Json) -> tuple[Fields, list[Lost]]:
    """Raises Unsupported."""
    fields = vendor.restored(DIALECT, fields)
    lost: list[Lost] = []
    document = plain_fields(fields, lost, DROPPED)
    refuse_what_no_version_has(fields)
    if fields.get("parallel_tool_calls") is False:
        lost.append(Lost("parallel_tool_calls", "dropped", NO_SUCH))
    document["messages"] = cohere_messages(fields, lost)
    set_limits(document, lost)
    _set_tools(document, fields, lost)
    _set_format(document, fields.get("response_format"))
    _set_thinking(document, fields, lost)
    return document, list(dict.fromkeys(lost))


def plain_fields(fields: Json, lost: list[Lost], dropped: Collection[str]) -> Fields:
    """Those that only have another name, or none, at Cohere; the others are left to be handled."""
    document: Fields = {}
    for name, value in fields.items():
        if name in dropped:
            if name not in SILENT and value not in NOTHING_LOST.get(name, (None, [], {})):
                lost.append(Lost(name, "dropped", NO_SUCH))
        elif name in RENAMED:
            document[RENAMED[name]] = value
        elif name == "max_tokens":
            document.setdefault(name, value)
        elif name not in HANDLED and name not in ROUTER_ONLY:
            document[name] = value
    return document


def refuse_what_no_version_has(fields: Json) -> None:
    """Raises Unsupported."""
    if (fields.get("n") or 1) > 1:
        raise Unsupported("Cohere makes one answer.", remedy=REMEDY, field="n", value=fields["n"])
    if fields.get("functions") or fields.get("function_call"):
        raise Unsupported("Cohere takes no `functions`.", remedy="Send `tools`.", field="functions")


def draft(fields: Mapping[str, Any], lost: list[Lost], *, url: str, upstream: str, stream: bool) -> Draft:
    """What goes to the upstream, of a client's own fields or of encoded ones."""
    document: Fields = {**fields, "model": upstream, "stream": TRUE if stream else FALSE}
    accept = b"text/event-stream" if stream else b"application/json"
    headers = ((b"content-type", b"application/json"), (b"accept", accept))
    return Draft(document=document, url=url, headers=headers, lost=lost)


def set_limits(document: Fields, lost: list[Lost]) -> None:
    """Clamp what Cohere takes a range of."""
    for name, (lowest, highest) in LIMITS.items():
        value = document.get(name)
        if value is not None and not lowest <= value <= highest:
            document[name] = lowest if value < lowest else highest
            ours = next((ours for ours, theirs in RENAMED.items() if theirs == name), name)
            lost.append(Lost(ours, "clamped", f"Cohere takes {lowest:g} to {highest:g}"))
    stops = document.get("stop_sequences")
    if isinstance(stops, str):
        document["stop_sequences"] = stops = [stops]
    if stops is not None and len(stops) > STOPS_MAX:
        document["stop_sequences"] = stops[:STOPS_MAX]
        lost.append(Lost("stop", "clamped", f"Cohere takes {STOPS_MAX} at most"))


def _set_tools(document: Fields, fields: Json, lost: list[Lost]) -> None:
    tools, choice = fields.get("tools"), fields.get("tool_choice")
    for tool in tools or []:
        if tool["type"] != "function":
            raise Unsupported("Cohere has no such tool.", remedy=REMEDY, field="tools", value=tool["type"])
        if tool.get("cache_control"):
            lost.append(Lost("tools[].cache_control", "dropped", NO_SUCH))
    made = [{k: v for k, v in tool.items() if k != "cache_control"} for tool in tools or []]
    if isinstance(choice, str):
        if choice in ("required", "none"):
            document["tool_choice"] = choice.upper()
    elif choice is not None:
        name = (choice.get("function") or {}).get("name")
        made = [tool for tool in made if tool["function"]["name"] == name]
        if not made:
            raise Unsupported("Cohere can't be told to use this tool.", remedy=REMEDY, field="tool_choice", value=name)
        document["tool_choice"] = "REQUIRED"
        lost.append(Lost("tool_choice", "emulated", "only the tool that was named is offered, and one is required"))
    if tools is not None:
        document["tools"] = [_tool(tool, lost) for tool in made]


def _tool(tool: Json, lost: list[Lost]) -> Json:
    function = {"parameters": {"type": "object", "properties": {}}, **tool["function"]}
    if function.pop("strict", None):
        lost.append(Lost("tools[].function.strict", "dropped", "Cohere has `strict_tools` for all of them"))
    return {**tool, "function": function}


def _set_format(document: Fields, wanted: Any) -> None:
    if wanted is None:
        return
    kind = wanted.get("type")
    if kind == "json_schema":
        schema = (wanted.get("json_schema") or {}).get("schema")
        document["response_format"] = {"type": "json_object", **({} if schema is None else {"json_schema": schema})}
    elif kind in ("text", "json_object"):
        document["response_format"] = wanted
    else:
        raise Unsupported("Cohere has no such format.", remedy=REMEDY, field="response_format", value=kind)


def _set_thinking(document: Fields, fields: Json, lost: list[Lost]) -> None:
    wanted = dict(fields.get("reasoning") or {})
    effort = wanted.get("effort") or fields.get("reasoning_effort")
    for name in ("exclude", "summary"):
        if wanted.get(name):
            lost.append(Lost(f"reasoning.{name}", "dropped", "Cohere shows its thinking whole"))
    if effort == "none" or wanted.get("enabled") is False:
        document["thinking"] = {"type": "disabled"}
        return
    budget = wanted.get("max_tokens")
    if budget is None and effort in EFFORTS:
        lost.append(Lost("reasoning.effort", "emulated", "as a share of max_tokens, where these are given"))
        budget = int(document["max_tokens"] * EFFORTS[effort]) if document.get("max_tokens") else None
    if effort is not None or budget is not None or wanted.get("enabled"):
        document["thinking"] = {"type": "enabled", **({} if budget is None else {"token_budget": max(1, budget)})}
