"""Cohere chat and generate, version 1 (a text) and version 2 (content parts), whole and streamed.

Source: Cohere API reference, "Chat", "Chat (v1)", "Generate" and "Streaming", read 2026-11-25.
"""

from __future__ import annotations

import json
from typing import Any

from crossroads_dialect.frames import Event
from crossroads_dialect.reading import (
    ANY,
    Asked,
    Choice,
    Json,
    Reading,
    an_object,
    is_count,
    joined,
    objects,
    text_of,
    texts,
    whole,
    words,
)

FINISH = words(
    COMPLETE="stop", STOP_SEQUENCE="stop", MAX_TOKENS="length", TOOL_CALL="tool_calls", ERROR="error",
    ERROR_TOXIC="content_filter", ERROR_LIMIT="length", TIMEOUT="error",
)  # fmt: skip


def reply(document: Any) -> Reading:
    reading = Reading()
    told = an_object(document)
    generations = objects(told.get("generations"))
    if not any(name in told for name in ("text", "message", "generations")) or isinstance(told.get("message"), str):
        reading.failed = True
        return reading
    for at, one in enumerate(generations):
        reading.choice(at).text = text_of(one.get("text"))
        _end(reading.choice(at), one.get("finish_reason") or "COMPLETE")
        reading.choice(at).native = text_of(one.get("finish_reason")) or None
    if not generations:
        said = reading.choice()
        message = an_object(told.get("message")) or told
        _add(said, message, {})
        _end(said, told.get("finish_reason"))
    usage(reading, told)
    return reading


def stream(events: list[Event]) -> Reading:
    reading = Reading(complete=False)
    said = reading.choice()
    calls: dict[Any, Asked] = {}
    for name, data in events:
        told = an_object(data)
        kind = told.get("type") or told.get("event_type") or name
        delta = an_object(told.get("delta"))
        if kind in ("text-generation", "tool-calls-generation", "citation-generation"):  # version 1
            _add(said, told, calls)
        elif kind == "stream-end":
            whole = an_object(told.get("response"))
            _end(said, told.get("finish_reason"))
            said.calls = said.calls or reply(whole).choice().calls
            usage(reading, whole)
            reading.complete = True
        elif kind == "message-end":
            _end(said, delta.get("finish_reason"))
            usage(reading, delta)
            reading.complete = True
            reading.failed = reading.failed or bool(delta.get("error"))
        elif delta:
            _add(said, an_object(delta.get("message")), calls, told.get("index"))
    return reading


def _add(said: Choice, message: Json, calls: dict[Any, Asked], index: Any = None) -> None:
    content = message.get("content")
    parts = objects([content] if isinstance(content, dict) else content)
    said.text += text_of(message.get("text")) + joined(parts)
    said.thoughts += texts(*(part.get("thinking") for part in parts))
    said.plan += text_of(message.get("tool_plan"))
    asked = message.get("tool_calls")
    for at, call in enumerate(objects([asked] if isinstance(asked, dict) else asked)):
        function = an_object(call.get("function")) or call
        key = (index, at)
        if key not in calls or index is None:
            calls[key] = Asked()
            said.calls.append(calls[key])
        begun = calls[key]
        begun.id = begun.id or text_of(call.get("id"))
        begun.name = begun.name or text_of(function.get("name"))
        arguments = function.get("arguments", function.get("parameters"))
        begun.arguments += arguments if isinstance(arguments, str) else json.dumps(arguments) if arguments else ""
    noted = message.get("citations")
    for note in objects([noted] if isinstance(noted, dict) else noted):
        said.notes += texts(note.get("text"))


def _end(said: Choice, reason: Any) -> None:
    if isinstance(reason, str) and reason:
        said.finish, said.native = FINISH.get(reason, ANY), reason
        if said.calls:
            said.finish |= {"tool_calls"}


def usage(reading: Reading, told: Json) -> None:
    """Billed units and tokens differ; either is a count that Cohere states."""
    stated = an_object(told.get("usage")) or an_object(told.get("meta"))
    tokens, billed = an_object(stated.get("tokens")), an_object(stated.get("billed_units"))
    for name, key in (("prompt", "input_tokens"), ("completion", "output_tokens")):
        values = (whole(tokens.get(key)), whole(billed.get(key)))
        reading.count(**{name: tuple(value for value in values if is_count(value))})
