"""Canonical messages -> Converse's `system` and `messages`, in which user and assistant take turns.

Law: what a client of Bedrock's wrote, and nobody changed, goes out as it came.
Source: Amazon Bedrock API reference, "Message" and "ContentBlock", read 2026-11-25.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import msgspec
from crossroads_anthropic_messages.messages import call_id, unsaid
from crossroads_anthropic_messages.reasoning import merged

from crossroads.call import Lost
from crossroads.errors import BadRequest
from crossroads.jsonbody import MALFORMED
from crossroads.original import Span, in_pieces
from crossroads_bedrock_converse import media
from crossroads_bedrock_converse.decode import CACHE, FORMAT, OWN, Json

EMPTY = "(no content)"
"""For a turn that would be empty: Bedrock refuses those."""
CALL_ID = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
"""botocore 1.43, service model bedrock-runtime, shape `ToolUseId`, read 2026-11-25."""
POINT = {"cachePoint": {"type": "default"}}


class Turns:
    """Builds both fields, message by message."""

    def __init__(self, lost: list[Lost]) -> None:
        self.system: list[Json] = []
        self.messages: list[Json] = []
        self._lost = lost
        self._names: set[str] = set()

    def add_all(self, messages: list[Json], spans: Sequence[Span]) -> None:
        """spans: of the original. A message that still says what its span said goes out as it came."""
        for at, span in in_pieces(messages, spans):
            if span is None:
                self._add(messages[at], f"messages.{at}")
            elif span.is_system:
                self.system += span.source
            else:
                self._push(span.source["role"], list(span.source["content"]))

    def _add(self, message: Json, path: str) -> None:
        role = message["role"]
        if message.get("name") and role not in ("tool", "function"):
            how: Any = "emulated" if role == "user" else "dropped"
            self._lost.append(Lost(f"{path}.name", how, "put before the text of a user; others have no place for it"))
        if role in ("system", "developer"):
            if self.messages:
                self._lost.append(Lost(path, "emulated", "moved to the system prompt: Bedrock has no other place"))
            self.system += self._blocks(message.get("content"), f"{path}.content")
        elif role in ("tool", "function"):
            content = self._blocks(message.get("content"), f"{path}.content") or [{"text": ""}]
            points = [block for block in content if "cachePoint" in block]
            result = {
                "toolUseId": call_id(message, "tool_call_id", path, self._lost, CALL_ID),
                "content": [block for block in content if "cachePoint" not in block],
            }
            self._push("user", [{"toolResult": result}, *points[:1]])
        elif role == "assistant":
            self._push("assistant", self._assistant(message, path) or [{"text": EMPTY}])
        else:
            blocks = self._blocks(message.get("content"), f"{path}.content")
            named = [{"text": f"{message['name']}: "}] if message.get("name") else []
            self._push("user", [*named, *blocks] or [{"text": EMPTY}])

    def _assistant(self, message: Json, path: str) -> list[Json]:
        made = self._thoughts(message.get("reasoning_details"), path)
        self._lost += unsaid(message, path, made)
        said = message.get("content")
        made += self._blocks(message.get("refusal") if said is None else said, f"{path}.content")
        calls = list(message.get("tool_calls") or [])
        if message.get("function_call"):
            calls.append({"id": message["function_call"]["name"], "function": message["function_call"]})
        return made + [self._use(call, f"{path}.tool_calls.{at}") for at, call in enumerate(calls)]

    def _thoughts(self, details: Any, path: str) -> list[Json]:
        whole = merged([one for one in details or [] if isinstance(one, dict)])
        made = []
        for one in whole:
            if one.get("type") == "reasoning.encrypted" and one.get("format") == FORMAT:
                made.append({"reasoningContent": {"redactedContent": one.get("data") or ""}})
            elif one.get("type") == "reasoning.text" and one.get("format") in (FORMAT, "unknown", None):
                sealed = {"signature": one["signature"]} if one.get("signature") is not None else {}
                made.append({"reasoningContent": {"reasoningText": {"text": one.get("text") or "", **sealed}}})
        if len(made) != len(whole):
            why = "another model's reasoning means nothing to this one"
            self._lost.append(Lost(f"{path}.reasoning_details", "dropped", why))
        return made

    def _use(self, call: Json, path: str) -> Json:
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
        number = call_id(named, "id", path, self._lost, CALL_ID)
        return {"toolUse": {"toolUseId": number, "name": function["name"], "input": asked}}

    def _blocks(self, content: Any, path: str) -> list[Json]:
        if content is None or content == "":
            return []
        if isinstance(content, str):
            return [{"text": content}]
        made: list[Json] = []
        for at, part in enumerate(content):
            here = f"{path}.{at}"
            kind = part.get("type")
            if kind in ("text", "refusal"):
                text = part.get("text") if kind == "text" else part.get("refusal")
                made += [{"text": text}] if text else []
            elif kind == OWN:
                made.append(part["block"])
            elif kind in ("image_url", "file", "video_url", "input_video", "input_audio"):
                made.append(media.media_block(part, here, self._names))
            else:
                raise media.cant(f"a part of type {kind} has no place in Bedrock's format.", f"{here}.type", kind)
            if part.get(CACHE) is not None:
                ttl = part[CACHE].get("ttl")
                made.append({"cachePoint": {"type": "default", **({"ttl": ttl} if ttl else {})}})
        return made

    def _push(self, role: str, blocks: list[Json]) -> None:
        if self.messages and self.messages[-1]["role"] == role:
            self.messages[-1]["content"] += blocks
        else:
            self.messages.append({"role": role, "content": blocks})
