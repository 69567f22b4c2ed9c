"""Streams of InvokeModel: every event is a `chunk` that holds one event of the maker's own format, in base64.

Laws: any split of the same bytes gives the same output; what completes a stream, the maker's format says; an
exception of Bedrock's ends a stream as its error. Both ways: `unwrapped` for an inner dialect, `Wrapper` back.
Source: Amazon Bedrock API reference, "ResponseStream" (PayloadPart), read 2026-11-25.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterator
from typing import Any

import msgspec
from crossroads_bedrock_converse.errors import frame_error
from crossroads_bedrock_converse.frames import FrameReader, encode_frame
from crossroads_openai_chat.chunks import DONE
from crossroads_openai_chat.reply import broken

from crossroads.dialect import Dialect
from crossroads.jsonbody import MALFORMED
from crossroads.sse import EventReader, encode_event
from crossroads_bedrock_invoke.bodies import ANTHROPIC, COHERE, NOVA, OPENAI
from crossroads_bedrock_invoke.families.base import metrics

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


def unwrapped(event: Json, inner: Dialect) -> bytes:
    """One event as the inner dialect's stream has it."""
    if inner is NOVA:
        return b"".join(
            encode_frame(name, msgspec.json.encode(value)) for name, value in event.items() if isinstance(value, dict)
        )
    if inner is COHERE:
        return msgspec.json.encode(_with_tokens(event)) + b"\n"
    if inner is OPENAI:
        event = _with_usage(event)
    kind = event.get("type")
    return encode_event(msgspec.json.encode(event), kind if inner is ANTHROPIC and isinstance(kind, str) else "")


def _with_usage(event: Json) -> Json:
    """Bedrock counts beside OpenAI's format, whose own `usage` comes only where it is asked for."""
    prompt, completion = metrics(event)
    if event.get("usage") or prompt is None or completion is None:
        return event
    counts = {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}
    return {**event, "usage": counts}


def _with_tokens(event: Json) -> Json:
    """The same beside Cohere's, whose last line on Bedrock counts nothing itself."""
    prompt, completion = metrics(event)
    response = event.get("response")
    if not isinstance(response, dict) or response.get("meta") or prompt is None or completion is None:
        return event
    tokens = {"input_tokens": prompt, "output_tokens": completion}
    return {**event, "response": {**response, "meta": {"tokens": tokens}}}


class Wrapper:
    """The inner dialect's stream -> chunks. It gets whole events only: nothing is ever left over."""

    def __init__(self, inner: Dialect) -> None:
        self._events = EventReader()
        self._frames = FrameReader() if inner is NOVA else None
        self._in_lines = inner is COHERE

    def wrap(self, data: bytes) -> bytes:
        if self._in_lines:
            return b"".join(map(_chunk, filter(None, data.split(b"\n"))))
        if self._frames is None:
            return b"".join(_chunk(event.data) for event in self._events.feed(data) if event.data != DONE)
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
