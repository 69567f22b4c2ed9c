"""Streams of typed events (`{"type": "....delta"}` to `{"type": "....done"}`), relayed as they come.

Laws: any split of the same bytes gives the same output (STREAM-1); a stream without its `.done` was cut (STREAM-2).
Source: OpenAI API reference, "Audio", streaming events, read 2026-11-25.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from crossroads_openai_chat.errors import embedded_error

from crossroads.errors import BadUpstream, CrossroadsError, StreamCut
from crossroads.holding import HoldingRelay
from crossroads.jsonbody import MALFORMED
from crossroads.sse import EventReader, encode_event
from crossroads.types.usage import Usage
from crossroads_openai_speech.usage import read_usage

REMEDY = "Retry the call."


class Reading:
    """What a stream said so far."""

    finish_reason: str | None = None
    upstream_id: str | None = None
    usage: Usage | None = None

    def __init__(self, done: str) -> None:
        self._done = done
        self._events = EventReader()
        self.complete = False

    def read(self, data: bytes) -> Iterator[tuple[str, bytes]]:
        """Kind and data of each event. Raises BadUpstream, UpstreamRefused."""
        for event in self._events.feed(data):
            if event.data == b"[DONE]" or self.complete:
                continue
            try:
                told: Any = msgspec.json.decode(event.data)
            except MALFORMED:
                raise BadUpstream("it sent an event that is not JSON.", remedy=REMEDY) from None
            if not isinstance(told, dict):
                raise BadUpstream("it sent an event that is no object.", remedy=REMEDY)
            if told.get("error") or told.get("type") == "error":
                raise _failure(told)
            kind = told.get("type")
            kind = kind if isinstance(kind, str) and kind.isprintable() else ""
            if kind == self._done:
                self.complete = True
                self.usage = read_usage(told.get("usage"), speaks=kind.startswith("speech"))
            yield kind, event.data


class Relay(HoldingRelay):
    """See `crossroads.dialect.Relay`. done: the kind of the event that ends the stream."""

    def __init__(self, done: str) -> None:
        self._reading = Reading(done)
        super().__init__(self._reading)

    def _relay(self, data: bytes) -> Iterator[bytes]:
        for kind, text in self._reading.read(data):
            self.started = True
            if kind.endswith(".delta"):
                self.seen_tokens += 1
            yield encode_event(text)

    def close(self, *, framed: bool, usage: Usage) -> bytes:
        """See `crossroads.dialect.Relay.close`."""
        self._raise_failure()
        if not self._reading.complete:
            raise StreamCut("the stream ended before its last event.", remedy=REMEDY)
        return b"".join(self._held)


def _failure(told: dict[str, Any]) -> CrossroadsError:
    error = told.get("error") or {name: value for name, value in told.items() if name != "type"}
    return embedded_error(msgspec.json.encode({"error": error}), error)
