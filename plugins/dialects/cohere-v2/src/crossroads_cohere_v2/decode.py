"""A client's Cohere request -> canonical JSON, not yet validated. What neither side names passes untouched."""

from __future__ import annotations

from typing import Any

from crossroads_openai_chat import vendor
from crossroads_openai_chat.request import ROUTER_KINDS, plain

from crossroads import jsonbody
from crossroads.call import Fields
from crossroads.jsonbody import Kind
from crossroads_cohere_v2 import said

Json = dict[str, Any]

KINDS: dict[str, Kind] = {
    **ROUTER_KINDS,
    "citation_options": jsonbody.OBJECT,
    "documents": jsonbody.ARRAY,
    "frequency_penalty": jsonbody.NUMBER,
    "k": jsonbody.INTEGER,
    "logprobs": jsonbody.BOOLEAN,
    "max_tokens": jsonbody.COUNT,
    "messages": jsonbody.FILLED_ARRAY,
    "p": jsonbody.NUMBER,
    "presence_penalty": jsonbody.NUMBER,
    "response_format": jsonbody.OBJECT,
    "seed": jsonbody.INTEGER,
    "stop_sequences": jsonbody.STRINGS,
    "temperature": jsonbody.NUMBER,
    "thinking": jsonbody.OBJECT,
    "tool_choice": jsonbody.STRING,
    "tools": jsonbody.ARRAY,
}

RENAMED = {"stop_sequences": "stop", "k": "top_k", "p": "top_p"}
"""Theirs and ours."""

DIALECT = "cohere-v2"
OWN = frozenset({"citation_options", "priority", "raw_prompting", "safety_mode", "strict_tools"})
NEEDED = frozenset({"documents"})
"""Cohere's alone: another dialect goes without the former, and an answer without the latter makes no sense."""

TOOL_CHOICES = {"REQUIRED": "required", "NONE": "none"}


def parameters_of(fields: Fields) -> frozenset[str]:
    """Canonical names of the parameters that stand there under Cohere's."""
    names = {**RENAMED, "thinking": "reasoning"}
    used = {ours for theirs, ours in names.items() if theirs in fields}
    if b'"json_schema"' in bytes(fields.get("response_format", b"")):
        used.add("structured_outputs")
    return frozenset(used)


def canonical_fields(fields: Fields) -> Json:
    document: Json = {RENAMED.get(name, name): value for name, value in fields.items()}
    choice = plain(document.get("tool_choice"))
    if choice in TOOL_CHOICES:
        document["tool_choice"] = TOOL_CHOICES[choice]
    wanted = plain(document.get("response_format"))
    if isinstance(wanted, dict) and wanted.get("json_schema") is not None:
        document["response_format"] = {"type": "json_schema", "json_schema": {"schema": wanted["json_schema"]}}
    thinking = plain(document.pop("thinking", None))
    if isinstance(thinking, dict):
        reasoning: Json = {"enabled": thinking.get("type") != "disabled"}
        if thinking.get("token_budget") is not None:
            reasoning["max_tokens"] = thinking["token_budget"]
        document["reasoning"] = reasoning
    document |= {name: plain(document[name]) for name in (OWN | NEEDED) & set(document)}
    vendor.keep(DIALECT, document, drops=OWN, needs=NEEDED)
    tools = plain(document.get("tools"))
    if isinstance(tools, list):
        document["tools"] = [{"type": "function", **tool} if isinstance(tool, dict) else tool for tool in tools]
    messages = plain(document.get("messages"))
    if isinstance(messages, list):
        document["messages"] = [canonical_message(message) for message in messages]
    return document


def canonical_message(message: Any) -> Any:
    """What is malformed passes, and is refused by the canonical types."""
    if not isinstance(message, dict) or message.get("role") != "assistant":
        return message
    made = dict(message)
    details: list[Json] = []
    plan = made.pop(said.PLAN, None)
    if isinstance(plan, str) and plan:
        details.append(said.thought(plan, None))
    content = made.get("content")
    if isinstance(content, list):
        thoughts = [i for i, b in enumerate(content) if isinstance(b, dict) and isinstance(b.get("thinking"), str)]
        details += [said.thought(content[i]["thinking"], i) for i in thoughts]
        made["content"] = [block for i, block in enumerate(content) if i not in thoughts]
    if details:
        made |= {"reasoning": "".join(detail["text"] for detail in details), "reasoning_details": details}
    citations = made.pop("citations", None)
    if isinstance(citations, list) and citations:
        made["annotations"] = [said.annotation(one) for one in citations if isinstance(one, dict)]
    return made
