"""Streams: events of `result`, each with what it adds (`incremental_output`) or with all so far.

Relayed, decoded or encoded. An event is read as a chunk of OpenAI's, by `crossroads_openai_chat.stream`. Laws: any
split of the same bytes gives the same output (STREAM-1); complete is a finish reason of every choice, and nothing else
(STREAM-2); usage leaves once, priced, with it.
Source: Alibaba Cloud Model Studio, "DashScope API reference"; erda-project/erda
`internal/apps/ai-proxy/filters/dashscope-director/resp_example.md` (recorded streams); read 2026-11-25.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from crossroads_openai_chat import stream as openai
from crossroads_openai_chat.ending import EndingDecoder, EndingReader
from crossroads_openai_chat.errors import embedded_error
from crossroads_openai_chat.reply import Shape, broken, finish_reason, spoken, whole
from crossroads_openai_chat.splicing import Spliced
from crossroads_openai_chat.usage import parse_usage

from crossroads.dialect import Document, Stamp
from crossroads.errors import UpstreamError
from crossroads.sse import ServerEvent, encode_event
from crossroads.types.usage import Usage
from crossroads_dashscope import reply
from crossroads_dashscope.reply import Json

DONE = b"data: [DONE]\n\n"
CALLS_MAX, CHOICES_MAX = 1024, 128


class Reader(EndingReader[tuple[Json, Json]]):
    """Bytes -> events, with the chunk that each says; what a stream has told so far. Nothing is read after its end."""

    def __init__(self) -> None:
        super().__init__()
        self._open: dict[int, bool] = {}  # choices, and whether they go on

    def pieces(self, data: bytes) -> Iterator[tuple[Json, Json]]:
        for raw in self.frames.feed(data):
            if self.done:
                return
            try:
                told, chunk = self._read(raw)
            except UpstreamError as error:
                error.billing = "maybe"  # tokens may have been made before it
                raise
            yield told, chunk

    def _read(self, raw: ServerEvent) -> tuple[Json, Json]:
        told = whole(raw.data)
        if raw.name == "error":
            raise embedded_error(raw.data, {"message": str(told.get("message") or "an error event")})
        chunk = reply.openai_document(told, raw.data, "delta")
        self.upstream_id = self.upstream_id or chunk.get("id")
        for choice in chunk["choices"]:
            reason = finish_reason(choice["finish_reason"])
            self._open[choice["index"]] = reason is None
            self.finish_reason = reason or self.finish_reason
        if len(self._open) > CHOICES_MAX:
            raise broken(f"the provider sent over {CHOICES_MAX} choices.")
        self.usage = parse_usage(chunk.get("usage")) or self.usage
        self.done = not any(self._open.values())
        return told, chunk


class Source(Reader):
    """See `crossroads_openai_chat.splicing.Source`. The end is kept until the engine closes the relay."""

    def __init__(self, stamp: Stamp) -> None:
        super().__init__()
        self._stamp = stamp
        self._last: Json = {}
        self._number = 0

    def read(self, data: bytes) -> Iterator[Spliced]:
        for told, chunk in self.pieces(data):
            yield self._spliced(told, chunk)

    def end(self, *, framed: bool, usage: Usage) -> bytes:
        rest = b"".join(self._spliced(told, chunk).data for told, chunk in self.rest())
        known = self.usage or usage
        counts = reply.priced(self._last.get("usage"), known, self._stamp.price(known))
        return rest + written({**self._last, "usage": counts}, self._number + 1)

    def _spliced(self, told: Json, chunk: Json) -> Spliced:
        document = {**told, "request_id": self._stamp.id}
        if self.done:
            self._last = document
            return Spliced(b"", True)
        self._number += 1
        said = any(v for c in chunk["choices"] for k, v in c["delta"].items() if k != "role")
        return Spliced(written(document, self._number), said)


class StreamDecoder(EndingDecoder[tuple[Json, Json]], Reader):
    """See `crossroads.dialect.StreamDecoder`. It was asked for what each event adds."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self._decoder = openai.StreamDecoder(shape)

    def _chunks(self, piece: tuple[Json, Json]) -> list[Document]:
        _, told = piece
        if not self.done:
            told.pop("usage", None)  # every event has it, of all so far: the last one counts
        return self._decoder.feed(encode_event(msgspec.json.encode(told)))


class StreamEncoder:
    """See `crossroads.dialect.StreamEncoder`. What was said is kept where the client wants all of it each time."""

    def __init__(self, stamp: Stamp) -> None:
        self._stamp = stamp
        self._adds = stamp.form.endswith("+delta")
        self._number = 0
        self._said: dict[int, Json] = {}
        self._found: list[Json] = []
        self._usage: Any = None

    def encode(self, chunk: Document) -> bytes:
        """The event of one chunk; none for one that only carries usage, an end, or nothing."""
        if chunk.get("usage") is not None:
            self._usage = chunk["usage"]
        self._found += reply.found_by(chunk)
        told = []
        for choice in chunk.get("choices") or []:
            index = choice.get("index", 0)
            if index not in self._said and len(self._said) >= CHOICES_MAX:
                continue
            known = self._said.setdefault(index, {"index": index, "finish_reason": None, "message": {}})
            known["finish_reason"] = choice.get("finish_reason") or known["finish_reason"]
            delta = spoken(choice.get("delta"))
            _add(known["message"], delta)
            if delta.get("content") or delta.get("reasoning") or delta.get("tool_calls"):
                told.append(self._choice(index, delta if self._adds else known["message"], None))
        return self._event(told) if told else b""

    def close(self, usage: Usage) -> bytes:
        """The event with the ends, the counts and the price."""
        ends = [
            self._choice(index, {} if self._adds else one["message"], one["finish_reason"] or "stop")
            for index, one in sorted(self._said.items())
        ] or [self._choice(0, {}, "stop")]
        return self._event(ends, reply.priced(self._usage, usage, self._stamp.price(usage)))

    def _choice(self, index: int, message: Json, reason: str | None) -> Json:
        made = reply.written(message, self._stamp)
        for call, given in zip(made.get("tool_calls") or [], message.get("tool_calls") or [], strict=True):
            call["index"] = given.get("index", 0)
        return {"index": index, "finish_reason": reason or "null", "message": made}

    def _event(self, choices: list[Json], usage: Json | None = None) -> bytes:
        self._number += 1
        document: Json = {"output": reply.output_of(choices, self._stamp), "request_id": self._stamp.id}
        if self._found:
            document["output"]["search_info"] = {"search_results": self._found}
        return written({**document, **({} if usage is None else {"usage": usage})}, self._number)


def _add(known: Json, delta: Json) -> None:
    for name in ("content", "reasoning"):
        if delta.get(name):
            known[name] = known.get(name, "") + delta[name]
    calls = known.setdefault("tool_calls", []) if delta.get("tool_calls") else []
    for call in delta.get("tool_calls") or []:
        index, function = call.get("index", 0), call.get("function") or {}
        begun = next((one for one in calls if one["index"] == index), None)
        if begun is None:
            if len(calls) >= CALLS_MAX:
                continue
            begun = {
                "index": index,
                "id": call.get("id"),
                "type": "function",
                "function": {"name": "", "arguments": ""},
            }
            calls.append(begun)
        begun["function"]["name"] = function.get("name") or begun["function"]["name"]
        begun["function"]["arguments"] += function.get("arguments") or ""


def written(document: Json, number: int) -> bytes:
    return b"id:%d\nevent:result\n:HTTP_STATUS/200\ndata:%b\n\n" % (number, msgspec.json.encode(document))
