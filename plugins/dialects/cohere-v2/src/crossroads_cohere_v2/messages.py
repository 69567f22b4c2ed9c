"""Canonical messages -> Cohere's: roles, content, reasoning, tool results."""

from __future__ import annotations

from typing import Any

from crossroads.call import Lost
from crossroads.errors import Unsupported
from crossroads_cohere_v2.said import citation, cohere_message, reasoning_blocks

Json = dict[str, Any]

REMEDY = "Leave it out, or let other providers serve the call."
NO_PLACE = "Cohere's messages have no place for it"
TAKEN = {"system": ("text",), "user": ("text", "image_url"), "tool": ("text", "document")}
"""Parts of content, by role."""


def cohere_messages(fields: Json, lost: list[Lost]) -> list[Json]:
    """Of a whole request. Raises Unsupported."""
    return [_message(message, lost) for message in messages_of(fields, lost)]


def messages_of(fields: Json, lost: list[Lost]) -> list[Json]:
    """A canonical request's messages; a lone prompt is one of the user."""
    messages = list(fields.get("messages") or [])
    if fields.get("prompt") is not None:
        if messages:
            lost.append(Lost("prompt", "dropped", "messages were given too"))
        else:
            messages = [{"role": "user", "content": fields["prompt"]}]
            lost.append(Lost("prompt", "emulated", "sent as one user message"))
    return messages


def _message(message: Json, lost: list[Lost]) -> Json:
    role = message["role"]
    if role == "function":
        raise Unsupported("Cohere takes no function messages.", remedy="Send tool messages.", field="messages")
    if role == "assistant":
        return _assistant(message, lost)
    made = {name: value for name, value in message.items() if name not in ("name", "native")}
    if message.get("name"):
        lost.append(Lost("messages[].name", "dropped", NO_PLACE))
    if role == "developer":
        made["role"] = role = "system"
        lost.append(Lost("messages[].role", "renamed", "Cohere's word for developer is system"))
    if made.get("content") is None:
        made["content"] = ""
    elif isinstance(made["content"], list):
        made["content"] = [_part(part, role, lost) for part in made["content"]]
    return made


def _assistant(message: Json, lost: list[Lost]) -> Json:
    for name in ("name", "refusal", "function_call", "images", "audio"):
        if message.get(name):
            lost.append(Lost(f"messages[].{name}", "dropped", NO_PLACE))
    details = message.get("reasoning_details") or []
    if any(not isinstance(d.get("text", d.get("summary")), str) or d.get("signature") for d in details):
        why = "what is encrypted or signed is of use to its maker only"
        lost.append(Lost("messages[].reasoning_details", "dropped", why))
    if any(citation(note) is None for note in message.get("annotations") or []):
        lost.append(Lost("messages[].annotations", "dropped", "Cohere has citations with a source only"))
    content = message.get("content")
    if isinstance(content, list):
        parts = [_part(part, "system", lost) for part in content]
        return cohere_message({**message, "content": parts})
    made = cohere_message(message)
    if isinstance(content, str) and not reasoning_blocks(message)[1] and (content or "content" in made):
        made["content"] = content  # a text alone stays one, as the caller wrote it
    return made


def _part(part: Json, role: str, lost: list[Lost]) -> Json:
    part = dict(part)
    if part.pop("cache_control", None):
        lost.append(Lost("messages[].content[].cache_control", "dropped", NO_PLACE))
    kind = part["type"]
    if kind not in TAKEN[role]:
        what = f"Cohere takes no {kind} in a message of this role."
        raise Unsupported(what, remedy=REMEDY, field="messages", value=kind)
    if kind == "image_url" and isinstance(part["image_url"], str):
        part["image_url"] = {"url": part["image_url"]}
    return part
