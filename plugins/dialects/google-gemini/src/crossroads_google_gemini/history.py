"""Canonical messages -> `contents` and `systemInstruction`.

Laws: what a client of Google's wrote, and nobody changed, goes out as it came; of the rest, the answers to one turn's
calls stand in one content, in the order in which they came; what Gemini has no word for is emulated in place and
reported.
Sources: Gemini API documentation, "Function calling", "Thought signatures", read 2026-11-25; of the emulations,
OpenRouter's API reference (`name` stands before the text), read 2026-11-24.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from crossroads.errors import BadRequest
from crossroads.jsonbody import MALFORMED
from crossroads.original import Span, in_pieces
from crossroads_google_gemini.lost import Ledger
from crossroads_google_gemini.media import to_google
from crossroads_google_gemini.models import Traits
from crossroads_google_gemini.shape import Json, objects
from crossroads_google_gemini.signatures import SKIP, is_own_id
from crossroads_google_gemini.turn import text_of
from crossroads_google_gemini.written import Turn


class History:
    """Messages taken in one by one; `contents` and `system` grow."""

    def __init__(self, model: Traits, ledger: Ledger) -> None:
        self.contents: list[Json] = []
        self.system: list[Json] = []
        self._model, self._ledger = model, ledger
        self._names: dict[str, str] = {}  # of the functions that were called, by id of the call
        self._answers: Json | None = None  # the content that gathers the answers of this turn
        self._beside: list[Json] = []  # media of answers, for a model that takes none inside

    def take_all(self, messages: list[Json], spans: Sequence[Span]) -> None:
        """All messages; spans: of the original, where there is one. Raises BadRequest, Unsupported."""
        for number, span in in_pieces(messages, spans):
            if span is None:
                self.take(number, messages[number])
            else:
                self._verbatim(span)
        self.finish()

    def take(self, number: int, message: Json) -> None:
        """The next message. Raises BadRequest, Unsupported."""
        role = message["role"]
        if role not in ("tool", "function"):
            self.end_answers()
        if role in ("system", "developer"):
            self._instruct(message)
        elif role == "assistant":
            self._model_turn(message)
        elif role == "user":
            self.contents.append({"role": "user", "parts": self._parts(message)})
        else:
            self._answer(number, message)

    def _verbatim(self, span: Span) -> None:
        self.end_answers()
        for message in span.messages:
            self._name_calls(message)
        if span.is_system and not self.contents:
            self.system += objects(span.source, "parts")
        else:
            self.contents.append(span.source)

    def _name_calls(self, message: Json) -> None:
        for call in message.get("tool_calls") or []:
            if call.get("id"):
                self._names[call["id"]] = (call.get("function") or {}).get("name") or ""

    def end_answers(self) -> None:
        """No more answers to this turn: their media follow."""
        if self._beside:
            self.contents.append({"role": "user", "parts": self._beside})
        self._answers, self._beside = None, []

    def finish(self) -> None:
        """Gemini refuses a request without contents."""
        self.end_answers()
        if not self.contents and self.system:
            self._ledger.emulated("messages", "a lone system message is sent as the user's")
            self.contents, self.system = [{"role": "user", "parts": self.system}], []

    def _instruct(self, message: Json) -> None:
        parts = self._parts(message)
        if not self.contents:
            self.system += parts
            return
        self._ledger.emulated("messages", "a system message after the first turn is sent as the user's")
        self.contents.append({"role": "user", "parts": parts})

    def _model_turn(self, message: Json) -> None:
        called = message.get("function_call")
        if called and not message.get("tool_calls"):  # of 2023
            message = {**message, "tool_calls": [{"function": called}]}
        self._name_calls(message)
        if message.get("reasoning_content") or (message.get("reasoning") and not message.get("reasoning_details")):
            self._ledger.dropped("messages.reasoning", "Gemini takes back only thoughts that it signed")
        for name in ("annotations", "name"):
            if message.get(name):
                self._ledger.dropped(f"messages.{name}", "a turn of Gemini's has no place for it")
        content = message.get("content")
        if isinstance(content, list) and any(part.get("type") not in ("text", "refusal") for part in content):
            self._ledger.dropped("messages.content", "a turn of Gemini's takes its media as `images` and `audio`")
        if message.get("refusal") and not message.get("content"):
            message = {**message, "content": message["refusal"]}
        parts = Turn(message, self._ledger).parts()
        first = next((part for part in parts if "functionCall" in part), None)
        if first is not None and self._model.signs_calls and "thoughtSignature" not in first:
            first["thoughtSignature"] = SKIP
            self._ledger.emulated("messages.tool_calls", "a call of another model is marked as unsigned")
        self.contents.append({"role": "model", "parts": parts or [{"text": ""}]})

    def _answer(self, number: int, message: Json) -> None:
        id = message.get("tool_call_id")
        name = self._names.get(id or "") or message.get("name")
        if not name:
            raise BadRequest(
                "it answers no call of this conversation.",
                field=f"messages.{number}.tool_call_id",
                value=id,
                remedy="Send the assistant message with that call before it.",
            )
        answer: Json = {"name": name, "response": result_object(text_of(message.get("content")))}
        if id and not is_own_id(id):
            answer = {"id": id, **answer}
        content = message.get("content")
        media = [part for part in content if part.get("type") != "text"] if isinstance(content, list) else []
        if media:
            parts = [to_google(part, self._ledger) for part in media]
            if self._model.media_in_results and all("inlineData" in part or "fileData" in part for part in parts):
                answer["parts"] = parts
            else:
                self._ledger.emulated("messages.content", "media of a tool's answer follow it as the user's")
                self._beside += parts
        if self._answers is None:
            self._answers = {"role": "user", "parts": []}
            self.contents.append(self._answers)
        self._answers["parts"].append({"functionResponse": answer})

    def _parts(self, message: Json) -> list[Json]:
        content: Any = message.get("content")
        if isinstance(content, list):
            parts = [to_google(part, self._ledger) for part in content]
        else:
            parts = [{"text": content or ""}]
        if name := message.get("name"):
            self._ledger.emulated("messages.name", "it stands before the text")
            first = next((part for part in parts if "text" in part), None)
            if first is None:
                parts.insert(0, {"text": f"{name}:"})
            else:
                first["text"] = f"{name}: {first['text']}"
        return parts


def result_object(text: str) -> Json:
    """A tool's answer as the object that Gemini wants: itself if it is one, else its `output`."""
    found = _object(text)
    return {"output": text} if found is None else found


def result_text(response: Json) -> str:
    """The other way: the text of a lone `output`, else JSON."""
    output = response.get("output")
    if len(response) == 1 and isinstance(output, str) and _object(output) is None:
        return output
    return msgspec.json.encode(response).decode()


def _object(text: str) -> Json | None:
    try:
        found = msgspec.json.decode(text)
    except MALFORMED:
        return None
    return found if isinstance(found, dict) else None
