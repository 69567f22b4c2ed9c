"""Streams, decoded to canonical chunks and encoded again. No I/O, no clock.

Laws: any split of the same bytes gives the same chunks (STREAM-1). A stream is complete when every candidate has its
`finishReason` (or the prompt its `blockReason`) and nothing is left over: Google sends no other terminator (STREAM-2).
Source: Gemini API reference, "models.streamGenerateContent", read 2026-11-25.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from crossroads.dialect import Document, Stamp
from crossroads.errors import StreamCut, UpstreamError
from crossroads.holding import FailsLate
from crossroads.jsonbody import MALFORMED
from crossroads.sse import encode_event
from crossroads.types.usage import Usage
from crossroads_google_gemini import candidate as one
from crossroads_google_gemini.candidate import CandidateReader
from crossroads_google_gemini.framing import DocumentReader
from crossroads_google_gemini.media import google_extra
from crossroads_google_gemini.reply import (
    REMEDY,
    billed_searches,
    broken,
    client_parts,
    created,
    described,
    parse,
    said_by,
    served,
    stamped,
)
from crossroads_google_gemini.shape import Json, Misshapen, a_text, an_object, objects
from crossroads_google_gemini.turn import merged
from crossroads_google_gemini.usage import google_usage, parse_usage

BARE = frozenset({"index", "finish_reason", "native_finish_reason"})
CALL_BYTES_MAX = 8 << 20
"""Of the arguments of one call that are kept until they are whole."""


class StreamDecoder(FailsLate):
    """See `crossroads.dialect.StreamDecoder`."""

    def __init__(self) -> None:
        self._usage: Usage | None = None
        self.finish_reason: str | None = None
        self.upstream_id: str | None = None
        self._documents = DocumentReader()
        self._readers: dict[int, CandidateReader] = {}

    @property
    def usage(self) -> Usage | None:
        """What was counted so far; until a candidate has ended, an estimate of what is used."""
        if self._usage is None or self.finish_reason is not None:
            return self._usage
        return msgspec.structs.replace(self._usage, quality="estimated")

    def feed(self, data: bytes) -> list[Document]:
        """See `crossroads.dialect.StreamDecoder.feed`. An error leaves after the chunks that came before it."""
        return self._taken(self._read, data)

    def close(self, *, framed: bool) -> list[Document]:
        """See `crossroads.dialect.StreamDecoder.close`."""
        self._raise_failure()
        out: list[Document] = []
        try:
            for text in self._documents.rest():
                out += self._chunk(text)
        except UpstreamError as error:
            raise StreamCut("the stream ended inside an event.", remedy=REMEDY) from error
        whole = self._readers and all(each.finished and not each.turn.unfinished for each in self._readers.values())
        if not whole or self._documents.pending:
            raise StreamCut("the stream ended before its end.", remedy=REMEDY)
        return out

    def _read(self, data: bytes) -> Iterator[Document]:
        try:
            for text in self._documents.feed(data):
                yield from self._chunk(text)
        except UpstreamError as error:
            error.billing = "maybe"  # tokens may have been made before it
            raise

    def _chunk(self, data: bytes) -> list[Document]:
        document = parse(data)
        try:
            return self._decoded(document)
        except Misshapen as error:
            raise broken(f"the provider sent an event that can't be read: {error}.") from None

    def _decoded(self, document: Json) -> list[Document]:
        self.upstream_id = self.upstream_id or a_text(document, "responseId")
        model = a_text(document, "modelVersion")
        rows = objects(document, "candidates")
        if (blocked := one.blocked_prompt(document)) is not None and not self._readers:
            rows = [blocked]
        choices = [choice for row in rows for choice in self._choices(row)]
        if raw := an_object(document, "usageMetadata"):
            searches = sum(billed_searches(each.sources.searches, model) for each in self._readers.values())
            self._usage = parse_usage(raw, searches=searches) or self._usage
        if not choices:
            return []
        chunk = {"id": self.upstream_id, "object": "chat.completion.chunk", "model": model, "choices": choices}
        told = described(document)
        if all(choice["finish_reason"] is None for choice in choices):
            told.pop("service_tier", None)  # said once, with the end
        return [{**{name: value for name, value in chunk.items() if value is not None}, **told}]

    def _choices(self, row: Json) -> list[Json]:
        index = one.index_of(row)
        reader = self._readers.get(index)
        if reader is None:
            reader = self._readers[index] = CandidateReader(self.upstream_id, index)
        deltas, rest = reader.read(row)
        if rest["finish_reason"] is not None:
            self.finish_reason = rest["finish_reason"]
        if not any(deltas) and rest["finish_reason"] is None and rest.keys() <= BARE:
            return []  # a piece of a call under way
        return [{**rest, "delta": {"role": "assistant", "content": "", **_united(deltas)}}]


def _united(deltas: list[Json]) -> Json:
    """The deltas of one event as one. Calls keep their `index`, and so do details."""
    delta = merged([{n: v for n, v in each.items() if n != "tool_calls"} for each in deltas])
    calls = [call for each in deltas for call in each.get("tool_calls", ())]
    return {**delta, **({"tool_calls": calls} if calls else {})}


class _Candidate:
    """What a client's candidate has gathered: its text, calls not yet whole, the index of its last part."""

    def __init__(self) -> None:
        self.text = ""
        self.calls: dict[int, Json] = {}
        self.sent: set[int] = set()

    def take(self, calls: list[Json], *, ended: bool) -> list[Json]:
        """The calls that are whole now, each once: arguments that read as an object can't go on."""
        for piece in calls:
            index = piece.get("index") or 0
            call = self.calls.setdefault(index, {"id": None, "function": {"name": "", "arguments": ""}})
            function = piece.get("function") or {}
            call["id"] = call["id"] or piece.get("id")
            call["function"]["name"] += function.get("name") or ""
            call["function"]["arguments"] += function.get("arguments") or ""
            if len(call["function"]["arguments"]) > CALL_BYTES_MAX:
                raise broken(f"the arguments of a call exceed {CALL_BYTES_MAX} bytes.")
        ready = [index for index, call in self.calls.items() if index not in self.sent and (ended or _is_whole(call))]
        self.sent.update(ready)
        return [self.calls[index] for index in sorted(ready)]


def _is_whole(call: Json) -> bool:
    arguments = call["function"]["arguments"]
    if not arguments.rstrip().endswith("}"):
        return False
    try:
        return isinstance(msgspec.json.decode(arguments), dict)
    except MALFORMED:
        return False


class StreamEncoder:
    """See `crossroads.dialect.StreamEncoder`. The event that ends a candidate waits for the usage."""

    def __init__(self, stamp: Stamp) -> None:
        self._stamp = stamp
        self._candidates: dict[int, _Candidate] = {}
        self._last: Json | None = None
        self._tier: Json = {}

    def encode(self, chunk: Document) -> bytes:
        """One event, or b"" while it waits."""
        rows = [row for choice in chunk.get("choices") or [] for row in self._rows(choice)]
        if not rows:
            return b""
        event = {"candidates": rows, **created(chunk), **google_extra(chunk)}
        self._tier = served(chunk) or self._tier
        if (event.get("promptFeedback") or {}).get("blockReason") and not rows[0]["content"]["parts"]:
            del event["candidates"]
        held, self._last = self._last, None
        out = self._event(held) if held is not None else b""
        if any(choice.get("finish_reason") for choice in chunk["choices"]):
            self._last = event
            return out
        return out + self._event(event)

    def close(self, usage: Usage) -> bytes:
        """The last event, with usage and price."""
        told = {**google_usage(usage, self._stamp.price(usage)), **self._tier}
        return self._event({**(self._last or {}), "usageMetadata": told})

    def _rows(self, choice: Json) -> list[Json]:
        delta: Json = said_by(choice, "delta")
        state = self._candidates.setdefault(choice.get("index") or 0, _Candidate())
        before = len(state.text)
        state.text += delta.get("content") or ""
        calls = state.take(delta.get("tool_calls") or [], ended=bool(choice.get("finish_reason")))
        details = [_moved(detail, before) for detail in delta.get("reasoning_details") or []]
        said = {**delta, "tool_calls": calls, "reasoning_details": details}
        row = one.to_google(choice, client_parts(said), state.text)
        empty = not row["content"]["parts"] and row.keys() <= {"content", "index"}
        return [] if empty else [row]

    def _event(self, document: Json) -> bytes:
        found: dict[str, Any] = dict(document)
        stamped(found, self._stamp)
        return encode_event(msgspec.json.encode(found))


def _moved(detail: Json, before: int) -> Json:
    """The places of a detail count from the start of the message; here from the start of this event."""
    kind, _, rest = str(detail.get("id") or "").partition("-")
    numbers = rest.split("-")
    if kind not in ("at", "text", "part") or not all(number.isdigit() for number in numbers):
        return detail
    return {**detail, "id": "-".join([kind, *(str(max(0, int(number) - before)) for number in numbers)])}
