"""One assistant turn: Responses items -> one canonical message. `items` goes back.

A turn is a run of items: reasoning, messages, calls, and what only this format has. The message holds what is
canonical; its `native` bag holds the rest: `form.order`, one entry per item (fields and lengths, no content), and
`drops` and `needs`, whole items that the canonical form can't express, by type.
"""

from __future__ import annotations

from typing import Any

from crossroads_openai_responses import reasoning
from crossroads_openai_responses.reasoning import Item

DIALECT = "openai-responses"

NEEDED = frozenset({"item_reference", "compaction"})
"""Items that stand for a conversation which no other dialect can see."""


class Turn:
    """Takes items in their order, gives the message."""

    def __init__(self) -> None:
        self.order: list[dict[str, Any]] = []
        self.texts: list[str] = []
        self.refusals: list[str] = []
        self.details: list[dict[str, Any]] = []
        self.calls: list[dict[str, Any]] = []
        self.annotations: list[dict[str, Any]] = []
        self.images: list[dict[str, Any]] = []
        self.logprobs: list[Any] = []
        self.kept: dict[str, list[Any]] = {}
        self._chars = 0

    def add(self, item: Any) -> None:
        """Whatever it is: what can't be expressed is kept whole."""
        entry = self._expressed(item) if isinstance(item, dict) else None
        if entry is None:
            name = item.get("type") if isinstance(item, dict) else None
            name = name if isinstance(name, str) and name else "input"
            self.kept.setdefault(name, []).append(item)
            entry = {"as": "kept", "name": name}
        self.order.append(entry)

    def message(self) -> dict[str, Any]:
        """The canonical message; content None when no message item was among them."""
        said: dict[str, Any] = {"role": "assistant", "content": None}
        if any(entry["as"] == "message" for entry in self.order):
            said["content"] = "".join(self.texts)
        if self.refusals:
            said["refusal"] = "".join(self.refusals)
            said["content"] = said["content"] or None
        if self.details:
            said["reasoning_details"] = self.details
        if self.calls:
            said["tool_calls"] = self.calls
        if self.annotations:
            said["annotations"] = self.annotations
        if self.images:
            said["images"] = self.images
        bag: dict[str, Any] = {"form": {"order": self.order}}
        for holder, names in (("drops", self.kept.keys() - NEEDED), ("needs", self.kept.keys() & NEEDED)):
            if names:
                bag[holder] = {name: self.kept[name] for name in self.kept if name in names}
        said["native"] = {DIALECT: bag}
        return said

    def _expressed(self, item: Item) -> dict[str, Any] | None:
        match item.get("type"):
            case "message" | None if item.get("role") == "assistant":
                return self._message(item)
            case "reasoning":
                return self._reasoning(item)
            case "function_call":
                return self._call(item, "function", "arguments")
            case "custom_tool_call":
                return self._call(item, "custom", "input")
            case "image_generation_call":
                return self._image(item)
        return None

    def _reasoning(self, item: Item) -> dict[str, Any] | None:
        if not all(isinstance(item.get(name), list | None) for name in reasoning.PART_TYPES):
            return None
        if (made := reasoning.details_of(item, len(self.details))) is None:
            return None
        details, rest = made
        self.details += details
        return {"as": "reasoning", "item": rest, "details": len(details)}

    def _call(self, item: Item, kind: str, holds: str) -> dict[str, Any] | None:
        call_id, name, value = item.get("call_id"), item.get("name"), item.get(holds)
        if not (isinstance(call_id, str) and isinstance(name, str) and isinstance(value, str)):
            return None
        self.calls.append({"id": call_id, "type": kind, kind: {"name": name, holds: value}})
        return {"as": "call", "item": _without(item, "call_id", "name", holds)}

    def _image(self, item: Item) -> dict[str, Any] | None:
        if not isinstance(data := item.get("result"), str) or not data:
            return None
        self.images.append({"type": "image_url", "image_url": {"url": image_url(item)}})
        return {"as": "image", "item": _without(item, "result")}

    def _message(self, item: Item) -> dict[str, Any] | None:
        content = item.get("content")
        rest = _without(item, "content")
        if isinstance(content, str):
            self._say(content)
            return {"as": "message", "item": rest, "chars": len(content)}
        if not isinstance(content, list) or not all(_is_said(part) for part in content):
            return None
        return {"as": "message", "item": rest, "parts": [self._part(part) for part in content]}

    def _part(self, part: Item) -> dict[str, Any]:
        if part["type"] == "refusal":
            self.refusals.append(part["refusal"])
            return {"part": _without(part, "refusal"), "refusal_chars": len(part["refusal"])}
        annotations = part.get("annotations") or []
        self.annotations += [canonical_annotation(one, self._chars) for one in annotations]
        self.logprobs += part.get("logprobs") or []
        self._say(part["text"])
        kept = _without(part, "text", *(("annotations",) if annotations else ()))
        return {"part": kept, "chars": len(part["text"]), "annotations": len(annotations)}

    def _say(self, text: str) -> None:
        self.texts.append(text)
        self._chars += len(text)


def canonical_annotation(one: Item, shift: int) -> Item:
    """`url_citation` is nested in the canonical form; places count from the start of the whole text."""
    moved = {name: _moved(name, value, shift) for name, value in one.items()}
    if moved.get("type") != "url_citation":
        return moved
    return {"type": "url_citation", "url_citation": _without(moved, "type")}


def plain_annotation(one: Item, shift: int) -> Item:
    """The way back: places count from the start of their part, `shift` characters into the text."""
    inner = one.get("url_citation")
    flat = {"type": "url_citation", **inner} if isinstance(inner, dict) else one
    return {name: _moved(name, value, -shift) for name, value in flat.items()}


def image_url(item: Item) -> str:
    """The picture of an image_generation_call as a data URL."""
    format_ = item.get("output_format")
    return f"data:image/{format_ if format_ in ('png', 'jpeg', 'webp') else 'png'};base64,{item['result']}"


def _moved(name: str, value: Any, shift: int) -> Any:
    return value + shift if name in ("start_index", "end_index") and type(value) is int else value


def _is_said(part: Any) -> bool:
    """Is it text or a refusal, whole?"""
    if not isinstance(part, dict):
        return False
    if part.get("type") == "refusal":
        return isinstance(part.get("refusal"), str)
    lists = [part.get(name) for name in ("annotations", "logprobs")]
    plain = all(isinstance(one, list | None) for one in lists)
    cited = plain and all(isinstance(one, dict) for one in part.get("annotations") or ())
    return part.get("type") in ("output_text", "input_text") and isinstance(part.get("text"), str) and cited


def _without(item: Item, *names: str) -> Item:
    return {name: value for name, value in item.items() if name not in names}
