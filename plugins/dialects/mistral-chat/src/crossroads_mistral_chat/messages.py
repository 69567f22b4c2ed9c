"""Canonical messages <-> Mistral's: roles, content parts, reasoning, tool call ids.

Sources: mistralai 3.7.0, `client/models`; the rule of tool call ids ("must be a-z, A-Z, 0-9, with a length of 9"):
github.com/langchain-ai/langchain/pull/24668; read 2026-11-25.
"""

from __future__ import annotations

import hashlib
import re
from typing import Any

from crossroads_openai_chat import vendor

from crossroads.call import Lost
from crossroads.errors import Unsupported
from crossroads_mistral_chat.content import Unfolding, thinking_chunks
from crossroads_mistral_chat.reply import text_call

DIALECT = "mistral-chat"
REMEDY = "Leave it out, or let other providers serve the call."
CALL_ID = re.compile(r"[A-Za-z0-9]{9}")
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

REASONING = ("reasoning", "reasoning_content", "reasoning_details")
UNSAID = {
    "system": ("name",),
    "user": ("name",),
    "assistant": ("name", "refusal", "function_call", "annotations", "images", "audio"),
    "tool": (),
}
"""Fields of a message that Mistral has no place for."""

Json = dict[str, Any]


def canonical_message(message: Any) -> Any:
    """A message of a client. What is malformed passes, and is refused by the canonical types."""
    if not isinstance(message, dict):
        return message
    message = dict(message)
    vendor.keep(DIALECT, message, drops=("prefix",))
    content = message.get("content")
    if not isinstance(content, list):
        return {**message, "tool_calls": list(map(text_call, calls))} if (calls := _calls(message)) else message
    thoughts, parts, state = [], [], Unfolding(whole=True)
    for chunk in content:
        if isinstance(chunk, dict) and chunk.get("type") == "thinking" and message.get("role") == "assistant":
            thoughts += state.think(chunk)
        else:
            parts.append(_canonical_part(chunk))
    made = {**message, "content": parts}
    if thoughts:
        made |= {"reasoning": "".join(one["text"] for one in thoughts), "reasoning_details": thoughts}
    if calls := _calls(message):
        made["tool_calls"] = list(map(text_call, calls))
    return made


def mistral_message(message: Json, lost: list[Lost]) -> Json:
    """A message for the upstream. Raises Unsupported."""
    role = message["role"]
    if role == "function":
        raise Unsupported("Mistral takes no function messages.", remedy="Send tool messages.", field="messages")
    made = {name: value for name, value in vendor.restored(DIALECT, message).items() if name not in REASONING}
    if role == "developer":
        made["role"] = role = "system"
        lost.append(Lost("messages[].role", "renamed", "Mistral's word for developer is system"))
    for name in UNSAID[role]:
        if made.pop(name, None):
            lost.append(Lost(f"messages[].{name}", "dropped", "Mistral's messages have no place for it"))
    thoughts, unsaid = thinking_chunks(message) if role == "assistant" else ([], [])
    lost += [Lost("messages[].reasoning_details", "dropped", why) for why in unsaid]
    content = made.get("content")
    if isinstance(content, list):
        made["content"] = thoughts + [_mistral_part(part, lost) for part in content]
    elif thoughts:
        made["content"] = thoughts + ([{"type": "text", "text": content}] if content else [])
    if "tool_call_id" in made:
        made["tool_call_id"] = _call_id(made["tool_call_id"], lost)
    if calls := _calls(made):
        made["tool_calls"] = [{**call, "id": _call_id(call.get("id"), lost)} for call in calls]
    return made


def _calls(message: Json) -> list[Any]:
    calls = message.get("tool_calls")
    return calls if isinstance(calls, list) else []


def _canonical_part(chunk: Any) -> Any:
    kind = chunk.get("type") if isinstance(chunk, dict) else None
    if kind == "document_url":
        file = {"file_data": chunk.get("document_url")}
        if chunk.get("document_name") is not None:
            file["filename"] = chunk["document_name"]
        return {"type": "file", "file": file}
    if kind == "file" and "file_id" in chunk:
        return {"type": "file", "file": {"file_id": chunk["file_id"]}}
    if kind == "input_audio" and isinstance(chunk.get("input_audio"), str):
        return {"type": "input_audio", "input_audio": {"data": chunk["input_audio"]}}
    return chunk


def _mistral_part(part: Json, lost: list[Lost]) -> Json:
    part = dict(part)
    if part.pop("cache_control", None):
        lost.append(Lost("messages[].content[].cache_control", "dropped", "Mistral caches by `prompt_cache_key`"))
    kind = part["type"]
    if kind in ("video_url", "input_video"):
        raise Unsupported("Mistral sees no video.", remedy=REMEDY, field="messages", value=kind)
    if kind == "file":
        return _file(part["file"])
    if kind == "input_audio" and part["input_audio"].get("format") is None:
        # With a format the object goes out as it is: the API takes it so too (recorded, 2026-11-25).
        return {"type": kind, "input_audio": part["input_audio"]["data"]}
    return part


def _file(file: Json) -> Json:
    if file.get("file_data"):
        named = {"document_name": file["filename"]} if file.get("filename") is not None else {}
        return {"type": "document_url", "document_url": file["file_data"], **named}
    if file.get("file_id"):
        return {"type": "file", "file_id": file["file_id"]}
    raise Unsupported("a file has neither data nor id.", remedy="Send `file_data` or `file_id`.", field="messages")


def _call_id(given: Any, lost: list[Lost]) -> Any:
    """Nine letters and digits. The same id always becomes the same nine, so that calls and results still match."""
    if not isinstance(given, str) or CALL_ID.fullmatch(given):
        return given
    lost.append(Lost("messages[].tool_calls[].id", "emulated", "Mistral's ids have nine letters and digits"))
    number = int.from_bytes(hashlib.sha256(given.encode()).digest()[:16], "big")
    letters = ""
    for _ in range(9):
        number, rest = divmod(number, len(LETTERS))
        letters += LETTERS[rest]
    return letters
