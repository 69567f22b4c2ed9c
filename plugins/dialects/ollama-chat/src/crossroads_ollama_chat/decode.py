"""A client's Ollama request -> canonical JSON, not yet validated. What neither side names passes untouched.

Ollama's clients give tool calls no ids: they get some here, by their order, and results take that of the oldest call
that has none yet. `made_here` tells these ids, so that they leave with the request no more than they came.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec
from crossroads_openai_chat import vendor
from crossroads_openai_chat.request import ROUTER_KINDS, plain

from crossroads import jsonbody
from crossroads.call import Fields
from crossroads.jsonbody import Kind
from crossroads_ollama_chat import said

Json = dict[str, Any]

KINDS: dict[str, Kind] = {
    **ROUTER_KINDS,
    "logprobs": jsonbody.BOOLEAN,
    "messages": jsonbody.FILLED_ARRAY,
    "options": jsonbody.OBJECT,
    "tools": jsonbody.ARRAY,
    "top_logprobs": jsonbody.INTEGER,
}

OPTIONS = {
    "frequency_penalty": "frequency_penalty",
    "min_p": "min_p",
    "num_predict": "max_tokens",
    "presence_penalty": "presence_penalty",
    "repeat_penalty": "repetition_penalty",
    "seed": "seed",
    "stop": "stop",
    "temperature": "temperature",
    "top_k": "top_k",
    "top_p": "top_p",
}
"""Theirs and ours. Others (num_ctx, mirostat, ...) stay in `options`, for an Ollama upstream."""

DIALECT = "ollama-chat"
OWN = frozenset({"keep_alive", "options", "template"})
"""Ollama's alone: another dialect goes without them."""

MADE_HERE = re.compile(r"call_unnamed_\d+")

KINDS_OF_IMAGE = (("iVBORw", "png"), ("/9j/", "jpeg"), ("R0lGOD", "gif"), ("UklGR", "webp"), ("Qk", "bmp"))
"""How base64 of their first bytes begins."""


def limits_of(fields: Fields) -> tuple[int | None, frozenset[str]]:
    """What routing needs of the options: the most tokens of the answer, and canonical names of parameters."""
    options = plain(fields.get("options"))
    options = options if isinstance(options, dict) else {}
    used = {ours for theirs, ours in OPTIONS.items() if options.get(theirs) is not None}
    if plain(fields.get("think")) is not None:
        used.add("reasoning")
    wanted = plain(fields.get("format"))
    if wanted:
        used |= {"response_format"} | ({"structured_outputs"} if isinstance(wanted, dict) else set())
    most = options.get("num_predict")
    return (most if type(most) is int and most > 0 else None), frozenset(used)


def canonical_fields(fields: Fields) -> Json:
    document: Json = dict(fields)
    document |= plain_options(document)
    document |= {name: plain(document[name]) for name in OWN & set(document)}
    wanted = plain(document.pop("format", None))
    if wanted == "":
        document["format"] = ""  # as Ollama's old clients say that they want none
    vendor.keep(DIALECT, document, drops=OWN | {"format"})
    if wanted == "json":
        document["response_format"] = {"type": "json_object"}
    elif isinstance(wanted, dict):
        document["response_format"] = {"type": "json_schema", "json_schema": {"schema": wanted}}
    think = plain(document.pop("think", None))
    if isinstance(think, bool):
        document["reasoning"] = {"enabled": think}
    elif think is not None:
        document["reasoning"] = {"effort": think}
    tools = plain(document.get("tools"))
    if isinstance(tools, list):
        document["tools"] = [{"type": "function", **tool} if isinstance(tool, dict) else tool for tool in tools]
    messages = plain(document.get("messages"))
    if isinstance(messages, list):
        document["messages"] = _canonical_messages(messages)
    return document


def plain_options(document: Json) -> Json:
    """Its options as canonical fields, and those that have no canonical name as `options`."""
    options = plain(document.get("options"))
    if not isinstance(options, dict):
        return {}
    rest, made = dict(options), {}
    for theirs, ours in OPTIONS.items():
        if theirs in rest and not (theirs == "num_predict" and _endless(rest[theirs])):
            made[ours] = rest.pop(theirs)
    return {**made, "options": rest}


def made_here(told: Any) -> bool:
    return isinstance(told, str) and MADE_HERE.fullmatch(told) is not None


def _endless(count: Any) -> bool:
    """-1 and -2 mean no limit, for which the canonical form has no word."""
    return type(count) is int and count <= 0


def _canonical_messages(messages: list[Any]) -> list[Any]:
    made, waiting, number = [], [], 0
    for message in messages:
        if not isinstance(message, dict):
            made.append(message)  # refused by the canonical types
            continue
        message = _canonical_message(message)
        calls = message.get("tool_calls")
        for call in calls if isinstance(calls, list) else []:
            if isinstance(call, dict) and not call.get("id"):
                call["id"] = f"call_unnamed_{number}"
                number += 1
                waiting.append(call["id"])
        if message.get("role") == "tool" and not message.get("tool_call_id") and waiting:
            message["tool_call_id"] = waiting.pop(0)
        made.append(message)
    return made


def _canonical_message(message: Json) -> Json:
    made = {k: v for k, v in message.items() if k not in ("images", "thinking", "tool_name")}
    if isinstance(message.get("tool_name"), str):
        made["name"] = message["tool_name"]
    images = message.get("images")
    if isinstance(images, list) and images:
        text = message.get("content")
        parts = [{"type": "text", "text": text}] if text else []
        made["content"] = parts + [_image(one) for one in images]
    thinking = message.get("thinking")
    if isinstance(thinking, str) and thinking and message.get("role") == "assistant":
        made |= said.reasoning(thinking)
    calls = message.get("tool_calls")
    if isinstance(calls, list):
        made["tool_calls"] = [_call(call) for call in calls]
    return made


def _image(data: Any) -> Any:
    if not isinstance(data, str):
        return data
    kind = next((kind for start, kind in KINDS_OF_IMAGE if data.startswith(start)), "png")
    return {"type": "image_url", "image_url": {"url": f"data:image/{kind};base64,{data}"}}


def _call(call: Any) -> Any:
    function = call.get("function") if isinstance(call, dict) else None
    if not isinstance(function, dict):
        return call
    function = dict(function)
    if isinstance(function.get("arguments"), dict):
        function["arguments"] = msgspec.json.encode(function["arguments"]).decode()
    return {"type": "function", **call, "function": function}
