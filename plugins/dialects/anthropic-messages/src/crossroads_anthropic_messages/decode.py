"""A client's request -> the canonical one, beside which the original stays (`Original`) for an upstream of this format.

What has no canonical word is named in `Original.unsaid`; here it only must not stand in another dialect's way.
Source: `anthropic` 2.12, types/message_create_params.py and message_param.py, read 2026-11-25.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from crossroads import jsonbody
from crossroads.call import Opened
from crossroads.errors import BadRequest
from crossroads.original import Original, Reading, Span
from crossroads_anthropic_messages import parts, reasoning, thinking, tools

NAME = "anthropic-messages"

SAME = frozenset(
    {
        "cache_control", "max_tokens", "metadata", "model", "models", "plugins", "provider", "route", "session_id",
        "stop_server_tools_when", "stream", "temperature", "top_k", "top_p", "trace", "user",
    }
)  # fmt: skip
"""Fields that have the same name and meaning in both."""

TRANSLATED = frozenset(
    {
        "fallbacks", "messages", "output_config", "output_format", "service_tier", "stop_sequences", "system",
        "thinking", "tool_choice", "tools",
    }
)  # fmt: skip

KNOWN = SAME | TRANSLATED

MADE_FROM: dict[tuple[str, ...], tuple[str, ...]] = {
    ("stop_sequences",): ("stop",),
    ("tool_choice",): ("tool_choice", "parallel_tool_calls"),
    ("thinking", "output_config", "output_format"): ("reasoning", "verbosity", "response_format"),
    ("service_tier",): ("service_tier",),
    **{(name,): (name,) for name in SAME},
}
"""Fields of this format, and the canonical ones that say the same."""

REASONING_BLOCKS = ("thinking", "redacted_thinking")
MESSAGE_PARTS = parts.OWN_BLOCKS | {"text", "compaction"}


def decode_request(opened: Opened) -> Any:
    """See `Dialect.decode_request`."""
    from crossroads.types.base import parse, validate_document  # pydantic costs an import: only when somebody asks
    from crossroads.types.chat import ChatRequest

    document = parse(jsonbody.encode(opened.fields))
    made = canonical(document)
    try:
        request = validate_document(ChatRequest, made.fields)
    except BadRequest as error:
        raise _in_the_callers_words(error, made.spans) from None
    request.keep(Original(NAME, document, made.unsaid))
    return request


def _in_the_callers_words(error: BadRequest, spans: Sequence[Span]) -> BadRequest:
    """The error, at the message that the caller wrote: canonical ones are counted otherwise."""
    steps = (error.field or "").split(".")
    if steps[0] != "messages" or len(steps) < 2:
        return error
    at, number = int(steps[1]), 0
    for span in spans:
        path = "system" if span.is_system else f"messages.{number}"
        if at < len(span.messages):
            return BadRequest(error.what, remedy=f"Correct `{path}`.", field=path, value=error.value)
        at -= len(span.messages)
        number += not span.is_system
    return error


def canonical(document: dict[str, Any]) -> Reading:
    """Raises BadRequest where a message is none."""
    unsaid = {name: None for name in document if name not in KNOWN and document[name] is not None}
    fields = {name: value for name, value in document.items() if name in SAME}
    spans: list[Span] = []
    if document.get("system") is not None:
        spans.append(Span(document["system"], [_system(document["system"], "system", unsaid)], is_system=True))
    for at, message in enumerate(document["messages"]):
        spans.append(Span(message, _messages(message, f"messages.{at}", unsaid)))
    fields["messages"] = [message for span in spans for message in span.messages]
    if document.get("tools"):
        offered = [_object(tool, f"tools.{at}") for at, tool in enumerate(document["tools"])]
        fields["tools"] = list(map(tools.canonical_tool, offered))
        unsaid |= {f"tools.{name}": None for tool in offered for name in tools.unsaid(tool)}
    if isinstance(document.get("tool_choice"), dict):
        fields |= tools.canonical_choice(document["tool_choice"])
    if document.get("stop_sequences") is not None:
        fields["stop"] = document["stop_sequences"]
    if document.get("service_tier") is not None:
        tier = document["service_tier"]
        fields["service_tier"] = "default" if tier == "standard_only" else tier
    return Reading(fields | _output(document), spans, tuple(unsaid))


def _output(document: dict[str, Any]) -> dict[str, Any]:
    """How to think, and the shape of the answer."""
    made: dict[str, Any] = {}
    config = document.get("output_config")
    config = config if isinstance(config, dict) else {}
    effort = config.get("effort")
    thought = thinking.canonical_reasoning(document.get("thinking"), effort)
    if thought is not None:
        made["reasoning"] = thought
    if isinstance(effort, str) and (thought is None or "effort" not in thought):
        made["verbosity"] = effort
    wanted = config.get("format") or document.get("output_format")
    if isinstance(wanted, dict) and isinstance(wanted.get("schema"), dict):
        named = {"name": "answer", "schema": wanted["schema"], "strict": True}
        made["response_format"] = {"type": "json_schema", "json_schema": named}
    return made


def _messages(message: Any, path: str, unsaid: dict[str, None]) -> list[dict[str, Any]]:
    role = _object(message, path).get("role")
    if "content" not in message:
        raise _bad(f"{path}.content", None, "it is missing.")
    content = message["content"]
    match role:
        case "user":
            return _user(content, f"{path}.content", unsaid)
        case "assistant":
            return [_assistant(content, f"{path}.content", unsaid)]
        case "system":
            made = _system(content, f"{path}.content", unsaid)
            return [made] if made["content"] else []
    raise _bad(f"{path}.role", role, "expected user, assistant or system.")


def _system(content: Any, path: str, unsaid: dict[str, None]) -> dict[str, Any]:
    if isinstance(content, str):
        return {"role": "system", "content": content}
    kept = [block for block in _blocks(content, path) if _said(block, ("text",), unsaid)]
    return {"role": "system", "content": list(map(parts.part, kept))}


def _user(content: Any, path: str, unsaid: dict[str, None]) -> list[dict[str, Any]]:
    """Tool results first, each a message of its own, as OpenAI's format wants them; the rest after them."""
    if isinstance(content, str):
        return [{"role": "user", "content": content}]
    made: list[dict[str, Any]] = []
    rest: list[dict[str, Any]] = []
    for at, block in enumerate(_blocks(content, path)):
        if block["type"] == "tool_result":
            made.append(_tool_result(block, f"{path}.{at}", unsaid))
        elif _said(block, MESSAGE_PARTS, unsaid):
            rest.append(parts.part(block))
    if rest or not made:
        made.append({"role": "user", "content": rest})
    return made


def _tool_result(block: dict[str, Any], path: str, unsaid: dict[str, None]) -> dict[str, Any]:
    content = block.get("content")
    if isinstance(content, list):
        content = [parts.part(one) for one in _blocks(content, f"{path}.content")]
    if isinstance(block.get(parts.CACHE), dict) and content:
        if isinstance(content, str):
            content = [{"type": "text", "text": content}]
        content[-1] = {parts.CACHE: block[parts.CACHE], **content[-1]}
    if block.get("is_error"):
        unsaid["messages.tool_result.is_error"] = None
    return {"role": "tool", "tool_call_id": block.get("tool_use_id"), "content": "" if content is None else content}


def _assistant(content: Any, path: str, unsaid: dict[str, None]) -> dict[str, Any]:
    if isinstance(content, str):
        return {"role": "assistant", "content": content}
    texts: list[dict[str, Any]] = []
    details: list[dict[str, Any]] = []
    calls: list[dict[str, Any]] = []
    for block in _blocks(content, path):
        if block["type"] in REASONING_BLOCKS:
            details.append(reasoning.detail(block, len(details)))
        elif block["type"] == "tool_use":
            arguments = msgspec.json.encode(block.get("input")).decode()
            function = {"name": block.get("name"), "arguments": arguments}
            calls.append({"id": block.get("id"), "type": "function", "function": function})
        elif _said(block, MESSAGE_PARTS, unsaid):
            if block.get("citations"):
                unsaid["messages.text.citations"] = None
            texts.append(parts.part(block))
    plain = len(texts) == 1 and set(texts[0]) == {"type", "text"}
    made: dict[str, Any] = {"role": "assistant", "content": texts[0]["text"] if plain else texts or None}
    if details:
        made["reasoning_details"] = details
    if calls:
        made["tool_calls"] = calls
    return made


def _said(block: dict[str, Any], kinds: Any, unsaid: dict[str, None]) -> bool:
    """Is it of these kinds? What is not is left out, and told."""
    if block["type"] in kinds:
        return True
    unsaid[f"messages.{block['type']}"] = None
    return False


def _blocks(content: Any, path: str) -> list[dict[str, Any]]:
    if not isinstance(content, list):
        raise _bad(path, content, "expected a string or an array of blocks.")
    for at, block in enumerate(content):
        if not isinstance(_object(block, f"{path}.{at}").get("type"), str):
            raise _bad(f"{path}.{at}.type", block.get("type"), "expected a string.")
    return content


def _object(value: Any, path: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _bad(path, value, "expected an object.")
    return value


def _bad(path: str, value: Any, what: str) -> BadRequest:
    return BadRequest(what, remedy=f"Correct `{path}`.", field=path, value=value)
