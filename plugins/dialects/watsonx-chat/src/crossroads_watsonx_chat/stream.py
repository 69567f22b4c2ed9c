"""Streams of text generation: server-sent events, the last of which says why it stopped. Relayed, decoded or encoded.

Laws: any split of the same bytes gives the same output (STREAM-1); complete is a stop reason, and nothing else
(STREAM-2); usage leaves once, priced, with it.
Source: IBM watsonx.ai API reference, "Text generation stream", and recorded streams, read 2026-11-25.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from crossroads_openai_chat.ending import EndingDecoder, EndingReader
from crossroads_openai_chat.errors import embedded_error
from crossroads_openai_chat.reply import is_time, shallow
from crossroads_openai_chat.splicing import Spliced

from crossroads.dialect import Document, Stamp
from crossroads.errors import UpstreamError
from crossroads.sse import ServerEvent, encode_event
from crossroads.types.usage import Usage
from crossroads_watsonx_chat import generation, words
from crossroads_watsonx_chat.generation import Result, Said, read_said


class Reader(EndingReader[tuple[ServerEvent, Said]]):
    """Bytes -> events, and what a stream has told so far. Nothing is read after its end."""

    def __init__(self) -> None:
        super().__init__()
        self._given = 0  # counts of the prompt come in parts
        self._made: int | None = None  # that of the text is of all so far

    def pieces(self, data: bytes) -> Iterator[tuple[ServerEvent, Said]]:
        for raw in self.frames.feed(data):
            if self.done:
                return
            try:
                if raw.name == "error":
                    raise embedded_error(raw.data, "an error event")
                said = read_said(raw.data)
            except UpstreamError as error:
                error.billing = "maybe"  # tokens may have been made before it
                raise
            self._read_result((said.results or [Result()])[0])
            yield raw, said

    def _read_result(self, result: Result) -> None:
        self._given += max(0, result.input_token_count or 0)
        if result.generated_token_count is not None:
            self._made = max(self._made or 0, result.generated_token_count)
        if (reason := words.finish_reason(result.stop_reason)) is not None:
            self.done = True
            self.finish_reason = reason
            counted = Result(input_token_count=self._given, generated_token_count=self._made)
            self.usage = generation.usage_of([counted])


class Source(Reader):
    """See `crossroads_openai_chat.splicing.Source`. The last event is kept until the engine closes the relay."""

    def __init__(self, stamp: Stamp) -> None:
        super().__init__()
        self._stamp = stamp
        self._last: dict[str, Any] = {}

    def read(self, data: bytes) -> Iterator[Spliced]:
        for raw, said in self.pieces(data):
            yield self._spliced(raw, said)

    def end(self, *, framed: bool, usage: Usage) -> bytes:
        rest = b"".join(self._spliced(raw, said).data for raw, said in self.rest())
        return rest + written({**self._last, "cost": self._stamp.price(self.usage or usage).json()})

    def _spliced(self, raw: ServerEvent, said: Said) -> Spliced:
        document: dict[str, Any] = {**shallow(raw.data), "model_id": self._stamp.model}
        if self.done:
            self._last = document
            return Spliced(b"", True)
        return Spliced(written(document), any(one.generated_text for one in said.results or ()))


class StreamDecoder(EndingDecoder[tuple[ServerEvent, Said]], Reader):
    """See `crossroads.dialect.StreamDecoder`."""

    def _chunks(self, piece: tuple[ServerEvent, Said]) -> Iterator[Document]:
        """None for an event that adds nothing, as the first one mostly."""
        _, said = piece
        choices = [generation.canonical_choice(one, at) for at, one in enumerate((said.results or [])[:1])]
        if not any(one["text"] or one["finish_reason"] or "logprobs" in one for one in choices):
            return
        chunk: Document = {
            "object": "text_completion",
            "created": words.seconds(said.created_at),
            "model": said.model_id,
            "choices": choices,
        }
        if self.done and self.usage is not None:
            chunk["usage"] = generation.openai_counts(self.usage)
        yield chunk


class StreamEncoder:
    """See `crossroads.dialect.StreamEncoder`. IBM's stream has one text: the first choice's."""

    def __init__(self, stamp: Stamp) -> None:
        self._stamp = stamp
        self._created: Any = stamp.created
        self._end: Document = {"finish_reason": "stop"}

    def encode(self, chunk: Document) -> bytes:
        """The events of one chunk; none for one that only carries usage or an end."""
        if is_time(chunk.get("created")):
            self._created = chunk["created"]
        out = []
        for choice in chunk.get("choices") or []:
            if choice.get("index", 0) != 0:
                continue
            if choice.get("finish_reason"):
                self._end = {name: choice.get(name) for name in ("finish_reason", "native_finish_reason")}
            if choice.get("text") or choice.get("logprobs"):
                out.append(self._event({**choice, "finish_reason": None}, None))
        return b"".join(out)

    def close(self, usage: Usage) -> bytes:
        """The event that says why it stopped, with the counts and the price."""
        return self._event(self._end, usage, cost=self._stamp.price(usage).json())

    def _event(self, choice: Document, usage: Usage | None, **more: Any) -> bytes:
        at = words.created_at(self._created)
        results = [generation.written(choice, usage)]
        return written({"model_id": self._stamp.model, "created_at": at, "results": results, **more})


def written(document: dict[str, Any]) -> bytes:
    return encode_event(msgspec.json.encode(document), "message")
