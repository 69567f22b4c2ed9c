"""Client request -> canonical chat request. What chat has no place for goes to `native`, and comes back from there.

Law: `encode` gives the client's own JSON again, whatever the request holds; for other dialects `native` says what they
go without (`drops`) and what they can't go without (`needs`).
"""

from __future__ import annotations

from typing import Any

import msgspec
from crossroads_openai_chat.request import plain

from crossroads.call import Opened
from crossroads_openai_responses import parts, tools
from crossroads_openai_responses.turns import DIALECT, Turn

INCLUDE_LOGPROBS = "message.output_text.logprobs"
INCLUDE_ENCRYPTED = "reasoning.encrypted_content"
CANONICAL_INCLUDES = frozenset({INCLUDE_LOGPROBS, INCLUDE_ENCRYPTED})

ONLY_HERE = frozenset(
    {
        "access_programs", "background", "background_options", "context_management", "conversation", "image",
        "moderation", "previous_response_id", "prompt_cache_retention", "truncation",
    }
)  # fmt: skip
"""Fields of the format that chat does not have."""

NO_FIELDS = frozenset(
    {
        "function_call", "functions", "include_reasoning", "logprobs", "max_completion_tokens", "max_tokens",
        "messages", "native", "reasoning_effort", "response_format", "verbosity", "web_search_options",
    }
)  # fmt: skip
"""Canonical names that mean nothing here: an unknown field of the caller's, kept apart from what we mean by them."""

OUTPUT_TYPES = ("function_call_output", "custom_tool_call_output")  # tuples: a stranger's type need not be hashable
PLAIN_ROLES = ("user", "system", "developer")


def decode_request(opened: Opened) -> Any:
    """See `Dialect.decode_request`."""
    from crossroads.types.base import validate  # pydantic costs an import: only when somebody asks
    from crossroads.types.chat import ChatRequest

    return validate(ChatRequest, msgspec.json.encode(canonical(opened)))


def canonical(opened: Opened) -> dict[str, Any]:
    """The canonical request as a document, not validated."""
    fields = {name: plain(raw) for name, raw in opened.fields.items()}
    form: dict[str, Any] = {"null": [name for name, value in fields.items() if value is None], "fields": {}}
    drops: dict[str, Any] = {}
    needs: dict[str, Any] = {}
    request: dict[str, Any] = {"messages": _messages(fields)}
    if "input" not in fields:
        form["no_input"] = True
    users = [fields.pop(name, None) for name in ("safety_identifier", "user")]
    if (user := next((name for name in users if name is not None), None)) is not None:
        request["user"] = user
    for name, value in fields.items():
        if value is None or name in ("input", "instructions", "store"):
            continue
        if name == "prompt":
            needs[name] = value
        elif name in ONLY_HERE or name in NO_FIELDS:
            (form["fields"] if value in (False, "disabled") else drops)[name] = value
        elif name == "max_output_tokens":
            request["max_tokens"] = value
        elif name == "text":
            form["text"] = _decode_text(value, request)
        elif name == "include":
            form["include"] = value
            request |= {"logprobs": True} if INCLUDE_LOGPROBS in value else {}
            drops |= {f"include.{one}": None for one in value if one not in CANONICAL_INCLUDES}
        elif name == "tools":
            request["tools"] = [tools.decode_tool(tool) for tool in value]
        elif name == "tool_choice":
            request["tool_choice"] = tools.decode_choice(value)
        else:
            request[name] = value
    bag = {"form": form} | ({"drops": drops} if drops else {}) | ({"needs": needs} if needs else {})
    request["native"] = {DIALECT: bag}
    return request


def _decode_text(text: dict[str, Any], request: dict[str, Any]) -> dict[str, Any]:
    """`text` into its canonical fields; what is left of it is its form."""
    left = dict(text)
    if isinstance(text.get("format"), dict):
        request["response_format"] = tools.decode_format(left.pop("format"))
    if isinstance(text.get("verbosity"), str):
        request["verbosity"] = left.pop("verbosity")
    return left


def _messages(fields: dict[str, Any]) -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = []
    if isinstance(told := fields.get("instructions"), str):
        messages.append({"role": "system", "content": told, "native": _form({"as": "instructions"})})
    given = fields.get("input")
    if isinstance(given, str):
        return [*messages, {"role": "user", "content": given, "native": _form({"as": "text"})}]
    turn: Turn | None = None
    for item in given or ():
        if (message := _decode_item(item)) is None:
            turn = turn or Turn()
            turn.add(item)
            continue
        if turn is not None:
            messages.append(turn.message())
            turn = None
        messages.append(message)
    if turn is not None:
        messages.append(turn.message())
    return messages


def _decode_item(item: Any) -> dict[str, Any] | None:
    """A message of somebody else than the assistant, or a tool's result; None for all else."""
    if not isinstance(item, dict):
        return None
    kind, role = item.get("type"), item.get("role")
    if kind in ("message", None) and role in PLAIN_ROLES:
        holds, names, message = "content", "role", {"role": role}
    elif kind in OUTPUT_TYPES and isinstance(item.get("call_id"), str):
        holds, names, message = "output", "call_id", {"role": "tool", "tool_call_id": item["call_id"]}
    else:
        return None
    if (content := parts.decode_content(item.get(holds))) is None:
        return None
    rest = {name: value for name, value in item.items() if name not in (holds, names)}
    message["content"] = content
    if rest and rest != {"type": "function_call_output"}:
        message["native"] = _form({"item": rest})
    return message


def _form(form: dict[str, Any]) -> dict[str, Any]:
    return {DIALECT: {"form": form}}
