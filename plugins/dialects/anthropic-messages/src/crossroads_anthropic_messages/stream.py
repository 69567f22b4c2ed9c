"""Streams from an upstream: relayed event by event, or decoded to canonical chunks. No I/O, no clock.

Laws: any split of the same bytes gives the same output (STREAM-1); a cut stream never gets a `message_stop`
(STREAM-2); the price leaves once, in the last `message_delta`. What a stream's end is, `events` says.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from crossroads.dialect import Document, Stamp
from crossroads.holding import FailsLate, HoldingRelay
from crossroads.sse import ServerEvent, encode_event
from crossroads.types.usage import Usage
from crossroads_anthropic_messages.blocks import BlockDecoder
from crossroads_anthropic_messages.events import MessageReader
from crossroads_anthropic_messages.reply import EXTRAS, ending, explanation
from crossroads_anthropic_messages.usage import canonical_usage, encoded_usage, priced

SILENT_BLOCKS = ("text", "thinking")
"""Blocks whose start says nothing yet."""

MESSAGE_STOP = encode_event(b'{"type":"message_stop"}', "message_stop")

_encode = msgspec.json.Encoder().encode


class Relay(HoldingRelay):
    """See `crossroads.dialect.Relay`."""

    def __init__(self, stamp: Stamp) -> None:
        self._reader = MessageReader()
        super().__init__(self._reader)
        self._stamp = stamp
        self._last_delta: dict[str, Any] | None = None

    def _relay(self, data: bytes) -> Iterator[bytes]:
        for event in self._reader.events(data):
            document = self._reader.read(event)
            if document is not None:
                yield self._relayed(event, document)

    def close(self, *, framed: bool, usage: Usage) -> bytes:
        """See `crossroads.dialect.Relay.close`."""
        self._raise_failure()
        out = [*self._held, *(self._relayed(*one) for one in self._reader.end(framed=framed))]
        delta = self._last_delta or {"type": "message_delta", "delta": {"stop_reason": None, "stop_sequence": None}}
        told = delta.get("usage")
        told = told if isinstance(told, dict) else {}
        known = self._reader.usage
        if known is None or known.quality != "exact":
            delta["usage"] = encoded_usage(told, known or usage, self._stamp.price(known or usage))
        else:
            delta["usage"] = priced(told, self._stamp.price(known))
        return b"".join((*out, encode_event(_encode(delta), "message_delta"), MESSAGE_STOP))

    def _relayed(self, event: ServerEvent, document: dict[str, Any]) -> bytes:
        kind = document["type"]
        if kind == "message_delta":  # the last one waits for its price
            before, self._last_delta = self._last_delta, document
            self.started = self.started or self._reader.stop_reason is not None
            return b"" if before is None else encode_event(_encode(before), kind)
        if kind == "message_stop":
            return b""
        if kind == "message_start":
            stamp = self._stamp
            document["message"] |= {"id": stamp.id, "model": stamp.model, "provider": stamp.provider}
            return encode_event(_encode(document), kind)
        if kind == "content_block_delta":
            self.seen_tokens += 1
            self.started = True
        elif kind == "content_block_start" and document["content_block"]["type"] not in SILENT_BLOCKS:
            self.started = True
        return encode_event(event.data, event.name or kind)


class StreamDecoder(FailsLate):
    """See `crossroads.dialect.StreamDecoder`."""

    def __init__(self) -> None:
        self._reader = MessageReader()
        self._blocks = BlockDecoder()
        self._began = False
        self._model: Any = None

    @property
    def usage(self) -> Usage | None:
        return self._reader.usage

    @property
    def finish_reason(self) -> str | None:
        return self._reader.finish_reason

    @property
    def upstream_id(self) -> str | None:
        return self._reader.upstream_id

    def feed(self, data: bytes) -> list[Document]:
        """See `crossroads.dialect.StreamDecoder.feed`. An error leaves after the chunks that came before it."""
        return self._taken(self._read, data)

    def close(self, *, framed: bool) -> list[Document]:
        """See `crossroads.dialect.StreamDecoder.close`."""
        self._raise_failure()
        return [chunk for _, document in self._reader.end(framed=framed) for chunk in self._chunks(document)]

    def _read(self, data: bytes) -> Iterator[Document]:
        for event in self._reader.events(data):
            document = self._reader.read(event)
            if document is not None:
                yield from self._chunks(document)

    def _chunks(self, document: dict[str, Any]) -> list[Document]:
        kind = document["type"]
        if kind == "message_start":
            if self._began:
                return []
            self._began = True
            self._model = document["message"].get("model")
            return [self._chunk({"role": "assistant", "content": ""})]
        if kind == "message_delta":
            return [*map(self._chunk, self._blocks.finish()), *self._ending(document)]
        if kind == "message_stop":
            return [*map(self._chunk, self._blocks.finish()), *self._usage()]
        return list(map(self._chunk, self._blocks.deltas(kind, document)))

    def _ending(self, document: dict[str, Any]) -> list[Document]:
        told = document["delta"]
        end = ending(told, structured=self._reader.structured)
        if end["finish_reason"] is None:
            return []
        said = explanation(told.get("stop_details"))
        chunk = self._chunk({} if said is None else {"refusal": said}, **end)
        chunk |= {name: holder[name] for holder in (told, document) for name in EXTRAS if holder.get(name) is not None}
        return [chunk]

    def _usage(self) -> list[Document]:
        told = canonical_usage(self._reader.usage_raw, self._reader.usage)
        return [{**self._chunk({}), "choices": [], "usage": told}] if told else []

    def _chunk(self, delta: dict[str, Any], **end: Any) -> Document:
        return {
            "id": self._reader.upstream_id,
            "object": "chat.completion.chunk",
            "model": self._model,
            "choices": [{"index": 0, "delta": delta, "finish_reason": None, **end}],
        }
