"""A model's turn, written: a canonical assistant message -> Google's parts, each signature on the part it came with.

For an upstream (`ledger` given) what another vendor signed is left out and reported; for a Gemini client it is wrapped,
so that it can come back. Law: `TurnReader` over these parts gives the message again.
"""

from __future__ import annotations

from typing import Any

import msgspec

from crossroads.jsonbody import MALFORMED
from crossroads_google_gemini.lost import Ledger
from crossroads_google_gemini.media import DATA_URL, google_extra
from crossroads_google_gemini.shape import Json
from crossroads_google_gemini.signatures import FORMAT, is_own_id, place, unpacked, wrap
from crossroads_google_gemini.turn import text_of

FOREIGN = "another vendor signed it"


class Turn:
    """A message on its way to parts."""

    def __init__(self, message: Json, ledger: Ledger | None) -> None:
        self.message, self.ledger = message, ledger
        self.text = text_of(message.get("content"))
        self.calls = message.get("tool_calls") or []
        self.inserts: list[tuple[int, int, Json]] = []  # (start, end, part); a part without text takes text[start:end]
        self.signed: dict[str, str] = {}  # id of a call, or "image-<n>" -> its signature
        self.loose: list[str] = []
        self.placed = 0  # calls that stand before a later thought or text
        self._last_signed = 0
        for detail in message.get("reasoning_details") or []:
            self._sort(detail)
        if not message.get("reasoning_details") and message.get("reasoning") and ledger is None:
            self.inserts.append((0, 0, {"text": message["reasoning"], "thought": True}))

    def parts(self) -> list[Json]:
        """All of it, in order: thoughts and text as they alternated, then images, audio, calls."""
        calls = [self._call(call) for call in self.calls[self.placed :]]
        for signature in self.loose:
            free = next((part for part in calls if "thoughtSignature" not in part), None)
            if free is not None:
                free["thoughtSignature"] = signature
            else:
                self.inserts.append((len(self.text), len(self.text), {"text": "", "thoughtSignature": signature}))
        return [*self._running(), *self._media(), *calls]

    def _running(self) -> list[Json]:
        parts: list[Json] = []
        at = 0
        for start, end, part in sorted(self.inserts, key=lambda insert: insert[0]):
            start, end = min(max(start, at), len(self.text)), min(max(end, at), len(self.text))
            if start > at:
                parts.append({"text": self.text[at:start]})
            parts.append({"text": self.text[start:end], **part} if part.keys() == {"thoughtSignature"} else part)
            at = max(at, end)
        if at < len(self.text):
            parts.append({"text": self.text[at:]})
        return parts

    def _sort(self, detail: Json) -> None:
        kind, found = detail.get("type"), place(detail)
        if found is not None and found[0] != "image":
            for call in self.calls[self.placed : self._last_signed]:
                self.inserts.append((found[1], found[1], self._call(call)))
            self.placed = max(self.placed, self._last_signed)
        if detail.get("format", FORMAT) not in (FORMAT, None, "unknown"):
            if self.ledger is not None:
                self.ledger.dropped("reasoning_details", FOREIGN)
                return
            shown = detail.get("text") or detail.get("summary") or ""
            self.inserts.append((0, 0, {"text": shown, "thought": True, "thoughtSignature": wrap(detail)}))
        elif kind == "reasoning.text":
            start = found[1] if found and found[0] == "at" else 0
            signature = detail.get("signature")
            signed = {"thoughtSignature": signature} if isinstance(signature, str) and signature else {}
            self.inserts.append((start, start, {"text": detail.get("text") or "", "thought": True, **signed}))
        elif kind == "reasoning.encrypted" and isinstance(data := detail.get("data"), str):
            self._encrypted(data, detail.get("id"), found)
        elif self.ledger is not None:
            self.ledger.dropped("reasoning_details", "Gemini has no such reasoning")
        elif isinstance(detail.get("summary"), str):
            self.inserts.append((0, 0, {"text": detail["summary"], "thought": True}))

    def _encrypted(self, data: str, id: Any, found: tuple[str, int, int] | None) -> None:
        if found is not None and found[0] == "text":
            self.inserts.append((found[1], found[2], {"thoughtSignature": data}))
        elif found is not None and found[0] == "part" and (part := unpacked(data)) is not None:
            self.inserts.append((found[1], found[1], part))
        elif isinstance(id, str) and (id.startswith("image-") or any(call.get("id") == id for call in self.calls)):
            self.signed[id] = data
            number = next((n for n, call in enumerate(self.calls, 1) if call.get("id") == id), 0)
            self._last_signed = max(self._last_signed, number)
        else:
            self.loose.append(data)

    def _media(self) -> list[Json]:
        parts = []
        for number, image in enumerate(self.message.get("images") or []):
            url = (image.get("image_url") or {}).get("url") or ""
            if (found := DATA_URL.match(url)) is None:
                if self.ledger is not None:
                    self.ledger.dropped("images", "an image that is no data URL")
                continue
            part: Json = {"inlineData": {"mimeType": found[1] or "image/png", "data": url[found.end() :]}}
            if signature := self.signed.get(f"image-{number}"):
                part["thoughtSignature"] = signature
            parts.append(part)
        audio = self.message.get("audio") or {}
        if self.ledger is not None:
            if audio:
                self.ledger.dropped("audio", "Gemini does not take back what it said")
        elif audio.get("data"):
            mime = audio.get("mime_type") or f"audio/{audio.get('format') or 'wav'}"
            parts.append({"inlineData": {"mimeType": mime, "data": audio["data"]}})
        return parts

    def _call(self, call: Json) -> Json:
        function, id = call.get("function") or {}, call.get("id")
        found: Json = {"name": function.get("name") or "", "args": self._args(function.get("arguments") or "")}
        if id and not is_own_id(id):
            found = {"id": id, **found}
        signature = self.signed.get(id or "") or google_extra(call).get("thought_signature")
        return {"functionCall": found, **({"thoughtSignature": signature} if isinstance(signature, str) else {})}

    def _args(self, arguments: str) -> Json:
        try:
            args = msgspec.json.decode(arguments) if arguments.strip() else {}
        except MALFORMED:
            args = arguments
        if isinstance(args, dict):
            return args
        if self.ledger is not None:
            self.ledger.emulated("tool_calls.function.arguments", "they were no JSON object: sent as one field")
        return {"arguments": args}
