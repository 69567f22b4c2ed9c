"""Canonical messages -> Anthropic's `system` and `messages`.

Law: what a client of Anthropic's wrote, and nobody changed, goes out as it came. Of the rest: tool results join into
one user turn with what follows them, and a turn's blocks stand in the order thinking, content, tool calls.
Source: Anthropic API reference, "Messages", and "Mid-conversation system messages", read 2026-11-25.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from typing import Any

import msgspec

from crossroads.call import Lost
from crossroads.errors import BadRequest
from crossroads.jsonbody import MALFORMED
from crossroads.original import Span, in_pieces
from crossroads_anthropic_messages import parts, reasoning
from crossroads_anthropic_messages.models import Generation

UNSAID = ("annotations", "images", "audio")
CALL_ID = re.compile(r"[A-Za-z0-9_-]+")
"""Of a tool_use and its result. Others are refused, as Kimi's `functions.name:0`."""


class Turns:
    """Builds both fields, message by message."""

    def __init__(self, generation: Generation, lost: list[Lost]) -> None:
        self.system: list[Any] = []
        """Strings and lists of blocks, in order."""
        self.messages: list[dict[str, Any]] = []
        self._generation, self._lost = generation, lost
        self._open = False  # the last message is a user turn of ours that begins with tool results

    def add_all(self, messages: list[dict[str, Any]], spans: Sequence[Span]) -> None:
        for at, span in in_pieces(messages, spans):
            if span is None:
                self._add(messages[at], f"messages.{at}")
            else:
                self._verbatim(span)

    def fields(self) -> dict[str, Any]:
        """`system`, if there is one, and `messages`."""
        made: dict[str, Any] = {}
        if len(self.system) == 1:
            made["system"] = self.system[0]
        elif self.system:
            blocks = [[{"type": "text", "text": one}] if isinstance(one, str) else one for one in self.system]
            made["system"] = [block for some in blocks for block in some]
        return {**made, "messages": self.messages}

    def _verbatim(self, span: Span) -> None:
        if span.is_system:
            self.system.append(span.source)
        else:
            self.messages.append(span.source)
            self._open = False

    def _add(self, message: dict[str, Any], path: str) -> None:
        role, content = message["role"], _named(message)
        if content is not message.get("content"):
            self._lost.append(Lost(f"{path}.name", "emulated", "put before the text"))
        if role in ("system", "developer"):
            self._add_system(content, path)
        elif role in ("tool", "function"):
            self._add_tool_result(message, path)
        elif role == "assistant":
            self._push("assistant", self._assistant(message, content, path))
        else:
            made = content if isinstance(content, str) else parts.blocks(content, f"{path}.content", self._lost)
            if self._open:
                self.messages[-1]["content"] += parts.blocks(content, f"{path}.content", self._lost)
                self._open = False
            else:
                self._push("user", made)

    def _add_system(self, content: Any, path: str) -> None:
        made = content if isinstance(content, str) else parts.blocks(content, f"{path}.content", self._lost)
        if not made:
            return
        if self.messages and self._generation.system_turns and self.messages[-1]["role"] == "user":
            self._push("system", made)
            return
        if self.messages:
            self._lost.append(Lost(path, "emulated", "a later system message is sent with the first ones"))
        self.system.append(made)

    def _add_tool_result(self, message: dict[str, Any], path: str) -> None:
        result: dict[str, Any] = {
            "type": "tool_result",
            "tool_use_id": call_id(message, "tool_call_id", path, self._lost),
        }
        content = message.get("content")
        if isinstance(content, str) and content:
            result["content"] = content
        elif content:
            result["content"] = parts.blocks(content, f"{path}.content", self._lost)
            if result["content"] and parts.CACHE in result["content"][-1]:  # what is cached ends with the whole result
                *before, last = result["content"]
                result[parts.CACHE] = last[parts.CACHE]
                result["content"] = [*before, {name: v for name, v in last.items() if name != parts.CACHE}]
        if self._open:
            self.messages[-1]["content"].append(result)
        else:
            self._push("user", [result])
            self._open = True

    def _assistant(self, message: dict[str, Any], content: Any, path: str) -> Any:
        calls = list(message.get("tool_calls") or [])
        if message.get("function_call"):
            function = message["function_call"]
            calls.append({"id": function["name"], "function": function})
        thought = reasoning.thinking_blocks(message.get("reasoning_details"), path, self._lost)
        self._lost += unsaid(message, path, thought)
        if content is None:
            content = message.get("refusal")
        if isinstance(content, str) and not calls and not thought:
            return content
        made = [*thought, *parts.blocks(content, f"{path}.content", self._lost)]
        return made + [self._call(call, f"{path}.tool_calls.{at}") for at, call in enumerate(calls)]

    def _call(self, call: dict[str, Any], path: str) -> dict[str, Any]:
        function = call.get("function")
        if not function:
            raise BadRequest("the call has no function.", remedy=f"Correct `{path}`.", field=path)
        try:
            asked = msgspec.json.decode(function["arguments"] or "{}")
        except MALFORMED:
            asked = function["arguments"]
        if not isinstance(asked, dict):
            asked = {"arguments": asked}
            self._lost.append(Lost(f"{path}.function.arguments", "emulated", "they are no object: sent inside one"))
        named = {"id": call.get("id"), "name": function["name"]}
        return {
            "type": "tool_use",
            "id": call_id(named, "id", path, self._lost),
            "name": function["name"],
            "input": asked,
        }

    def _push(self, role: str, content: Any) -> None:
        self.messages.append({"role": role, "content": content})
        self._open = False


def unsaid(message: dict[str, Any], path: str, thought: Sequence[Any]) -> list[Lost]:
    """What a turn of the assistant says that Claude can't be told. thought: what of its reasoning goes out."""
    names = [name for name in UNSAID if message.get(name)]
    if message.get("content") is not None and message.get("refusal"):
        names.append("refusal")
    bare = next((name for name in ("reasoning", "reasoning_content") if message.get(name)), None)
    if bare is not None and not thought and not message.get("reasoning_details"):
        names.append(bare)
    return [Lost(f"{path}.{name}", "dropped", "a turn of the assistant has no place for it") for name in names]


def call_id(holder: dict[str, Any], name: str, path: str, lost: list[Lost], letters: re.Pattern[str] = CALL_ID) -> str:
    """The id of a call, or of the call of a result; where there is none (in 2023 there was none), the function's name.

    The same id always becomes the same other one, so that calls and results still match.
    """
    given = str(holder.get(name) or holder.get("name") or "")
    if letters.fullmatch(given):
        return given
    lost.append(Lost(f"{path}.{name}", "emulated", "the format's ids have other letters: it was hashed"))
    return "call_" + hashlib.sha256(given.encode()).hexdigest()[:24]


def _named(message: dict[str, Any]) -> Any:
    """The content, with the speaker's name before its text (OpenRouter does so for all but OpenAI's models)."""
    content, name = message.get("content"), message.get("name")
    if not name or not content or message["role"] in ("tool", "function"):
        return content
    if isinstance(content, str):
        return f"{name}: {content}"
    return [{"type": "text", "text": f"{name}: "}, *content]
