"""A model's turn, read: Google's parts in order -> what each adds to a canonical assistant message.

One reader serves whole replies, streams and the history that a client sends. `written` goes the other way.
Law (STREAM-1): a part gives the same whether the parts before it came in one event or in many.
"""

from __future__ import annotations

import base64
from typing import Any

import msgspec

from crossroads_google_gemini.media import standard_base64
from crossroads_google_gemini.partial import PartialCall
from crossroads_google_gemini.shape import Json, Misshapen, a_text, an_object
from crossroads_google_gemini.signatures import FORMAT, encrypted, own_id, packed, unwrap

ANSWER_TOOL = "crossroads_structured_answer"
"""The function by which a model that can't do both is made to answer in a schema while it has tools."""


class TurnReader:
    """Reads one candidate. seed: whatever tells it from others; made into the ids of calls that have none."""

    def __init__(self, *seed: object) -> None:
        self.calls = 0
        self.text: list[str] = []
        self._chars = 0
        self._seed = seed
        self._images = 0
        self._details = 0
        self._thinking = False  # the last detail is a thought that may go on
        self._partial: PartialCall | None = None

    def read(self, part: Json) -> Json:
        """What this part adds: fields of a delta, {} for nothing. Raises Misshapen."""
        signature = a_text(part, "thoughtSignature")
        if part.get("thought") is True and set(part) <= {"text", "thought", "thoughtSignature"}:
            return self._thought(a_text(part, "text") or "", signature)
        if part.get("functionCall") is not None:
            return self._call(an_object(part, "functionCall"), signature)
        if part.get("thought") is not True:
            if (text := a_text(part, "text")) is not None:
                return self._visible(text, signature)
            if blob := an_object(part, "inlineData"):
                kind = (a_text(blob, "mimeType") or "").partition("/")[0].lower()
                if kind == "image":
                    return self._image(blob, signature)
                if kind == "audio":
                    return self._audio(blob, signature)
            if set(part) == {"thoughtSignature"} and signature is not None:
                return self._visible("", signature)
        if not any(value for name, value in part.items() if name != "thought"):
            return {}
        return self._detail(encrypted(packed(part), f"part-{self._chars}"))

    def _thought(self, text: str, signature: str | None) -> Json:
        foreign = unwrap(signature) if signature else None
        at = {"id": f"at-{self._chars}"} if self._chars else {}
        if foreign is not None and foreign.get("type") != "reasoning.text":
            shown = {"summary": text} if foreign.get("type") == "reasoning.summary" else {}
            return {**({"reasoning": text} if text else {}), **self._detail({**foreign, **shown})}
        if not self._thinking or (signature and foreign is None):  # a part that Google signed stays what it was
            self._details += 1
        self._thinking = signature is None
        detail = {"type": "reasoning.text", "text": text, **at, "format": FORMAT, "index": self._details - 1}
        detail |= foreign or ({"signature": signature} if signature else {})
        return {**({"reasoning": text} if text else {}), "reasoning_details": [detail]}

    def _visible(self, text: str, signature: str | None) -> Json:
        start, self._chars = self._chars, self._chars + len(text)
        self.text.append(text)
        delta: Json = {"content": text} if text else {}
        if signature:
            delta |= self._detail(encrypted(signature, f"text-{start}-{self._chars}"))
        elif text:
            self._thinking = False
        return delta

    def _image(self, blob: Json, signature: str | None) -> Json:
        index, self._images = self._images, self._images + 1
        url = f"data:{blob['mimeType']};base64,{standard_base64(a_text(blob, 'data') or '')}"
        image = {"type": "image_url", "image_url": {"url": url}, "index": index}
        return {"images": [image], **(self._detail(encrypted(signature, f"image-{index}")) if signature else {})}

    def _audio(self, blob: Json, signature: str | None) -> Json:
        data = standard_base64(a_text(blob, "data") or "")
        audio = {"id": own_id(*self._seed, "audio"), "data": data, "mime_type": blob["mimeType"]}
        return {"audio": audio, **(self._detail(encrypted(signature, f"text-{self._chars}")) if signature else {})}

    def _call(self, call: Json, signature: str | None) -> Json:
        signed = {**call, "signature": signature} if signature else call
        if self._partial is None and (call.get("willContinue") is True or call.get("partialArgs")):
            self._partial = PartialCall(signed)
        elif self._partial is not None:
            if signature:
                self._partial.call["signature"] = signature
            self._partial.add(call)
        if self._partial is not None:
            if call.get("willContinue") is True:
                return {}
            signed, self._partial = self._partial.whole(), None
        name = a_text(signed, "name")
        if not name:
            raise Misshapen("functionCall.name", "a string", signed.get("name"))
        arguments = msgspec.json.encode(an_object(signed, "args")).decode()
        if name == ANSWER_TOOL:
            return self._visible(arguments, a_text(signed, "signature"))
        index, self.calls = self.calls, self.calls + 1
        id = a_text(signed, "id") or own_id(*self._seed, index, name)
        function = {"name": name, "arguments": arguments}
        delta: Json = {"tool_calls": [{"index": index, "id": id, "type": "function", "function": function}]}
        if signature := a_text(signed, "signature"):
            delta |= self._detail(encrypted(signature, id))
        return delta

    def _detail(self, detail: Json) -> Json:
        self._thinking = False
        index, self._details = self._details, self._details + 1
        return {"reasoning_details": [{**detail, "index": index}]}

    @property
    def unfinished(self) -> bool:
        """Is a call still waiting for its arguments?"""
        return self._partial is not None


def merged(deltas: list[Json]) -> Json:
    """Deltas of one turn as one message; thoughts of one index become one, calls lose their `index`."""
    message: Json = {}
    details: dict[int, Json] = {}
    for delta in deltas:
        for name, value in delta.items():
            if name in ("content", "reasoning", "refusal"):
                message[name] = message.get(name, "") + value
            elif name == "reasoning_details":
                for detail in value:
                    _merge_detail(details, detail)
            elif name == "tool_calls":
                calls = message.setdefault("tool_calls", [])
                calls += [{key: inner for key, inner in call.items() if key != "index"} for call in value]
            elif name == "audio" and "audio" in message:
                message["audio"] = {**message["audio"], "data": _joined(message["audio"]["data"], value["data"])}
            elif name == "audio":
                message["audio"] = value
            else:
                message.setdefault(name, []).extend(value)
    if details:
        message["reasoning_details"] = list(details.values())
    return message


def _merge_detail(details: dict[int, Json], detail: Json) -> None:
    old = details.setdefault(detail["index"], detail)
    if old is not detail:
        details[detail["index"]] = {**old, **detail, "text": old.get("text", "") + detail.get("text", "")}
        if "id" in old:
            details[detail["index"]]["id"] = old["id"]


def _joined(first: str, second: str) -> str:
    """Two pieces of base64 as one; pieces that are none are set side by side."""
    try:
        return base64.b64encode(
            base64.b64decode(first, validate=True) + base64.b64decode(second, validate=True)
        ).decode()
    except ValueError:
        return first + second


def text_of(content: Any) -> str:
    """The text of a canonical content: a string, or the texts and refusals of a list."""
    if isinstance(content, list):
        return "".join(part.get(part["type"]) or "" for part in content if part.get("type") in ("text", "refusal"))
    return content if isinstance(content, str) else ""
