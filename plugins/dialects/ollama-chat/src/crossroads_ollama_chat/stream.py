"""Streams: one JSON object a line, the last one with `"done": true`. Relayed, decoded or encoded.

Laws: any split of the same bytes gives the same output (STREAM-1); complete is the line that is done, and nothing
else (STREAM-2); usage leaves once, priced, in it.
Source: ollama/ollama `docs/api.md`, "Generate a chat completion", read 2026-11-25.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from crossroads_openai_chat.ending import EndingDecoder, EndingReader
from crossroads_openai_chat.reply import is_time, shallow, spoken
from crossroads_openai_chat.splicing import Spliced

from crossroads.dialect import Document, Stamp
from crossroads.errors import UpstreamError
from crossroads.lines import LineReader
from crossroads.types.usage import Usage
from crossroads_ollama_chat import said
from crossroads_ollama_chat.reply import canonical_choice, canonical_usage, counts, ended
from crossroads_ollama_chat.wire import Json, Part, read_part

CALLS_MAX = 1024


class Reader(EndingReader[tuple[bytes, Part]]):
    """Bytes -> parts, and what a stream has told so far. Nothing is read after its end."""

    framing = LineReader
    read_part = staticmethod(read_part)

    def __init__(self) -> None:
        super().__init__()
        self.calls = 0

    def pieces(self, data: bytes) -> Iterator[tuple[bytes, Part]]:
        for line in self.frames.feed(data):
            if self.done:
                return
            try:
                part = self.read_part(line)
            except UpstreamError as error:
                error.billing = "maybe"  # tokens may have been made before it
                raise
            if part.done:
                self.done = True
                called = bool(self.calls or part.message.tool_calls)
                self.finish_reason = said.finish_reason(part.done_reason, called)
                self.usage = said.parse_usage(part)
            yield line, part
            self.calls += len(part.message.tool_calls or ())


class Source(Reader):
    """See `crossroads_openai_chat.splicing.Source`. The last line is kept until the engine closes the relay."""

    def __init__(self, stamp: Stamp) -> None:
        super().__init__()
        self._stamp = stamp
        self._last: dict[str, Any] = {}

    def read(self, data: bytes) -> Iterator[Spliced]:
        for line, part in self.pieces(data):
            yield self._spliced(line, part)

    def end(self, *, framed: bool, usage: Usage) -> bytes:
        rest = b"".join(self._spliced(line, part).data for line, part in self.rest())
        told = {} if self.usage is not None else counts(None, usage, self._stamp)
        known = self.usage or usage
        return rest + _line({**self._last, **told, "cost": self._stamp.price(known).json()})

    def _spliced(self, line: bytes, part: Part) -> Spliced:
        document = {**shallow(line), "model": self._stamp.model}
        message = part.message
        if part.done:
            self._last = document
            return Spliced(b"", True)
        return Spliced(_line(document), bool(message.content or message.thinking or message.tool_calls))


class StreamDecoder(EndingDecoder[tuple[bytes, Part]], Reader):
    """See `crossroads.dialect.StreamDecoder`."""

    def _chunks(self, piece: tuple[bytes, Part]) -> list[Document]:
        return [self._chunk(*piece)]

    def _chunk(self, line: bytes, part: Part) -> Document:
        delta = said.canonical_delta(part, self.calls)
        chunk: Document = {
            "object": "chat.completion.chunk",
            "created": said.seconds(part.created_at),
            "model": part.model,
            "choices": [canonical_choice(part, "delta", delta, self.finish_reason)],
        }
        if part.done and (told := canonical_usage(line, self.usage)) is not None:
            chunk["usage"] = told
        return chunk


class StreamEncoder:
    """See `crossroads.dialect.StreamEncoder`. Ollama's stream has one choice; its tool calls come whole."""

    def __init__(self, stamp: Stamp) -> None:
        self._stamp = stamp
        self._created: Any = stamp.created
        self._calls: dict[int, Json] = {}  # index -> the call as far as it came
        self._usage: Any = None
        self._reason: tuple[Any, Any] = (None, None)

    def encode(self, chunk: Document) -> bytes:
        """The lines of one chunk; none for one that only carries usage, an end, or a piece of a tool call."""
        if is_time(chunk.get("created")):
            self._created = chunk["created"]
        if chunk.get("usage") is not None:
            self._usage = chunk["usage"]
        out = []
        for choice in chunk.get("choices") or []:
            if choice.get("index", 0) != 0:
                continue
            delta = spoken(choice.get("delta"))
            for call in delta.get("tool_calls") or []:
                self._gather(call)
            message = said.ollama_message({**delta, "tool_calls": None})
            if choice.get("finish_reason"):
                self._reason = choice["finish_reason"], choice.get("native_finish_reason")
            logprobs = (choice.get("logprobs") or {}).get("content")
            if message["content"] or message.get("thinking") or logprobs:
                out.append(self._part(message, {"logprobs": logprobs} if logprobs else {}, done=False))
        return b"".join(out)

    def close(self, usage: Usage) -> bytes:
        """The tool calls, whole, then the line that is done."""
        empty = {"role": "assistant", "content": ""}
        out = []
        if self._calls:
            calls = [self._calls[index] for index in sorted(self._calls)]
            whole = [said.ollama_call(call, number) for number, call in enumerate(calls)]
            out.append(self._part({**empty, "tool_calls": whole}, {}, done=False))
        last = {**ended(*self._reason), **counts(self._usage, usage, self._stamp)}
        return b"".join((*out, self._part(empty, last, done=True)))

    def _gather(self, call: Json) -> None:
        index = call.get("index", 0)
        if index not in self._calls and len(self._calls) >= CALLS_MAX:
            return
        known = self._calls.setdefault(index, {"id": None, "function": {"name": "", "arguments": ""}})
        function = call.get("function") or {}
        known["id"] = call.get("id") or known["id"]
        known["function"]["name"] = function.get("name") or known["function"]["name"]
        known["function"]["arguments"] += function.get("arguments") or ""

    def _part(self, message: Json, more: Json, *, done: bool) -> bytes:
        at = said.created_at(self._created)
        return _line({"model": self._stamp.model, "created_at": at, "message": message, "done": done, **more})


def _line(document: dict[str, Any]) -> bytes:
    return msgspec.json.encode(document) + b"\n"
