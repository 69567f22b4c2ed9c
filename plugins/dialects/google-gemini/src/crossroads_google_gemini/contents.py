"""`contents` and `systemInstruction` of a client -> canonical messages, each beside what it was made from.

A functionResponse finds its call by id, or by name among the calls not yet answered; calls without an id get one that
depends on where they stand, so that the same conversation gives the same ids each turn.
"""

from __future__ import annotations

from crossroads.original import Span
from crossroads_google_gemini.history import result_text
from crossroads_google_gemini.media import need_text, to_canonical
from crossroads_google_gemini.shape import Json, Misshapen, a_text, an_object, objects
from crossroads_google_gemini.signatures import own_id
from crossroads_google_gemini.turn import TurnReader, merged


def to_spans(document: Json) -> list[Span]:
    """In the order of the messages. Raises Misshapen."""
    spans: list[Span] = []
    instruction = document.get("systemInstruction")
    if isinstance(instruction, str):
        instruction = {"parts": [{"text": instruction}]}
        spans.append(Span(instruction, [{"role": "system", "content": document["systemInstruction"]}], is_system=True))
    elif instruction is not None:
        parts = [to_canonical(part) for part in objects(an_object(document, "systemInstruction"), "parts")]
        if parts:
            spans.append(Span(instruction, [{"role": "system", "content": _content(parts)}], is_system=True))
    if isinstance(said := document.get("contents"), str):
        source = {"role": "user", "parts": [{"text": said}]}
        return [*spans, Span(source, [{"role": "user", "content": said}])]
    open_calls: list[tuple[str, str]] = []  # (name, id) of calls that nobody has answered
    for number, content in enumerate(objects(document, "contents")):
        role = a_text(content, "role") or "user"
        if role == "model":
            message = _model_turn(number, content)
            open_calls += [(call["function"]["name"], call["id"]) for call in message.get("tool_calls") or []]
            spans.append(Span(content, [message]))
        elif role in ("user", "function", "tool", "system"):
            spans.append(Span(content, _user_turn(number, content, open_calls)))
        else:
            raise Misshapen(f"contents.{number}.role", '"user" or "model"', role)
    return spans


def _model_turn(number: int, content: Json) -> Json:
    reader = TurnReader(number)
    message = merged([reader.read(part) for part in objects(content, "parts")])
    return {"role": "assistant", "content": message.pop("content", None), **message}


def _user_turn(number: int, content: Json, open_calls: list[tuple[str, str]]) -> list[Json]:
    answers: list[Json] = []
    parts: list[Json] = []
    for place, part in enumerate(objects(content, "parts")):
        if part.get("functionResponse") is None:
            parts.append(to_canonical(part))
            continue
        response = an_object(part, "functionResponse")
        name = need_text(response, "name")
        text = result_text(an_object(response, "response"))
        media = [to_canonical(each) for each in objects(response, "parts")]
        said = text if not media else [{"type": "text", "text": text}, *media]
        answer: Json = {"role": "tool", "tool_call_id": _answered(a_text(response, "id"), name, open_calls)}
        if answer["tool_call_id"] is None:  # it answers nothing: the name is all that it has
            answer |= {"tool_call_id": a_text(response, "id") or own_id(number, place, name), "name": name}
        answers.append({**answer, "content": said})
    if parts or not answers:
        answers.append({"role": "user", "content": _content(parts)})
    return answers


def _answered(id: str | None, name: str, open_calls: list[tuple[str, str]]) -> str | None:
    """Takes the call off the list, and gives its id."""
    for place, (called, call_id) in enumerate(open_calls):
        if call_id == id or (id is None and called == name):
            del open_calls[place]
            return call_id
    return None


def _content(parts: list[Json]) -> str | list[Json]:
    """One plain text is a string."""
    if not parts:
        return ""
    if len(parts) == 1 and parts[0].keys() == {"type", "text"}:
        text: str = parts[0]["text"]
        return text
    return parts
