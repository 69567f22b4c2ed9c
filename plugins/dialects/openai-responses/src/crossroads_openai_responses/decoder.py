"""Upstream stream -> canonical chunks.

A delta becomes a chunk. Where a host sent no deltas, or too few, the item's end (or the response's) gives the rest:
what each part has shown so far is counted. Chunks bear no identity: the encoder's stamp is theirs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import msgspec
from crossroads_openai_chat import reply as common

from crossroads.dialect import Document
from crossroads.holding import FailsLate
from crossroads.types.usage import Usage
from crossroads_openai_responses import reasoning
from crossroads_openai_responses.events import FINAL, Event, Reading, list_at, number_at, object_at, string_at
from crossroads_openai_responses.turns import canonical_annotation, image_url
from crossroads_openai_responses.usage import canonical_usage

ITEMS_MAX = 4096
"""Of one response; more is no answer."""

Json = dict[str, Any]
CALLS = {"function_call": ("function", "arguments"), "custom_tool_call": ("custom", "input")}


class _Item:
    """What an output item has shown so far. shown: characters (or annotations), by kind and number of its part."""

    def __init__(self) -> None:
        self.id: str | None = None
        self.format = reasoning.FORMAT
        self.call: int | None = None
        self.kind, self.holds = "", ""
        self.shown: dict[tuple[str, int], int] = {}
        self.offsets: dict[int, int] = {}
        self.done = False


class StreamDecoder(FailsLate):
    """See `crossroads.dialect.StreamDecoder`."""

    def __init__(self) -> None:
        self._reading = Reading()
        self._items: dict[int | str, _Item] = {}
        self._calls = 0
        self._chars = 0
        self._detail: tuple[int | str, str, int] | None = None  # the reasoning part that is being told
        self._details = -1
        self._readable = False
        self._steps: dict[str, Callable[[Json], Iterator[Document]]] = {
            "response.output_item.added": self._added,
            "response.output_item.done": self._done,
            "response.output_text.delta": self._text,
            "response.output_text.annotation.added": self._annotation,
            "response.refusal.delta": self._refusal,
            "response.reasoning_summary_text.delta": lambda e: self._thought(e, "summary", "summary_index"),
            "response.reasoning_text.delta": lambda e: self._thought(e, "content", "content_index"),
            "response.function_call_arguments.delta": self._argument,
            "response.custom_tool_call_input.delta": self._argument,
        }

    @property
    def usage(self) -> Usage | None:
        return self._reading.usage

    @property
    def finish_reason(self) -> str | None:
        reason = self._reading.finish_reason
        return reason if reason not in ("stop", "tool_calls") else "tool_calls" if self._calls else "stop"

    @property
    def upstream_id(self) -> str | None:
        return self._reading.upstream_id

    def feed(self, data: bytes) -> list[Document]:
        """See `crossroads.dialect.StreamDecoder.feed`. An error leaves after the chunks that came before it."""
        return self._taken(self._read, data)

    def close(self, *, framed: bool) -> list[Document]:
        """See `crossroads.dialect.StreamDecoder.close`."""
        self._raise_failure()
        return [chunk for event in self._reading.end() for chunk in self._step(event)]

    def _read(self, data: bytes) -> Iterator[Document]:
        read, error = self._reading.read(data)
        for event in read:
            yield from self._step(event)
        if error is not None:
            raise error

    def _step(self, event: Event) -> Iterator[Document]:
        if event.kind in FINAL:
            yield from self._final()
        elif (step := self._steps.get(event.kind)) is not None:
            yield from step(_decoded(event.data))

    # items

    def _item(self, event: Json) -> tuple[int | str, _Item]:
        key = event.get("output_index")
        if type(key) is not int:
            key = event.get("item_id")
            key = key if isinstance(key, str) else 0
        if key not in self._items and len(self._items) >= ITEMS_MAX:
            raise common.broken(f"the provider sent over {ITEMS_MAX} items.")
        item = self._items.setdefault(key, _Item())
        if item.id is None and isinstance(id_ := event.get("item_id"), str):
            item.id = id_
        return key, item

    def _added(self, event: Json) -> Iterator[Document]:
        _, item = self._item(event)
        told = _identified(item, event)
        yield from self._call(item, told)

    def _done(self, event: Json) -> Iterator[Document]:
        """Whatever of the item was not told yet."""
        key, item = self._item(event)
        told = _identified(item, event)
        if item.done:
            return
        item.done = True
        match told.get("type"):
            case "message":
                yield from self._rest_of_message(item, told)
            case "reasoning":
                yield from self._rest_of_reasoning(key, item, told)
            case "function_call" | "custom_tool_call":
                yield from self._call(item, told)
            case "image_generation_call" if isinstance(told.get("result"), str) and told["result"]:
                yield _chunk({"images": [{"type": "image_url", "image_url": {"url": image_url(told)}}]})

    def _final(self) -> Iterator[Document]:
        response = self._reading.response
        output = common.decode(response["output"]) if "output" in response else []
        ids = {item.id for item in self._items.values()}
        for n, told in enumerate(output if isinstance(output, list) else ()):
            if isinstance(told, dict) and n not in self._items and (told.get("id") is None or told["id"] not in ids):
                yield from self._done({"output_index": n, "item": told})
        native = self._reading.finish.native if self._reading.finish else None
        yield _chunk({}, finish_reason=self.finish_reason, native_finish_reason=native)
        last: Document = {"object": "chat.completion.chunk", "choices": []}
        if (tier := common.text_or_none(response.get("service_tier"))) is not None:
            last["service_tier"] = tier
        yield {**last, "usage": canonical_usage(response.get("usage"))}

    # messages

    def _text(self, event: Json) -> Iterator[Document]:
        _, item = self._item(event)
        part, text = number_at(event, "content_index"), string_at(event, "delta")
        yield from self._say(item, part, text, event.get("logprobs"))

    def _say(self, item: _Item, part: int, text: str, logprobs: Any = None) -> Iterator[Document]:
        if not text:
            return
        item.offsets.setdefault(part, self._chars)
        item.shown["text", part] = item.shown.get(("text", part), 0) + len(text)
        self._chars += len(text)
        self._detail = None
        listed = isinstance(logprobs, list) and logprobs and all(isinstance(one, dict) for one in logprobs)
        yield _chunk({"content": text}, **({"logprobs": {"content": logprobs, "refusal": None}} if listed else {}))

    def _annotation(self, event: Json) -> Iterator[Document]:
        _, item = self._item(event)
        part = number_at(event, "content_index")
        item.shown["note", part] = item.shown.get(("note", part), 0) + 1
        yield self._noted(item, part, [object_at(event, "annotation")])

    def _noted(self, item: _Item, part: int, notes: list[Any]) -> Document:
        if not all(isinstance(note, dict) for note in notes):
            raise common.broken("the provider sent annotations that can't be read.")
        self._detail = None
        offset = item.offsets.setdefault(part, self._chars)
        return _chunk({"annotations": [canonical_annotation(note, offset) for note in notes]})

    def _refusal(self, event: Json) -> Iterator[Document]:
        _, item = self._item(event)
        yield from self._refuse(item, number_at(event, "content_index"), string_at(event, "delta"))

    def _refuse(self, item: _Item, part: int, text: str) -> Iterator[Document]:
        if text:
            item.shown["refusal", part] = item.shown.get(("refusal", part), 0) + len(text)
            self._detail = None
            yield _chunk({"refusal": text})

    def _rest_of_message(self, item: _Item, told: Json) -> Iterator[Document]:
        for n, part in enumerate(list_at(told, "content")):
            if not isinstance(part, dict):
                raise common.broken("the provider sent content that can't be read.")
            if part.get("type") == "refusal":
                yield from self._refuse(item, n, string_at(part, "refusal")[item.shown.get(("refusal", n), 0) :])
            elif part.get("type") == "output_text":
                said = item.shown.get(("text", n), 0)
                logprobs = None if said else part.get("logprobs")
                yield from self._say(item, n, string_at(part, "text")[said:], logprobs)
                if notes := list_at(part, "annotations")[item.shown.get(("note", n), 0) :]:
                    yield self._noted(item, n, notes)

    # reasoning

    def _thought(self, event: Json, kind: str, index_name: str) -> Iterator[Document]:
        key, item = self._item(event)
        yield from self._think(key, item, kind, number_at(event, index_name), string_at(event, "delta"))

    def _think(self, key: int | str, item: _Item, kind: str, part: int, text: str) -> Iterator[Document]:
        if not text:
            return
        item.shown[kind, part] = item.shown.get((kind, part), 0) + len(text)
        name = {"summary": "summary", "content": "text", "encrypted": "data"}[kind]
        prefix = ""
        if self._detail != (key, kind, part):
            self._detail = (key, kind, part)
            self._details += 1
            prefix = "\n\n" if self._readable else ""
        type_ = "reasoning.encrypted" if kind == "encrypted" else reasoning.PART_TYPES[kind][1]
        detail = {"type": type_, name: text, "format": item.format, "index": self._details}
        if item.id is not None and not item.id.startswith(reasoning.MADE_ID):
            detail["id"] = item.id
        if kind == "encrypted":
            yield _chunk({"reasoning_details": [detail]})
        else:
            self._readable = True
            yield _chunk({"reasoning": prefix + text, "reasoning_details": [detail]})

    def _rest_of_reasoning(self, key: int | str, item: _Item, told: Json) -> Iterator[Document]:
        for kind in ("summary", "content"):
            for n, part in enumerate(list_at(told, kind)):
                text = string_at(part, "text") if isinstance(part, dict) else ""
                yield from self._think(key, item, kind, n, text[item.shown.get((kind, n), 0) :])
        signature = told.get("signature")
        if isinstance(signature, str) and signature and self._detail is not None:
            detail = {"type": "reasoning.text", "signature": signature, "format": item.format, "index": self._details}
            yield _chunk({"reasoning_details": [detail]})
        encrypted = told.get("encrypted_content")
        yield from self._think(key, item, "encrypted", 0, encrypted if isinstance(encrypted, str) else "")

    # calls

    def _call(self, item: _Item, told: Json) -> Iterator[Document]:
        """Its start, once id and name are known; then the arguments that the item holds beyond those told."""
        type_ = told.get("type")
        if not isinstance(type_, str) or type_ not in CALLS:
            return
        kind, holds = CALLS[type_]
        if item.call is None:
            if not (isinstance(told.get("call_id"), str) and isinstance(told.get("name"), str)):
                return
            item.call, item.kind, item.holds = self._calls, kind, holds
            self._calls += 1
            self._detail = None
            inner = {"name": told["name"], holds: ""}
            yield _chunk({"tool_calls": [{"index": item.call, "id": told["call_id"], "type": kind, kind: inner}]})
        value = told.get(holds)
        yield from self._argue(item, value[item.shown.get(("call", 0), 0) :] if isinstance(value, str) else "")

    def _argument(self, event: Json) -> Iterator[Document]:
        _, item = self._item(event)
        if item.call is not None:  # else the item's end tells all
            yield from self._argue(item, string_at(event, "delta"))

    def _argue(self, item: _Item, text: str) -> Iterator[Document]:
        if text:
            item.shown["call", 0] = item.shown.get(("call", 0), 0) + len(text)
            yield _chunk({"tool_calls": [{"index": item.call, item.kind: {item.holds: text}}]})


def _chunk(delta: Json, **choice: Any) -> Document:
    choice = {"index": 0, "delta": {"role": "assistant", **delta}, "finish_reason": None, **choice}
    return {"object": "chat.completion.chunk", "choices": [choice]}


def _identified(item: _Item, event: Json) -> Json:
    """The event's `item`; its id, and the format of its reasoning, are noted."""
    told = object_at(event, "item")
    if isinstance(told.get("id"), str):
        item.id = told["id"]
    if isinstance(told.get("format"), str):
        item.format = told["format"]
    return told


def _decoded(data: bytes) -> Json:
    event: Json = common.decode(msgspec.Raw(data))
    return event
