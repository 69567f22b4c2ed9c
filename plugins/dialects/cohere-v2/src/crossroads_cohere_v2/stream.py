"""Streams of events: message-start, content-start, content-delta, ..., message-end. Relayed, decoded or encoded.

Laws: any split of the same bytes gives the same output (STREAM-1); complete is `message-end`, and nothing else
(STREAM-2); usage leaves once, priced, in it.
Source: Cohere API reference, "Chat V2 with streaming", and recorded streams, read 2026-11-25.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from crossroads_openai_chat.ending import EndingDecoder, EndingReader
from crossroads_openai_chat.errors import embedded_error
from crossroads_openai_chat.reply import decode, shallow, spoken
from crossroads_openai_chat.splicing import Spliced, bears_content

from crossroads.dialect import Document, Stamp
from crossroads.sse import ServerEvent, encode_event
from crossroads.types.usage import Usage
from crossroads_cohere_v2 import said
from crossroads_cohere_v2.usage import canonical_usage, cohere_usage, parse_usage
from crossroads_cohere_v2.wire import Block, Delta, Event, Json, Piece, ToolCall, read_event

END = "message-end"
DONE = b"[DONE]"
"""Follows message-end in some recordings, and in others not."""


class Reader(EndingReader[tuple[ServerEvent, Event]]):
    """Bytes -> events, and what a stream has told so far. Nothing is read after its end."""

    def pieces(self, data: bytes) -> Iterator[tuple[ServerEvent, Event]]:
        for raw in self.frames.feed(data):
            if self.done or raw.data == DONE:
                continue
            event = read_event(raw.data)
            if event.id:
                self.upstream_id = self.upstream_id or event.id
            if event.type == END:
                self._end(event.delta or Delta(), raw.data)
            yield raw, event

    def _end(self, delta: Delta, data: bytes) -> None:
        if delta.error:
            error = embedded_error(msgspec.json.encode({"message": delta.error}), delta.error)
            error.billing = "maybe"  # tokens may have been made before it
            raise error
        self.done = True
        self.finish_reason = said.finish_reason(delta.finish_reason)
        self.usage = parse_usage(delta.usage)


class Source(Reader):
    """See `crossroads_openai_chat.splicing.Source`. The end is kept until the engine closes the relay."""

    def __init__(self, stamp: Stamp) -> None:
        super().__init__()
        self._stamp = stamp
        self._last: Json | None = None

    def read(self, data: bytes) -> Iterator[Spliced]:
        for raw, event in self.pieces(data):
            yield self._spliced(raw, event)

    def end(self, *, framed: bool, usage: Usage) -> bytes:
        rest = b"".join(self._spliced(raw, event).data for raw, event in self.rest())
        last = self._last or {}
        delta = last.get("delta") or {}
        known = self.usage or usage
        told = cohere_usage(delta.get("usage"), known, self._stamp.price(known))
        document = {**last, "delta": {**delta, "usage": told}}
        if "id" in document:
            document["id"] = self._stamp.id
        return rest + encode_event(msgspec.json.encode(document), END)

    def _spliced(self, raw: ServerEvent, event: Event) -> Spliced:
        if event.type == END:
            self._last = decode(msgspec.Raw(raw.data))
            return Spliced(b"", True)
        data = raw.data
        if event.id is not None:
            data = msgspec.json.encode({**shallow(data), "id": self._stamp.id})
        return Spliced(encode_event(data, raw.name), bears_content(canonical_chunks(event)))


class StreamDecoder(EndingDecoder[tuple[ServerEvent, Event]], Reader):
    """See `crossroads.dialect.StreamDecoder`."""

    def _chunks(self, piece: tuple[ServerEvent, Event]) -> list[Document]:
        _, event = piece
        chunks = canonical_chunks(event)
        if event.type == END and event.delta is not None and event.delta.usage is not None:
            chunks[-1]["usage"] = canonical_usage(event.delta.usage, self.usage)
        return [{"id": self.upstream_id, "object": "chat.completion.chunk", **chunk} for chunk in chunks]


def canonical_chunks(event: Event) -> list[Document]:
    """What one event adds; nothing for those that only open or close."""
    delta = event.delta or Delta()
    if event.type == END:
        return [_chunk({}, said.finish_reason(delta.finish_reason) or "stop", delta.finish_reason)]
    added = _added(event.type, delta.message or Piece(), event.index or 0)
    chunks = [] if added is None else [_chunk(added, None, None)]
    if chunks and event.logprobs is not None:
        chunks[0]["choices"][0]["logprobs"] = {"content": [said.canonical_logprob(event.logprobs)]}
    return chunks


def _added(kind: str, piece: Piece, index: int) -> Json | None:
    if kind == "message-start":
        return {"role": "assistant", "content": ""}
    if kind in ("content-start", "content-delta") and isinstance(piece.content, Block):
        if piece.content.thinking:
            detail = said.thought(piece.content.thinking, index)
            return {"reasoning": detail["text"], "reasoning_details": [detail]}
        return {"content": piece.content.text} if piece.content.text else None
    if kind == "tool-plan-delta" and piece.tool_plan:
        return {"reasoning": piece.tool_plan, "reasoning_details": [said.thought(piece.tool_plan, None)]}
    if kind == "tool-call-start" and isinstance(piece.tool_calls, ToolCall):
        return {"tool_calls": [{"index": index, **said.canonical_call(piece.tool_calls)}]}
    if kind == "tool-call-delta" and isinstance(piece.tool_calls, ToolCall):
        function = piece.tool_calls.function
        return {"tool_calls": [{"index": index, "function": {"arguments": (function and function.arguments) or ""}}]}
    if kind == "citation-start" and isinstance(piece.citations, dict):
        return {"annotations": [said.annotation(piece.citations)]}
    return None


def _chunk(delta: Json, reason: str | None, native: str | None) -> Document:
    choice = {"index": 0, "delta": delta, "finish_reason": reason, "native_finish_reason": native}
    return {"choices": [choice]}


class StreamEncoder:
    """See `crossroads.dialect.StreamEncoder`. Cohere's stream has one choice: the first."""

    def __init__(self, stamp: Stamp) -> None:
        self._stamp = stamp
        self._blocks = 0
        self._open: str | None = None  # the kind of the block that is open: text or thinking
        self._call: int | None = None
        self._citations = 0
        self._usage: Any = None
        self._reason: tuple[Any, Any] = (None, None)
        start = {"role": "assistant", "content": [], "tool_plan": "", "tool_calls": [], "citations": []}
        self._ready = [_event("message-start", {"message": start}, id=stamp.id)]

    def encode(self, chunk: Document) -> bytes:
        """The events of one chunk; the first one also starts the message."""
        if chunk.get("usage") is not None:
            self._usage = chunk["usage"]
        out, self._ready = self._ready, []
        for choice in chunk.get("choices") or []:
            if choice.get("index", 0) != 0:
                continue
            logprobs = (choice.get("logprobs") or {}).get("content") or []
            out += self._said(spoken(choice.get("delta")), logprobs)
            if choice.get("finish_reason"):
                self._reason = choice["finish_reason"], choice.get("native_finish_reason")
        return b"".join(out)

    def close(self, usage: Usage) -> bytes:
        """What is open ends, then the message."""
        delta: Json = {"finish_reason": said.native_reason(*self._reason)}
        delta["usage"] = cohere_usage(self._usage, usage, self._stamp.price(usage))
        return b"".join((*self._ready, *self._close_block(), *self._close_call(), _event(END, delta)))

    def _said(self, delta: Json, logprobs: list[Json]) -> Iterator[bytes]:
        plan, thoughts = said.reasoning_blocks(delta)
        if plan:
            yield _event("tool-plan-delta", {"message": {said.PLAN: plan}})
        for block in thoughts:
            yield from self._block("thinking", block["thinking"], [])
        if delta.get("content"):
            yield from self._block("text", delta["content"], logprobs)
        for note in delta.get("annotations") or []:
            citation = said.citation(note)
            if citation is not None:
                yield _event("citation-start", {"message": {"citations": citation}}, index=self._citations)
                yield _event("citation-end", None, index=self._citations)
                self._citations += 1
        for call in delta.get("tool_calls") or []:
            yield from self._tool_call(call)

    def _block(self, kind: str, text: str, logprobs: list[Json]) -> Iterator[bytes]:
        yield from self._close_call()
        if self._open != kind:
            yield from self._close_block()
            self._open = kind
            yield _event("content-start", {"message": {"content": {"type": kind, kind: ""}}}, index=self._blocks)
        told = {"logprobs": said.cohere_logprob(logprobs[0])} if logprobs else {}
        yield _event("content-delta", {"message": {"content": {kind: text}}}, index=self._blocks, **told)

    def _tool_call(self, call: Json) -> Iterator[bytes]:
        yield from self._close_block()
        index, function = call.get("index", 0), call.get("function") or {}
        if index != self._call:
            yield from self._close_call()
            self._call = index
            head = {"name": function.get("name"), "arguments": function.get("arguments") or ""}
            whole = {"id": call.get("id"), "type": "function", "function": head}
            yield _event("tool-call-start", {"message": {"tool_calls": whole}}, index=index)
            return
        part = {"function": {"arguments": function.get("arguments") or ""}}
        yield _event("tool-call-delta", {"message": {"tool_calls": part}}, index=index)

    def _close_block(self) -> Iterator[bytes]:
        if self._open is not None:
            yield _event("content-end", None, index=self._blocks)
            self._open = None
            self._blocks += 1

    def _close_call(self) -> Iterator[bytes]:
        if self._call is not None:
            yield _event("tool-call-end", None, index=self._call)
            self._call = None


def _event(kind: str, delta: Json | None, **more: Any) -> bytes:
    document = {"type": kind, **more, **({} if delta is None else {"delta": delta})}
    return encode_event(msgspec.json.encode(document), kind)
