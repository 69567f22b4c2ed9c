"""Streams of InvokeModel: every event is a `chunk` that holds one event of the maker's own format, in base64.

Laws: any split of the same bytes gives the same output; what completes a stream, the maker's format says; an
exception of Bedrock's ends a stream as its error. Both ways: `opened` unwraps for an inner dialect, `Wrapper` wraps.
Source: Amazon Bedrock API reference, "ResponseStream" (PayloadPart), read 2026-11-25.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterator
from typing import Any

import msgspec
from crossroads_bedrock_converse.errors import frame_error
from crossroads_bedrock_converse.frames import FrameReader, encode_frame
from crossroads_openai_chat.reply import broken

from crossroads.jsonbody import MALFORMED
from crossroads.sse import EventReader, encode_event

Json = dict[str, Any]
CHUNK = "chunk"
PADDING = "p"
"""Of Bedrock's, against those who measure events; never content."""


def read(frames: FrameReader, data: bytes) -> Iterator[Json]:
    """The maker's events that these bytes complete. Raises UpstreamError, also after some."""
    for frame in frames.feed(data):
        if frame.exception:
            raise frame_error(frame)
        if frame.name == CHUNK:
            yield _event(frame.payload)


def is_anthropic(event: Json) -> bool:
    """Anthropic's events name their type; Nova's have one key, which is their name."""
    return isinstance(event.get("type"), str)


def unwrapped(event: Json) -> bytes:
    """One event as the inner dialect's stream has it."""
    if is_anthropic(event):
        return encode_event(msgspec.json.encode(event), event["type"])
    return b"".join(
        encode_frame(name, msgspec.json.encode(value)) for name, value in event.items() if isinstance(value, dict)
    )


class Wrapper:
    """The inner dialect's stream -> chunks. It gets whole events only: nothing is ever left over."""

    def __init__(self, *, anthropic: bool) -> None:
        self._events = EventReader() if anthropic else None
        self._frames = FrameReader()

    def wrap(self, data: bytes) -> bytes:
        if self._events is not None:
            return b"".join(_chunk(event.data) for event in self._events.feed(data))
        named = ((frame.name, msgspec.Raw(frame.payload)) for frame in self._frames.feed(data))
        return b"".join(_chunk(msgspec.json.encode({name: payload})) for name, payload in named)


def _chunk(event: bytes) -> bytes:
    return encode_frame(CHUNK, msgspec.json.encode({"bytes": b64encode(event).decode()}))


def _event(payload: bytes) -> Json:
    try:
        event = msgspec.json.decode(b64decode(msgspec.json.decode(payload)["bytes"], validate=True))
    except (*MALFORMED, ValueError, TypeError, KeyError):
        raise broken("the provider sent a chunk that can't be read.") from None
    if not isinstance(event, dict):
        raise broken("the provider sent a chunk that is not a JSON object.")
    return event
