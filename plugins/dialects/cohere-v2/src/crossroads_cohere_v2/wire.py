"""What Cohere sends, as types: a reply, and one event of a stream.

Law: what does not fit these types is BadUpstream; what they do not name is left alone where it is relayed.
Source: cohere 7.3.1, `v2/types/v2chat_response.py`, `v2/types/v2chat_stream_response.py`, read 2026-11-25.
"""

from __future__ import annotations

from typing import Any

import msgspec
from crossroads_openai_chat.reply import broken

from crossroads.jsonbody import MALFORMED

Json = dict[str, Any]


class Function(msgspec.Struct):
    name: str | None = None
    arguments: str | None = None


class ToolCall(msgspec.Struct):
    id: str | None = None
    type: str | None = None
    function: Function | None = None


class Block(msgspec.Struct):
    """Of content: text or thinking; in a delta without `type`."""

    type: str | None = None
    text: str | None = None
    thinking: str | None = None


class Message(msgspec.Struct):
    role: str | None = None
    content: list[Block] | str | None = None
    tool_calls: list[ToolCall] | None = None
    tool_plan: str | None = None
    citations: list[Json] | None = None


class Response(msgspec.Struct):
    message: Message
    id: str | None = None
    finish_reason: str | None = None
    usage: Json | None = None
    logprobs: list[Json] | None = None


class Piece(msgspec.Struct):
    """Of a message, in a stream: one thing at a time. Lists are empty, in the event that starts a message."""

    role: str | None = None
    content: Block | list[Any] | None = None
    tool_calls: ToolCall | list[Any] | None = None
    tool_plan: str | None = None
    citations: Json | list[Json] | None = None


class Delta(msgspec.Struct):
    message: Piece | None = None
    finish_reason: str | None = None
    usage: Json | None = None
    error: str | None = None


class Event(msgspec.Struct):
    type: str
    id: str | None = None
    index: int | None = None
    delta: Delta | None = None
    logprobs: Json | None = None


_response = msgspec.json.Decoder(Response)
_event = msgspec.json.Decoder(Event)


def read_response(body: bytes) -> Response:
    """Raises BadUpstream."""
    try:
        return _response.decode(body)
    except MALFORMED:
        raise broken("the provider sent something that is no reply of Cohere's chat.") from None


def read_event(data: bytes) -> Event:
    """Raises BadUpstream."""
    try:
        if not data.isascii():
            data.decode()  # what the types skip over would hand broken UTF-8 to the client
        return _event.decode(data)
    except MALFORMED:
        raise broken("the provider sent an event that is none of Cohere's chat.") from None
