"""Canonical chat request -> upstream request. One that was decoded here becomes the client's own JSON again."""

from __future__ import annotations

from typing import Any

from crossroads.call import Lost
from crossroads.dialect import Draft
from crossroads_openai_responses import items, parts, reasoning, tools
from crossroads_openai_responses.decode import INCLUDE_ENCRYPTED, INCLUDE_LOGPROBS
from crossroads_openai_responses.fields import upstream_draft
from crossroads_openai_responses.turns import DIALECT

Json = dict[str, Any]

RENAMED = frozenset(
    {
        "function_call", "functions", "include_reasoning", "max_completion_tokens", "max_tokens", "messages", "native",
        "prompt", "reasoning", "reasoning_effort", "response_format", "stream_options", "tool_choice", "tools",
        "verbosity", "web_search_options",
    }
)  # fmt: skip
"""Canonical fields that stand elsewhere here; the others keep their name (or are dropped, see `fields`)."""


def encode_request(request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
    """See `Dialect.encode_request`."""
    document = request.model_dump(exclude_unset=True, by_alias=True)
    lost: list[Lost] = []
    bag = _dict(_dict(document.get("native")).get(DIALECT))
    form, born_here = _dict(bag.get("form")), bool(bag)
    fields: Json = {name: value for name, value in document.items() if name not in RENAMED}
    fields |= _prompting(document, lost, born_here=born_here)
    fields |= _answering(document, form, lost, born_here=born_here)
    fields |= _reasoning(document, form, born_here=born_here)
    kept = {name: value for name, value in _dict(bag.get("drops")).items() if not name.startswith("include.")}
    if document.get("store"):
        lost.append(Lost("store", "dropped", "nothing is stored there"))
    if fields.get("logprobs") is True:
        del fields["logprobs"]  # said by `include`
    fields |= {**_dict(form.get("fields")), **kept, **_dict(bag.get("needs"))}
    nulls = form.get("null")
    for name in nulls if isinstance(nulls, list) else ():
        fields.setdefault(str(name), None)
    if form.get("no_input") is True and not fields.get("input"):
        fields.pop("input", None)
    if not fields.get("input") and not fields.get("prompt") and not born_here:
        fields["input"] = ""
    return upstream_draft(fields, url=url, upstream=upstream, stream=stream, lost=lost)


def _prompting(document: Json, lost: list[Lost], *, born_here: bool) -> Json:
    """`input` and `instructions`."""
    messages = document.get("messages") or []
    if (prompt := document.get("prompt")) is not None and not born_here:
        if not messages:
            messages = [{"role": "user", "content": prompt}]
        lost.append(Lost("prompt", "dropped" if document.get("messages") else "emulated", "sent as one user message"))
    fields: Json = {}
    if messages and _form(messages[0]).get("as") == "instructions" and isinstance(messages[0]["content"], str):
        fields["instructions"] = messages[0]["content"]
        messages = messages[1:]
    if len(messages) == 1 and _form(messages[0]).get("as") == "text" and isinstance(messages[0]["content"], str):
        return {**fields, "input": messages[0]["content"]}
    custom = {
        call.get("id") for said in messages for call in said.get("tool_calls") or () if call.get("type") == "custom"
    }
    given: list[Json] = []
    for message in messages:
        given += _encode_message(message, custom, lost, born_here=born_here)
    return {**fields, "input": given} if given or "messages" in document else fields


def _encode_message(message: Json, custom: set[Any], lost: list[Lost], *, born_here: bool) -> list[Json]:
    role = message["role"]
    if role == "assistant":
        if message.get("name"):
            lost.append(Lost("messages.name", "dropped", "a turn of the assistant has no place for it"))
        return items.input_items(message, lost)
    content = parts.encode_content(message.get("content"), lost)
    if not born_here and isinstance(content, list):
        content = [{"detail": "auto", **part} if part["type"] == "input_image" else part for part in content]
    kept = _dict(_form(message).get("item"))
    if role == "tool":
        call_id = "call_0" if message.get("tool_call_id") is None else message["tool_call_id"]
        kind = "custom_tool_call_output" if call_id in custom else "function_call_output"
        return [{"type": kind, "call_id": call_id, "output": content, **kept}]
    if role == "function":
        call_id = items.legacy_id(message.get("name"))
        return [{"type": "function_call_output", "call_id": call_id, "output": content}]
    if (name := message.get("name")) is not None:
        content = _named(name, content)
        lost.append(Lost("messages.name", "emulated", "written before the text"))
    return [{**kept, "role": role, "content": content}]


def _named(name: str, content: Any) -> Any:
    """As OpenRouter does for formats without names."""
    if isinstance(content, str):
        return f"{name}: {content}"
    for n, part in enumerate(content):
        if part["type"] == "input_text":
            return [*content[:n], {**part, "text": f"{name}: {part['text']}"}, *content[n + 1 :]]
    return [{"type": "input_text", "text": f"{name}:"}, *content]


def _answering(document: Json, form: Json, lost: list[Lost], *, born_here: bool) -> Json:
    """Limits, tools, formats."""
    fields: Json = {}
    for name in ("max_completion_tokens", "max_tokens"):
        if document.get(name) is not None:
            fields.setdefault("max_output_tokens", document[name])
    text = dict(_dict(form.get("text")))
    if (format_ := document.get("response_format")) is not None:
        text["format"] = tools.encode_format(format_)
    if (verbosity := document.get("verbosity")) is not None:
        text["verbosity"] = verbosity
    if text or "text" in form:
        fields["text"] = text
    offered = [tools.encode_tool(tool, lost) for tool in document.get("tools") or []]
    offered += [{"type": "function", **function} for function in document.get("functions") or []]
    if (search := document.get("web_search_options")) is not None:
        offered.append({"type": "web_search", **_opened_search(search)})
        lost.append(Lost("web_search_options", "emulated", "sent as the tool web_search"))
    if offered or document.get("tools") is not None:
        fields["tools"] = offered if born_here else [tools.with_defaults(tool) for tool in offered]
    if (choice := document.get("tool_choice")) is not None:
        fields["tool_choice"] = tools.encode_choice(choice)
    elif (choice := document.get("function_call")) is not None:
        fields["tool_choice"] = choice if isinstance(choice, str) else {"type": "function", **choice}
    if isinstance(options := document.get("stream_options"), dict):
        told = options if born_here else {name: v for name, v in options.items() if name != "include_usage"}
        fields |= {"stream_options": told} if told or born_here else {}
    return fields


def _opened_search(options: Json) -> Json:
    """Chat nests `user_location.approximate`."""
    place = options.get("user_location")
    if isinstance(place, dict) and isinstance(near := place.get("approximate"), dict):
        return {**options, "user_location": {"type": "approximate", **near}}
    return options


def _reasoning(document: Json, form: Json, *, born_here: bool) -> Json:
    """`reasoning` and `include`. A chat caller who asks for reasoning wants to read it, and to send it back."""
    asked = _dict(document.get("reasoning")) if document.get("reasoning") is not None else None
    include = [one for one in form.get("include") or () if isinstance(one, str)]
    if not born_here:
        if (effort := document.get("reasoning_effort")) is not None:
            asked = {"effort": effort, **(asked or {})}
        if (shown := document.get("include_reasoning")) is not None:
            asked = (asked or {}) if shown else {"exclude": True, **(asked or {})}
        thinks = asked is not None and asked.get("effort") != "none" and asked.get("enabled") is not False
        if thinks and asked is not None and asked.get("exclude") is not True:
            asked = {"summary": "auto", **asked}
        if thinks or _has_details(document):
            include.append(INCLUDE_ENCRYPTED)
    if document.get("logprobs") is True and INCLUDE_LOGPROBS not in include:
        include.append(INCLUDE_LOGPROBS)
    fields: Json = {} if asked is None else {"reasoning": asked}
    return {**fields, "include": include} if include or "include" in form else fields


def _has_details(document: Json) -> bool:
    details = [one for message in document.get("messages") or [] for one in message.get("reasoning_details") or ()]
    return any(reasoning.is_ours(one) for one in details)


def _form(message: Json) -> Json:
    return _dict(_dict(_dict(message.get("native")).get(DIALECT)).get("form"))


def _dict(value: Any) -> Json:
    return value if isinstance(value, dict) else {}
