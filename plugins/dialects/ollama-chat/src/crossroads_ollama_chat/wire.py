"""What Ollama sends: one object for a whole reply, or a part of one in each line of a stream.

Law: what does not fit is BadUpstream; fields that are not named here are left alone where they are relayed.
Source: ollama 0.6.3, `_types.py` (ChatResponse), read 2026-11-25.
"""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec
from crossroads_openai_chat.errors import embedded_error
from crossroads_openai_chat.reply import broken

from crossroads.jsonbody import MALFORMED

Json = dict[str, Any]
T = TypeVar("T")

TOLD = (
    "total_duration", "load_duration", "prompt_eval_count", "prompt_eval_duration", "eval_count", "eval_duration",
)  # fmt: skip
"""Counts of tokens and durations in nanoseconds, of the object that is done."""


class Function(msgspec.Struct):
    name: str = ""
    arguments: Json | None = None
    index: int | None = None


class ToolCall(msgspec.Struct):
    function: Function
    id: str | None = None


class Message(msgspec.Struct):
    role: str = "assistant"
    content: str | None = None
    thinking: str | None = None
    tool_calls: list[ToolCall] | None = None


class Part(msgspec.Struct):
    """done: it is the last one, or the only one; of old it had no message."""

    done: bool
    message: Message = msgspec.field(default_factory=Message)
    model: str | None = None
    created_at: str | None = None
    done_reason: str | None = None
    logprobs: list[Json] | None = None
    prompt_eval_count: int | None = None
    eval_count: int | None = None


class _Failed(msgspec.Struct):
    error: str | Json | None = None


_part = msgspec.json.Decoder(Part)
_failed = msgspec.json.Decoder(_Failed)


def read_part(data: bytes) -> Part:
    """Raises BadUpstream: not of this format; UpstreamRefused: an error in its place."""
    return read_as(_part, data)


def read_as(kind: msgspec.json.Decoder[T], data: bytes) -> T:
    """The same for any object that Ollama sends."""
    try:
        if not data.isascii():
            data.decode()  # what the types skip over would hand broken UTF-8 to the client
        failed = _failed.decode(data)
        if failed.error is None:
            return kind.decode(data)
    except MALFORMED:
        raise broken("the provider sent something that is no answer of Ollama's.") from None
    raise embedded_error(data, failed.error)
