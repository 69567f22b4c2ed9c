"""ConverseStream: messageStart, contentBlockDelta ..., messageStop, metadata. Relayed, decoded or encoded.

Laws: any split of the same bytes gives the same output (STREAM-1); complete is `metadata` after `messageStop`, or
`messageStop` where framing proves the end (STREAM-2); usage leaves once, priced, in `metadata`, which is the last.
Source: Amazon Bedrock API reference, "ConverseStreamOutput", read 2026-11-25.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from crossroads_openai_chat.reply import REMEDY, broken
from crossroads_openai_chat.splicing import Spliced, bears_content

from crossroads.dialect import Document, Stamp
from crossroads.errors import StreamCut
from crossroads.holding import FailsLate
from crossroads.jsonbody import MALFORMED
from crossroads.types.usage import Usage
from crossroads_bedrock_converse import reply
from crossroads_bedrock_converse.decode import FORMAT
from crossroads_bedrock_converse.errors import frame_error
from crossroads_bedrock_converse.frames import Frame, FrameReader, encode_frame
from crossroads_bedrock_converse.usage import bedrock_usage, canonical_usage, parse_usage

Json = dict[str, Any]
METADATA, STOP = "metadata", "messageStop"


class Reader:
    """Bytes -> events, and what a stream has told so far."""

    def __init__(self) -> None:
        self.usage: Usage | None = None
        self.finish_reason: str | None = None
        self.upstream_id: str | None = None
        self._frames = FrameReader()
        self._calls: dict[Any, int] = {}
        self._told = False  # has `metadata` come?

    def events(self, data: bytes) -> Iterator[tuple[Frame, Json]]:
        for frame in self._frames.feed(data):
            if frame.exception:
                raise frame_error(frame)
            document = _document(frame.payload)
            if frame.name == STOP:
                self.finish_reason = reply.finish_reason(document.get("stopReason")) or "stop"
            elif frame.name == METADATA:
                self._told = True
                self.usage = parse_usage(document.get("usage")) or self.usage
            at = document.get("contentBlockIndex")
            if at is not None and type(at) is not int:
                raise broken("the provider sent an event of a block without a number.")
            yield frame, document

    def check_end(self, *, framed: bool) -> None:
        """Raises StreamCut: the stream was not complete."""
        if self._frames.pending or self.finish_reason is None or not (self._told or framed):
            raise StreamCut("the stream ended before its end.", remedy=REMEDY)

    def chunks(self, name: str, document: Json) -> list[Document]:
        """What one event adds; nothing for those that only open or close."""
        if name == "messageStart":
            return [_chunk({"role": "assistant", "content": ""})]
        if name == "contentBlockStart":
            return self._started(document)
        if name == "contentBlockDelta":
            added = self._added(_inner(document, "delta"), document.get("contentBlockIndex"))
            return [] if added is None else [_chunk(added)]
        if name == STOP:
            native = document.get("stopReason")
            return [_chunk({}, self.finish_reason, native if isinstance(native, str) else None)]
        if name == METADATA and self.usage is not None:
            usage = canonical_usage(document.get("usage"), self.usage)
            return [{"object": "chat.completion.chunk", "choices": [], "usage": usage}]
        return []

    def _started(self, document: Json) -> list[Document]:
        use = _inner(document, "start").get("toolUse")
        if not isinstance(use, dict):
            return []
        number = self._calls.setdefault(document.get("contentBlockIndex"), len(self._calls))
        function = {"name": use.get("name") or "", "arguments": ""}
        call = {"index": number, "id": use.get("toolUseId"), "type": "function", "function": function}
        return [_chunk({"tool_calls": [call]})]

    def _added(self, delta: Json, index: Any) -> Json | None:
        if isinstance(delta.get("text"), str):
            return {"content": delta["text"]}
        if isinstance(use := delta.get("toolUse"), dict):
            number = self._calls.setdefault(index, len(self._calls))
            return {"tool_calls": [{"index": number, "function": {"arguments": use.get("input") or ""}}]}
        if isinstance(cited := delta.get("citation"), dict):
            return {"annotations": [reply.annotation(cited, 0, 0)]}
        if not isinstance(thought := delta.get("reasoningContent"), dict):
            return None
        if (data := thought.get("redactedContent")) is not None:
            sealed = {"type": "reasoning.encrypted", "data": data, "format": FORMAT, "index": index}
            return {"reasoning_details": [sealed]}
        made: Json = {"type": "reasoning.text", "index": index}
        if thought.get("signature") is not None:
            return {"reasoning_details": [{**made, "signature": thought["signature"], "format": FORMAT}]}
        text = thought.get("text") or ""
        return {"reasoning": text, "reasoning_details": [{**made, "text": text, "format": "unknown"}]}


class Source(Reader):
    """See `crossroads_openai_chat.splicing.Source`. `metadata` is kept until the engine closes the relay."""

    def __init__(self, stamp: Stamp) -> None:
        super().__init__()
        self._stamp = stamp
        self._last: Json = {}

    def read(self, data: bytes) -> Iterator[Spliced]:
        for frame, document in self.events(data):
            if frame.name == METADATA:
                self._last = document
                continue
            token = bears_content(self.chunks(frame.name, document))
            yield Spliced(encode_frame(frame.name, frame.payload), token)

    def end(self, *, framed: bool, usage: Usage) -> bytes:
        self.check_end(framed=framed)
        known = self.usage or usage
        told = bedrock_usage(self._last.get("usage"), known, self._stamp.price(known))
        return _frame(METADATA, {**self._last, "usage": told})


class StreamDecoder(FailsLate, Reader):
    """See `crossroads.dialect.StreamDecoder`."""

    def feed(self, data: bytes) -> list[Document]:
        """See `crossroads.dialect.StreamDecoder.feed`. An error leaves after the chunks that came before it."""
        return self._taken(self._read, data)

    def close(self, *, framed: bool) -> list[Document]:
        """See `crossroads.dialect.StreamDecoder.close`."""
        self._raise_failure()
        self.check_end(framed=framed)
        return []

    def _read(self, data: bytes) -> Iterator[Document]:
        for frame, document in self.events(data):
            yield from self.chunks(frame.name, document)


class StreamEncoder:
    """See `crossroads.dialect.StreamEncoder`. The format has one choice: the first."""

    def __init__(self, stamp: Stamp) -> None:
        self._stamp = stamp
        self._index = -1
        self._open: tuple[str, Any] | None = None
        """Kind and number of the block that is open."""
        self._calls: dict[Any, int] = {}
        """Block of each call. Hosts interleave parallel calls: a piece of one whose block has ended goes to it."""
        self._usage: Any = None
        self._reason: tuple[Any, Any] = (None, None)
        self._ready = [_frame("messageStart", {"role": "assistant"})]

    def encode(self, chunk: Document) -> bytes:
        """The events of one chunk; the first one also starts the message."""
        if chunk.get("usage") is not None:
            self._usage = chunk["usage"]
        out, self._ready = self._ready, []
        for choice in chunk.get("choices") or []:
            if choice.get("index", 0) == 0:
                out += self._said(choice.get("delta") or {})
                if choice.get("finish_reason"):
                    self._reason = choice["finish_reason"], choice.get("native_finish_reason")
        return b"".join(out)

    def close(self, usage: Usage) -> bytes:
        """What is open ends, then the message, then its usage."""
        told = {"usage": bedrock_usage(self._usage, usage, self._stamp.price(usage)), "metrics": {"latencyMs": 0}}
        stop = {"stopReason": reply.stop_reason(*self._reason, called=bool(self._calls))}
        return b"".join((*self._ready, *self._close(), _frame(STOP, stop), _frame(METADATA, told)))

    def _said(self, delta: Json) -> Iterator[bytes]:
        details = delta.get("reasoning_details") or [{}]
        for block, one in zip(reply.reasoning_blocks(delta), details, strict=False):
            told = block["reasoningContent"]
            text = told.pop("reasoningText", {})
            pieces = [{name: text[name]} for name in ("text", "signature") if text.get(name)]
            for piece in (*pieces, *([told] if told else [])):
                yield from self._delta("reasoning", one.get("index"), {"reasoningContent": piece})
        if text := delta.get("content") or delta.get("refusal"):
            yield from self._delta("text", 0, {"text": text})
        for cited in filter(None, map(reply.citation, delta.get("annotations") or [])):
            yield from self._delta("text", 0, {"citation": cited})
        for call in delta.get("tool_calls") or []:
            yield from self._called(call)

    def _called(self, call: Json) -> Iterator[bytes]:
        function, number = call.get("function") or {}, call.get("index", 0)
        if number not in self._calls:
            start = {"toolUse": {"toolUseId": call.get("id") or "", "name": function.get("name") or ""}}
            yield from self._begin("tool", number)
            self._calls[number] = self._index
            yield _frame("contentBlockStart", {"start": start, "contentBlockIndex": self._index})
        if function.get("arguments"):
            piece = {"toolUse": {"input": function["arguments"]}}
            yield _frame("contentBlockDelta", {"delta": piece, "contentBlockIndex": self._calls[number]})

    def _delta(self, kind: str, number: Any, delta: Json) -> Iterator[bytes]:
        if self._open != (kind, number):
            yield from self._begin(kind, number)
        yield _frame("contentBlockDelta", {"delta": delta, "contentBlockIndex": self._index})

    def _begin(self, kind: str, number: Any) -> Iterator[bytes]:
        yield from self._close()
        self._index += 1
        self._open = (kind, number)

    def _close(self) -> Iterator[bytes]:
        if self._open is not None:
            self._open = None
            yield _frame("contentBlockStop", {"contentBlockIndex": self._index})


def _document(payload: bytes) -> Json:
    try:
        document = msgspec.json.decode(payload)
    except MALFORMED:
        raise broken("the provider sent an event that is not JSON.") from None
    if not isinstance(document, dict):
        raise broken("the provider sent an event that is not a JSON object.")
    return document


def _inner(document: Json, name: str) -> Json:
    value = document.get(name)
    return value if isinstance(value, dict) else {}


def _chunk(delta: Json, reason: str | None = None, native: Any = None) -> Document:
    choice = {"index": 0, "delta": delta, "finish_reason": reason, "native_finish_reason": native}
    return {"object": "chat.completion.chunk", "choices": [choice]}


def _frame(name: str, document: Json) -> bytes:
    return encode_frame(name, msgspec.json.encode(document))
