"""One canonical assistant message -> Responses items: as they came, where `turns` wrote that down; else in order.

Law: items(message(items)) == items. A message that was changed since (a policy rewrote its text, took a call out) goes
in the plain order, reasoning, text, calls, after the items that only this format has: nothing of the old text is sent.
"""

from __future__ import annotations

from typing import Any

import msgspec

from crossroads.call import Lost
from crossroads_openai_responses import reasoning
from crossroads_openai_responses.reasoning import Item
from crossroads_openai_responses.turns import DIALECT, plain_annotation


class _Changed(Exception):
    """The message is no longer what its form describes."""


def input_items(message: dict[str, Any], lost: list[Lost]) -> list[Item]:
    """Items of a past turn, for a host. What it can't take back is reported."""
    try:
        return _Restored(message).items()
    except _Changed:
        pass
    items = _kept(message)
    details = message.get("reasoning_details") or []
    ours = [detail for detail in details if isinstance(detail, dict) and reasoning.is_ours(detail)]
    if len(ours) < len(details):
        lost.append(Lost("messages.reasoning_details", "dropped", "another format's, which a host here would refuse"))
    elif not details and (message.get("reasoning") or message.get("reasoning_content")):
        lost.append(Lost("messages.reasoning", "dropped", "reasoning goes back only as its details"))
    items += [reasoning.item_of(group) for group in reasoning.grouped(ours)]
    items += _said(message, lost)
    items += [call_item(call, n) for n, call in enumerate(message.get("tool_calls") or [])]
    if (legacy := message.get("function_call")) is not None:
        items.append({"type": "function_call", "call_id": legacy_id(legacy.get("name")), **legacy})
    for name in ("images", "audio", "annotations"):
        if message.get(name):
            lost.append(Lost(f"messages.{name}", "dropped", "a past turn can't hold it"))
    return items


def output_items(message: dict[str, Any], logprobs: list[Any], stamp_id: str) -> list[Item]:
    """Items of a reply, for a client: with the ids that they came with, or ids made of the generation's."""
    try:
        return _Restored(message).items()
    except _Changed:
        pass
    details = [one for one in message.get("reasoning_details") or [] if isinstance(one, dict)]
    if not details and (thought := message.get("reasoning") or message.get("reasoning_content")):
        details = [{"type": "reasoning.text", "text": thought, "format": reasoning.FORMAT}]
    items = [reasoning.item_of(group) for group in reasoning.grouped(details)]
    content, refusal = text_of(message.get("content")), message.get("refusal")
    parts: list[Item] = []
    if content:
        notes = [plain_annotation(one, 0) for one in message.get("annotations") or [] if isinstance(one, dict)]
        parts.append({"type": "output_text", "text": content, "annotations": notes, "logprobs": logprobs})
    if refusal:
        parts.append({"type": "refusal", "refusal": refusal})
    if isinstance(audio := message.get("audio"), dict):
        parts.append({"type": "output_audio", **audio})
    images = [image_item(image) for image in message.get("images") or []]
    calls = [call_item(call, n) for n, call in enumerate(message.get("tool_calls") or [])]
    if parts or not (images or calls):
        items.append({"type": "message", "role": "assistant", "status": "completed", "content": parts})
    items += images + [{**call, "status": "completed"} for call in calls]
    for n, item in enumerate(items):
        item.setdefault("id", made_id(item["type"], stamp_id, n))
    return _kept(message) + items


def made_id(kind: str, stamp_id: str, n: int) -> str:
    """An id for an item that has none, with the prefix that OpenAI's clients know its kind by."""
    prefix = {"message": "msg", "reasoning": "rs", "function_call": "fc", "custom_tool_call": "ctc"}.get(kind, "ig")
    return f"{prefix}_{stamp_id}_{n}"


def call_item(call: dict[str, Any], n: int) -> Item:
    """A canonical tool call. call_id: `call_<n>` where it has no id (a host that knew no ids)."""
    kind, holds = ("custom", "input") if call.get("type") == "custom" else ("function", "arguments")
    inner = call.get(kind) or {}
    call_id = call.get("id")
    return {
        "type": "function_call" if kind == "function" else "custom_tool_call",
        "call_id": f"call_{n}" if call_id is None else call_id,
        "name": inner.get("name") or "",
        holds: json_text(inner.get(holds)),
    }


def json_text(arguments: Any) -> str:
    """Arguments as text; some chat hosts send them as an object."""
    if arguments is None or isinstance(arguments, str):
        return arguments or ""
    return msgspec.json.encode(arguments).decode()


def legacy_id(name: Any) -> str:
    """The call id of a `function_call` of 2023, which knew its function's name only."""
    return f"call_{name}"


def image_item(image: dict[str, Any]) -> Item:
    """An image of a reply; result: its base64, or its URL where the host gave only that."""
    inner = image.get("image_url")
    url = (inner.get("url") if isinstance(inner, dict) else inner) or ""
    head, _, data = url.partition(";base64,")
    item: Item = {"type": "image_generation_call", "status": "completed", "result": data or url}
    if data and head != "data:image/png":
        item["output_format"] = head.removeprefix("data:image/")
    return item


def _said(message: dict[str, Any], lost: list[Lost]) -> list[Item]:
    content, refusal = message.get("content"), message.get("refusal")
    for part in content if isinstance(content, list) else ():
        if part.get("type") != "text":
            lost.append(Lost("messages.content", "dropped", f"a past turn can't hold a part of type {part['type']}"))
    text = text_of(content)
    if not refusal:
        return [{"role": "assistant", "content": text}] if text else []
    said: Item = {"type": "message", "id": "msg_0", "role": "assistant", "status": "completed", "content": []}
    if text:
        said["content"].append({"type": "output_text", "text": text, "annotations": []})
    said["content"].append({"type": "refusal", "refusal": refusal})
    return [said]


def text_of(content: Any) -> str:
    """All text of a canonical content."""
    if isinstance(content, list):
        return "".join(part.get("text") or "" for part in content if isinstance(part, dict))
    return content if isinstance(content, str) else ""


def _bag(message: dict[str, Any]) -> dict[str, Any]:
    bags = message.get("native")
    bag = bags.get(DIALECT) if isinstance(bags, dict) else None
    return bag if isinstance(bag, dict) else {}


def _kept(message: dict[str, Any]) -> list[Item]:
    bag = _bag(message)
    return [item for holder in ("drops", "needs") for kept in _dict(bag.get(holder)).values() for item in kept]


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


class _Restored:
    """Walks the order, taking from the message what each item held. Raises _Changed when it does not add up."""

    def __init__(self, message: dict[str, Any]) -> None:
        bag = _bag(message)
        self.order = _dict(bag.get("form")).get("order")
        self.text = message.get("content") or ""
        self.refusal = message.get("refusal") or ""
        self.details = list(message.get("reasoning_details") or [])
        self.calls = list(message.get("tool_calls") or [])
        self.annotations = list(message.get("annotations") or [])
        self.images = list(message.get("images") or [])
        kept = {**_dict(bag.get("drops")), **_dict(bag.get("needs"))}
        self.kept = {name: list(held) for name, held in kept.items() if isinstance(held, list)}
        self.at = self.refused = 0

    def items(self) -> list[Item]:
        if not isinstance(self.order, list) or not isinstance(self.text, str):
            raise _Changed
        try:
            items = [self._item(entry) for entry in self.order]
        except (KeyError, IndexError, TypeError, AttributeError, ValueError):  # `native` of a stranger's making
            raise _Changed from None
        left = (self.details, self.calls, self.annotations, self.images, *self.kept.values())
        if any(left) or self.at != len(self.text) or self.refused != len(self.refusal):
            raise _Changed
        return items

    def _item(self, entry: dict[str, Any]) -> Item:
        match entry["as"]:
            case "kept":
                item: Item = self.kept[entry["name"]].pop(0)
                return item
            case "message" if "parts" in entry:
                return {**entry["item"], "content": [self._part(one) for one in entry["parts"]]}
            case "message":
                return {**entry["item"], "content": self._take(entry["chars"])}
            case "reasoning":
                details = [self.details.pop(0) for _ in range(entry["details"])]
                made = reasoning.item_of(details) if details else {}
                if "summary" not in entry["item"] and not made.get("summary"):
                    made.pop("summary", None)
                return {**made, **entry["item"]}
            case "call":
                return {**call_item(self.calls.pop(0), 0), **entry["item"]}
            case "image":
                return {**image_item(self.images.pop(0)), **entry["item"]}
        raise _Changed

    def _part(self, one: dict[str, Any]) -> Item:
        if "refusal_chars" in one:
            start, self.refused = self.refused, self.refused + one["refusal_chars"]
            return {**one["part"], "refusal": self.refusal[start : self.refused]}
        start, noted = self.at, [self.annotations.pop(0) for _ in range(one["annotations"])]
        part = {**one["part"], "text": self._take(one["chars"])}
        if noted:
            part["annotations"] = [plain_annotation(note, start) for note in noted]
        return part

    def _take(self, chars: int) -> str:
        start, self.at = self.at, self.at + chars
        return self.text[start : self.at]
