"""Canonical chunks -> a Responses stream: items opened, told and closed in the order in which chunks need them.

Law: decoding what is encoded gives the same chunks, for chunks that a Responses stream was decoded to.
Order of events: OpenAI API reference, "Streaming events", and recorded streams, read 2026-11-25.
"""

from __future__ import annotations

from typing import Any

import msgspec

from crossroads.dialect import Document, Stamp
from crossroads.sse import encode_event
from crossroads.types.usage import Usage
from crossroads_openai_responses import reasoning
from crossroads_openai_responses.items import image_item, json_text, made_id, text_of
from crossroads_openai_responses.relay import DONE_EVENT
from crossroads_openai_responses.response import ended, response_object
from crossroads_openai_responses.turns import plain_annotation
from crossroads_openai_responses.usage import told_usage

Json = dict[str, Any]
_encode = msgspec.json.Encoder().encode

PART_EVENTS = {
    "output_text": "output_text",
    "refusal": "refusal",
    "summary_text": "reasoning_summary_text",
    "reasoning_text": "reasoning_text",
}
CALLS = {
    "function": ("function_call", "arguments", "function_call_arguments"),
    "custom": ("custom_tool_call", "input", "custom_tool_call_input"),
}


class _Open:
    """An item that is being told. part, number: the part being told, and its number among its like."""

    def __init__(self, index: int, item: Json) -> None:
        self.index, self.item = index, item
        self.part: Json | None = None
        self.number = -1
        self.texts: list[str] = []
        self.start = 0  # of the part, in characters of the whole text
        self.key: Any = None  # of reasoning: whose; of a call: its kind
        self.part_index: Any = None  # of the reasoning detail that the part is

    @property
    def at(self) -> Json:
        return {"item_id": self.item["id"], "output_index": self.index}


class StreamEncoder:
    """See `crossroads.dialect.StreamEncoder`."""

    def __init__(self, stamp: Stamp) -> None:
        self._stamp = stamp
        self._out: list[bytes] = []
        self._number = 0
        self._response: Json | None = None
        self._output: list[Json] = []
        self._open: _Open | None = None  # a message or reasoning; calls stay open beside it
        self._calls: dict[int, _Open] = {}
        self._chars = 0
        self._end: tuple[Any, Any] = (None, None)
        self._usage: Any = None
        self._tier: Any = None

    def encode(self, chunk: Document) -> bytes:
        """The events that this chunk makes; b"" for one that only carried usage."""
        if self._response is None:
            self._begin(chunk)
        self._usage = chunk.get("usage") or self._usage
        self._tier = chunk.get("service_tier") or self._tier
        for choice in chunk.get("choices") or ():
            if choice.get("index", 0) == 0:  # a response has one answer
                self._tell(choice)
        return self._flush()

    def close(self, usage: Usage) -> bytes:
        """What is open is closed; then the whole response, and `[DONE]`."""
        if self._response is None:
            self._begin({})
        assert self._response is not None
        self._close_open()
        for call in list(self._calls.values()):
            self._close_call(call)
        response = {**self._response, **ended(*self._end), "output": self._output}
        response["service_tier"] = self._tier
        response["usage"] = told_usage(self._usage or {}, usage, self._stamp.price(usage))
        self._emit(f"response.{response['status']}", response=response)
        return self._flush() + DONE_EVENT

    # events

    def _begin(self, chunk: Document) -> None:
        self._response = response_object(self._stamp, chunk)
        self._emit("response.created", response={**self._response, "usage": None})
        self._emit("response.in_progress", response={**self._response, "usage": None})

    def _emit(self, kind: str, **fields: Any) -> None:
        event = {"type": kind, "sequence_number": self._number, **fields}
        self._out.append(encode_event(_encode(event), kind))
        self._number += 1

    def _flush(self) -> bytes:
        out = b"".join(self._out)
        self._out.clear()
        return out

    def _tell(self, choice: Json) -> None:
        delta = choice.get("delta") or {}
        details = delta.get("reasoning_details") or []
        if not details and (thought := delta.get("reasoning") or delta.get("reasoning_content")):
            details = [{"type": "reasoning.text", "text": thought, "format": reasoning.FORMAT, "index": None}]
        for detail in details:
            self._think(detail)
        if text := text_of(delta.get("content")):
            self._say("output_text", "text", text, (choice.get("logprobs") or {}).get("content") or [])
        if notes := delta.get("annotations"):
            self._annotate(notes)
        if refusal := delta.get("refusal"):
            self._say("refusal", "refusal", refusal, None)
        for image in delta.get("images") or ():
            self._close_open()
            self._close_item(self._start(image_item(image)))
        for call in delta.get("tool_calls") or ():
            self._call(call)
        if choice.get("finish_reason"):
            self._end = (choice["finish_reason"], choice.get("native_finish_reason"))

    # items

    def _start(self, item: Json) -> _Open:
        index = len(self._output)
        item.setdefault("id", made_id(item["type"], self._stamp.id, index))
        self._output.append(item)
        self._emit("response.output_item.added", output_index=index, item={**item, "status": "in_progress"})
        return _Open(index, item)

    def _close_item(self, opened: _Open) -> None:
        opened.item["status"] = "completed"
        self._emit("response.output_item.done", output_index=opened.index, item=opened.item)

    def _close_open(self) -> None:
        if (opened := self._open) is not None:
            self._close_part(opened)
            self._close_item(opened)
            self._open = None

    def _message(self) -> _Open:
        if self._open is None or self._open.item["type"] != "message":
            self._close_open()
            self._open = self._start({"type": "message", "role": "assistant", "content": []})
        return self._open

    # parts

    def _open_part(self, opened: _Open, kind: str, part: Json) -> None:
        """Summary parts and content parts are numbered each by themselves."""
        self._close_part(opened)
        parts = opened.item.setdefault("summary" if kind == "summary_text" else "content", [])
        opened.part, opened.number, opened.texts, opened.start = part, len(parts), [], self._chars
        parts.append(part)
        name, index = _part_event(kind)
        self._emit(f"response.{name}.added", **opened.at, **{index: opened.number}, part=dict(part))

    def _close_part(self, opened: _Open) -> None:
        if (part := opened.part) is None:
            return
        kind, text = part["type"], "".join(opened.texts)
        holds = "refusal" if kind == "refusal" else "text"
        part[holds] = text
        name, index = _part_event(kind)
        more = {"logprobs": part["logprobs"]} if kind == "output_text" else {}
        at = {**opened.at, index: opened.number}
        self._emit(f"response.{PART_EVENTS[kind]}.done", **at, **{holds: text}, **more)
        self._emit(f"response.{name}.done", **at, part=part)
        opened.part = None

    def _delta(self, opened: _Open, kind: str, text: str, **more: Any) -> None:
        opened.texts.append(text)
        index = _part_event(kind)[1]
        self._emit(f"response.{PART_EVENTS[kind]}.delta", **opened.at, **{index: opened.number}, delta=text, **more)

    def _say(self, kind: str, holds: str, text: str, logprobs: list[Any] | None) -> None:
        opened = self._message()
        if opened.part is None or opened.part["type"] != kind:
            self._open_part(opened, kind, {"type": kind, holds: "", **(_no_notes() if kind == "output_text" else {})})
        if kind == "output_text":
            self._chars += len(text)
            assert opened.part is not None
            opened.part["logprobs"] += logprobs or []
            self._delta(opened, kind, text, logprobs=logprobs)
        else:
            self._delta(opened, kind, text)

    def _annotate(self, notes: list[Any]) -> None:
        opened = self._message()
        if opened.part is None or opened.part["type"] != "output_text":
            self._open_part(opened, "output_text", {"type": "output_text", "text": "", **_no_notes()})
        assert opened.part is not None
        for note in notes:
            plain = plain_annotation(note, opened.start)
            at = {**opened.at, "content_index": opened.number, "annotation_index": len(opened.part["annotations"])}
            opened.part["annotations"].append(plain)
            self._emit("response.output_text.annotation.added", **at, annotation=plain)

    def _think(self, detail: Json) -> None:
        source = (detail.get("id"), detail.get("format"))
        opened = self._open
        if opened is None or opened.item["type"] != "reasoning" or opened.key != source or _is_full(opened, detail):
            self._close_open()
            item: Json = {"type": "reasoning", "summary": []}
            item |= {"id": source[0]} if isinstance(source[0], str) else {}
            item |= {"format": source[1]} if isinstance(source[1], str) and source[1] != reasoning.FORMAT else {}
            self._open = opened = self._start(item)
            opened.key = source
        if isinstance(signature := detail.get("signature"), str):
            opened.item["signature"] = signature
        if detail.get("type") == "reasoning.encrypted":
            self._close_part(opened)
            opened.item["encrypted_content"] = detail.get("data")
            return
        kind = "summary_text" if detail.get("type") == "reasoning.summary" else "reasoning_text"
        if not (text := detail.get("summary" if kind == "summary_text" else "text")):
            return
        if opened.part is None or opened.part["type"] != kind or opened.part_index != detail.get("index"):
            self._open_part(opened, kind, {"type": kind, "text": ""})
            opened.part_index = detail.get("index")
        self._delta(opened, kind, text)

    # calls

    def _call(self, call: Json) -> None:
        number = call.get("index") or 0
        opened = self._calls.get(number)
        kind = opened.key if opened is not None else "custom" if call.get("type") == "custom" else "function"
        type_, holds, event = CALLS[kind]
        inner = call.get(kind) or {}
        if opened is None:
            self._close_open()
            call_id = call.get("id") or f"call_{number}"
            item = {"type": type_, "call_id": call_id, "name": inner.get("name") or "", holds: ""}
            self._calls[number] = opened = self._start(item)
            opened.key = kind
        if text := json_text(inner.get(holds)):
            opened.texts.append(text)
            self._emit(f"response.{event}.delta", **opened.at, delta=text)

    def _close_call(self, opened: _Open) -> None:
        _, holds, event = CALLS[opened.key]
        opened.item[holds] = "".join(opened.texts)
        named = {"name": opened.item["name"]} if opened.key == "function" else {}
        self._emit(f"response.{event}.done", **opened.at, **named, **{holds: opened.item[holds]})
        self._close_item(opened)


def _no_notes() -> Json:
    """What a text part has besides its text, at first."""
    return {"annotations": [], "logprobs": []}


def _part_event(kind: str) -> tuple[str, str]:
    return ("reasoning_summary_part", "summary_index") if kind == "summary_text" else ("content_part", "content_index")


def _is_full(opened: _Open, detail: Json) -> bool:
    """Encrypted content, and a signature, end an item; another format's detail has one to itself."""
    if "encrypted_content" in opened.item or "signature" in opened.item:
        return True
    return not reasoning.is_ours(detail) and opened.number >= 0 and opened.part_index != detail.get("index")
