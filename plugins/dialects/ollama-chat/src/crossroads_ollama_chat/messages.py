"""Canonical messages -> Ollama's: one text, images beside it, arguments as objects."""

from __future__ import annotations

import re
from typing import Any

from crossroads.call import Lost
from crossroads.errors import Unsupported
from crossroads_ollama_chat import said
from crossroads_ollama_chat.decode import made_here

Json = dict[str, Any]

REMEDY = "Leave it out, or let other providers serve the call."
NO_PLACE = "Ollama's messages have no place for it"
UNSAID = {
    "system": ("name",),
    "user": ("name",),
    "assistant": ("name", "refusal", "function_call", "annotations", "images", "audio"),
    "tool": (),
}
SET_ASIDE = ("reasoning", "reasoning_content", "reasoning_details", "native")
DATA_URL = re.compile(r"data:image/[\w.+-]+;base64,")


def ollama_messages(fields: Json, lost: list[Lost]) -> list[Json]:
    """Of a whole request. Raises Unsupported."""
    messages = list(fields.get("messages") or [])
    if fields.get("prompt") is not None:
        if messages:
            lost.append(Lost("prompt", "dropped", "messages were given too"))
        else:
            messages = [{"role": "user", "content": fields["prompt"]}]
            lost.append(Lost("prompt", "emulated", "sent as one user message"))
    names: dict[str, str] = {}  # of the functions called so far, by id: Ollama knows a result by its tool's name
    return [_message(message, names, lost) for message in messages]


def _message(message: Json, names: dict[str, str], lost: list[Lost]) -> Json:
    role = message["role"]
    if role == "function":
        raise Unsupported("Ollama takes no function messages.", remedy="Send tool messages.", field="messages")
    made = {name: value for name, value in message.items() if name not in SET_ASIDE}
    if role == "developer":
        made["role"] = role = "system"
        lost.append(Lost("messages[].role", "renamed", "Ollama's word for developer is system"))
    for name in UNSAID[role]:
        if made.pop(name, None):
            lost.append(Lost(f"messages[].{name}", "dropped", NO_PLACE))
    made |= _content(message, lost)
    if role == "assistant":
        made |= _assistant(message, names, lost)
    if role == "tool":
        told = made.pop("tool_call_id", None)
        called = made.pop("name", None) or names.get(told or "")
        if called is not None:
            made["tool_name"] = called
        if told is not None and not made_here(told):
            made["tool_call_id"] = told
    return made


def _content(message: Json, lost: list[Lost]) -> Json:
    """The text, and the images."""
    content = message.get("content")
    if not isinstance(content, list):
        return {"content": content or ""}
    images = []
    for part in content:
        if part.get("cache_control"):
            lost.append(Lost("messages[].content[].cache_control", "dropped", NO_PLACE))
        if part["type"] == "image_url":
            images.append(_image(part["image_url"]))
        elif part["type"] != "text":
            what = f"Ollama takes no {part['type']}."
            raise Unsupported(what, remedy=REMEDY, field="messages", value=part["type"])
    return {"content": said.text_of(content), **({"images": images} if images else {})}


def _image(image: Any) -> str:
    url = image if isinstance(image, str) else image["url"]
    if not (found := DATA_URL.match(url)):
        remedy = "Send the image as a data URL in base64, or let other providers serve the call."
        raise Unsupported("Ollama fetches no images.", remedy=remedy, field="messages", value=url[:40])
    return str(url[found.end() :])


def _assistant(message: Json, names: dict[str, str], lost: list[Lost]) -> Json:
    made: Json = {}
    if thinking := said.thinking_of(message):
        made["thinking"] = thinking
    details = message.get("reasoning_details") or []
    if any(not isinstance(one.get("text", one.get("summary")), str) or one.get("signature") for one in details):
        why = "what is encrypted or signed is of use to its maker only"
        lost.append(Lost("messages[].reasoning_details", "dropped", why))
    if message.get("tool_calls"):
        made["tool_calls"] = [_call(call, names) for call in message["tool_calls"]]
    return made


def _call(call: Json, names: dict[str, str]) -> Json:
    function = dict(call.get("function") or {"name": ""})
    arguments = said.arguments_of(function.get("arguments"))
    if arguments is None:
        remedy = "Send an object, or let other providers serve the call."
        raise Unsupported("Ollama takes arguments that are a JSON object only.", remedy=remedy, field="messages")
    told = call.get("id")
    if told and not made_here(told):
        names[told] = function["name"]
        return {"id": told, "function": {**function, "arguments": arguments}}
    return {"function": {**function, "arguments": arguments}}
