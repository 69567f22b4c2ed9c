"""What version 1 sends, as types: a reply of its chat, of its generate, and one line of a stream of either.

Law: what does not fit these types is BadUpstream; what they do not name is left alone where it is relayed.
Source: cohere 7.3.1, `types/non_streamed_chat_response.py`, `streamed_chat_response.py`, `generation.py`,
`generate_streamed_response.py`, read 2026-11-25.
"""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec
from crossroads_openai_chat.reply import broken

from crossroads.jsonbody import MALFORMED

Json = dict[str, Any]
T = TypeVar("T")


class ToolCall(msgspec.Struct):
    name: str
    parameters: Json | None = None


class ToolCallDelta(msgspec.Struct):
    """parameters: a piece of their JSON. text: of what is said before the call."""

    index: int | float | None = None
    name: str | None = None
    parameters: str | None = None
    text: str | None = None


class Generation(msgspec.Struct):
    text: str | None = None
    index: int | None = None
    finish_reason: str | None = None
    token_likelihoods: list[Json] | None = None


class Said(msgspec.Struct):
    """A reply. A chat's has a text, a generate's has generations; usage stands in `meta`, of old in `token_count`."""

    text: str | None = None
    generations: list[Generation] | None = None
    id: str | None = None
    generation_id: str | None = None
    response_id: str | None = None
    finish_reason: str | None = None
    tool_calls: list[ToolCall] | None = None
    citations: list[Json] | None = None
    documents: list[Json] | None = None
    meta: Json | None = None
    token_count: Json | None = None


class Line(msgspec.Struct):
    """One event of a stream. Of old, generate's had no `event_type`."""

    event_type: str | None = None
    is_finished: bool = False
    text: str | None = None
    index: int | None = None
    generation_id: str | None = None
    tool_calls: list[ToolCall] | None = None
    tool_call_delta: ToolCallDelta | None = None
    citations: list[Json] | None = None
    documents: list[Json] | None = None
    finish_reason: str | None = None
    response: Said | None = None
    error: str | None = None
    err: str | None = None


_said = msgspec.json.Decoder(Said)
_line = msgspec.json.Decoder(Line)


def read_said(body: bytes) -> Said:
    """Raises BadUpstream."""
    return _read(_said, body)


def read_line(data: bytes) -> Line:
    """Raises BadUpstream."""
    return _read(_line, data)


def unframed(line: bytes) -> bytes:
    """A line of a server-sent event as one of plain JSON; b"" for what only frames it."""
    if line.startswith(b"data:"):
        line = line[5:].strip()
        return b"" if line == b"[DONE]" else line
    return b"" if line.startswith((b"event:", b"id:", b":")) else line


def _read(kind: msgspec.json.Decoder[T], data: bytes) -> T:
    try:
        if not data.isascii():
            data.decode()  # what the types skip over would hand broken UTF-8 to the client
        return kind.decode(data)
    except MALFORMED:
        raise broken("the provider sent something that is none of Cohere's version 1.") from None
