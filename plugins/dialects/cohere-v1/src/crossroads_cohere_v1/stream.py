"""Streams: a line of JSON an event, from `stream-start` to `stream-end`. Relayed, decoded or encoded.

Laws: any split of the same bytes gives the same output (STREAM-1); complete is `stream-end`, and nothing else
(STREAM-2); usage leaves once, priced, in it. Calls come in pieces and then whole: what the pieces said is not repeated.
Source: Cohere API reference, "Chat (v1) with streaming", and recorded streams, read 2026-11-25.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from crossroads_openai_chat.ending import EndingDecoder, EndingReader
from crossroads_openai_chat.errors import embedded_error
from crossroads_openai_chat.reply import broken, shallow
from crossroads_openai_chat.splicing import Spliced

from crossroads.dialect import Document, Stamp
from crossroads.lines import LineReader
from crossroads.types.usage import Usage
from crossroads_cohere_v1 import said
from crossroads_cohere_v1.reply import stamped
from crossroads_cohere_v1.wire import Json, Line, Said, ToolCall, read_line, unframed

END = "stream-end"
CALLS_MAX = 1024


class Reader(EndingReader[tuple[bytes, Line]]):
    """Bytes -> lines, and what a stream has told so far. Nothing is read after its end."""

    framing = LineReader

    def __init__(self) -> None:
        super().__init__()
        self._called = False

    def pieces(self, data: bytes) -> Iterator[tuple[bytes, Line]]:
        for raw in map(unframed, self.frames.feed(data)):
            if self.done or not raw:
                continue
            line = read_line(raw)
            if line.error or line.err or line.event_type == "stream-error":
                told = line.error or line.err or "an error event"
                error = embedded_error(msgspec.json.encode({"message": told}), told)
                error.billing = "maybe"  # tokens may have been made before it
                raise error
            self.upstream_id = self.upstream_id or line.generation_id
            self._called = self._called or bool(line.tool_calls)
            if kind(line) == END:
                self._end(line)
            yield raw, line

    def _end(self, line: Line) -> None:
        whole = line.response or Said()
        self.done = True
        self.upstream_id = self.upstream_id or whole.id or whole.generation_id or whole.response_id
        self.finish_reason = said.finish_reason(
            line.finish_reason or whole.finish_reason, self._called or bool(whole.tool_calls)
        )
        self.usage = said.usage_of(whole)


def kind(line: Line) -> str:
    return line.event_type or (END if line.is_finished else "text-generation")


class Source(Reader):
    """See `crossroads_openai_chat.splicing.Source`. The end is kept until the engine closes the relay."""

    def __init__(self, stamp: Stamp) -> None:
        super().__init__()
        self._stamp = stamp
        self._last: dict[str, Any] = {}

    def read(self, data: bytes) -> Iterator[Spliced]:
        for raw, line in self.pieces(data):
            yield self._spliced(raw, line)

    def end(self, *, framed: bool, usage: Usage) -> bytes:
        rest = b"".join(self._spliced(raw, line).data for raw, line in self.rest())
        response = bytes(self._last.get("response", b"null"))
        told = stamped(shallow(response if response != b"null" else b"{}"), self.usage or usage, self._stamp)
        return rest + written({**self._last, "response": told})

    def _spliced(self, raw: bytes, line: Line) -> Spliced:
        document: dict[str, Any] = dict(shallow(raw))
        if kind(line) == END:
            self._last = document
            return Spliced(b"", True)
        if line.generation_id is not None:
            document["generation_id"] = self._stamp.id
        return Spliced(written(document), bool(line.text or line.tool_calls or line.tool_call_delta or line.citations))


class StreamDecoder(EndingDecoder[tuple[bytes, Line]], Reader):
    """See `crossroads.dialect.StreamDecoder`."""

    def __init__(self) -> None:
        super().__init__()
        self._documents: dict[str, Json] = {}
        self._begun: dict[int, str] = {}  # calls that came in pieces: their arguments so far
        self._before = ""  # text that came in pieces of calls
        self._calls = 0

    def _chunks(self, piece: tuple[bytes, Line]) -> Iterator[Document]:
        _, line = piece
        match kind(line):
            case "text-generation":
                if line.text:
                    yield self._chunk({"content": line.text})
            case "search-results":
                room = said.DOCUMENTS_MAX - len(self._documents)
                self._documents |= said.by_id((line.documents or [])[:room])
            case "citation-generation":
                notes = [said.annotation(one, self._documents) for one in line.citations or ()]
                if notes:
                    yield self._chunk({"annotations": notes})
            case "tool-calls-chunk":
                yield from self._pieces(line)
            case "tool-calls-generation":
                text = (line.text or "").removeprefix(self._before)
                yield from self._whole_calls(text, line.tool_calls or [])
            case "stream-end":
                yield from self._ended(line)

    def _pieces(self, line: Line) -> Iterator[Document]:
        piece = line.tool_call_delta
        text = (piece and piece.text) or line.text
        if text:
            self._before += text
            yield self._chunk({"content": text})
        if piece is None or (piece.name is None and piece.parameters is None):
            return
        index = int(piece.index or 0)
        if index not in self._begun:
            if len(self._begun) >= CALLS_MAX or index < 0:
                raise broken(f"the provider sent over {CALLS_MAX} tool calls.")
            self._begun[index] = ""
            call = said.canonical_call(ToolCall(piece.name or ""), index)
            function = {"name": piece.name or "", "arguments": ""}
            yield self._chunk({"tool_calls": [{"index": index, **call, "function": function}]})
        if piece.parameters:
            self._begun[index] += piece.parameters
            yield self._chunk({"tool_calls": [{"index": index, "function": {"arguments": piece.parameters}}]})

    def _whole_calls(self, text: str, calls: list[ToolCall]) -> Iterator[Document]:
        """What of the calls no piece has said."""
        if text:
            yield self._chunk({"content": text})
        for index, call in enumerate(calls, self._calls):
            begun = self._begun.pop(index, None)
            whole = said.canonical_call(call, index)
            if begun is None:
                yield self._chunk({"tool_calls": [{"index": index, **whole}]})
            elif not begun:
                arguments = {"arguments": whole["function"]["arguments"]}
                yield self._chunk({"tool_calls": [{"index": index, "function": arguments}]})
        self._calls += len(calls)
        self._before = ""

    def _ended(self, line: Line) -> Iterator[Document]:
        whole = line.response or Said()
        if not self._called and whole.tool_calls:
            yield from self._whole_calls("", whole.tool_calls)
        end = self._chunk({}, line.finish_reason or whole.finish_reason)
        if (counts := said.canonical_usage(whole, self.usage)) is not None:
            end["usage"] = counts
        yield end

    def _chunk(self, delta: Json, native: str | None = None) -> Document:
        reason = None if delta else self.finish_reason
        choice = {"index": 0, "delta": delta, "finish_reason": reason, "native_finish_reason": native}
        return {"id": self.upstream_id, "object": "chat.completion.chunk", "choices": [choice]}


def written(document: dict[str, Any]) -> bytes:
    return msgspec.json.encode(document) + b"\n"
