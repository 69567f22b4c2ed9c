"""Streams: one JSON object a line, the last one with `"done": true`. Relayed as the chat's are.

Laws: as `crossroads_ollama_chat.stream`'s, whose reader this is.
"""

from __future__ import annotations

from typing import Any

import msgspec
from crossroads_ollama_chat import reply as chat
from crossroads_ollama_chat import said, stream
from crossroads_ollama_chat.wire import Json, Part
from crossroads_openai_chat.reply import is_time

from crossroads.dialect import Document, Stamp
from crossroads.types.usage import Usage
from crossroads_ollama_generate import reply


class Source(stream.Source):
    """See `crossroads_openai_chat.splicing.Source`."""

    read_part = staticmethod(reply.read_part)


class StreamDecoder(stream.StreamDecoder):
    """See `crossroads.dialect.StreamDecoder`."""

    read_part = staticmethod(reply.read_part)

    def _chunk(self, line: bytes, part: Part) -> Document:
        chunk: Document = {
            "object": "text_completion",
            "created": said.seconds(part.created_at),
            "model": part.model,
            "choices": [reply.canonical_choice(part, self.finish_reason)],
        }
        if part.done and (told := chat.canonical_usage(line, self.usage)) is not None:
            chunk["usage"] = told
        return chunk


class StreamEncoder:
    """See `crossroads.dialect.StreamEncoder`. Ollama's stream has one choice: the first."""

    def __init__(self, stamp: Stamp) -> None:
        self._stamp = stamp
        self._created: Any = stamp.created
        self._usage: Any = None
        self._reason: tuple[Any, Any] = (None, None)

    def encode(self, chunk: Document) -> bytes:
        """The lines of one chunk; none for one that only carries usage or an end."""
        if is_time(chunk.get("created")):
            self._created = chunk["created"]
        if chunk.get("usage") is not None:
            self._usage = chunk["usage"]
        out = []
        for choice in chunk.get("choices") or []:
            if choice.get("index", 0) != 0:
                continue
            if choice.get("finish_reason"):
                self._reason = choice["finish_reason"], choice.get("native_finish_reason")
            said_here = reply.written(choice)
            if any(said_here.values()):
                out.append(self._line(said_here, done=False))
        return b"".join(out)

    def close(self, usage: Usage) -> bytes:
        """The line that is done."""
        last = {**chat.ended(*self._reason), **chat.counts(self._usage, usage, self._stamp)}
        return self._line({"response": "", **last}, done=True)

    def _line(self, told: Json, *, done: bool) -> bytes:
        at = said.created_at(self._created)
        return msgspec.json.encode({"model": self._stamp.model, "created_at": at, "done": done, **told}) + b"\n"
