"""Canonical messages -> a system prompt and turns, of the user and the model by turns, for a `Template`.

Law: nothing but text goes in; what else a message holds is refused, or dropped and told, by its path.
"""

from __future__ import annotations

from typing import Any

from crossroads.call import Lost
from crossroads.errors import Unsupported
from crossroads_bedrock_invoke.families.base import Json
from crossroads_bedrock_invoke.families.template import Template

BETWEEN = "\n\n"
"""Two messages of one speaker are one turn."""
DROPPED = ("name", "reasoning", "reasoning_content", "reasoning_details")


def conversation(now: Json, template: Template, lost: list[Lost]) -> tuple[str, list[str]]:
    """Raises Unsupported: a message holds more than text, or a mark of the template."""
    messages: list[Json] = now.get("messages") or []
    if now.get("prompt") is not None:
        lost.append(Lost("prompt", "dropped" if messages else "emulated", "sent as one user message, if there is none"))
        messages = messages or [{"role": "user", "content": now["prompt"]}]
    system: list[str] = []
    turns: list[str] = []
    for at, message in enumerate(messages):
        path, role = f"messages.{at}", message["role"]
        said = _text(message, path, template, lost)
        if role in ("system", "developer"):
            if turns:
                lost.append(Lost(path, "emulated", "a later system message is sent with the first ones"))
            system.append(said)
        elif role not in ("user", "assistant"):
            raise cant(f"{path}.role", role)
        elif len(turns) % 2 == (role == "assistant"):
            turns.append(said)
        elif turns:
            turns[-1] += BETWEEN + said
            lost.append(Lost(path, "emulated", "joined to the message before it, which has the same role"))
        else:
            turns += ["", said]
            lost.append(Lost(path, "emulated", "an empty message of the user's stands before it"))
    lost.append(Lost("messages", "emulated", "written as one prompt"))
    return BETWEEN.join(system), turns or [""]


def _text(message: Json, path: str, template: Template, lost: list[Lost]) -> str:
    for name in ("tool_calls", "function_call", "audio", "images"):
        if message.get(name):
            raise cant(f"{path}.{name}", message[name])
    for name in DROPPED:
        if message.get(name):
            lost.append(Lost(f"{path}.{name}", "dropped", "a prompt has no place for it"))
    content = message.get("content")
    if content is None:
        content = message.get("refusal") or ""
    said = content if isinstance(content, str) else "".join(_part(one, f"{path}.content", lost) for one in content)
    if (mark := template.forbidden(said)) is not None:
        what = f"the text holds {mark!r}, by which this model's prompt is divided."
        raise cant(f"{path}.content", "(not shown)", what)
    return said


def _part(part: Json, path: str, lost: list[Lost]) -> str:
    if part.get("type") not in ("text", "refusal"):
        raise cant(f"{path}.type", part.get("type"))
    if part.get("cache_control") is not None:
        lost.append(Lost(f"{path}.cache_control", "dropped", "a prompt has no place for it"))
    return part.get("text") or part.get("refusal") or ""


def cant(field: str, value: Any, what: str = "a model that takes a prompt has no place for it.") -> Unsupported:
    """What these formats can't hold."""
    return Unsupported(what, remedy="Leave it out, or use a model that takes messages.", field=field, value=value)
